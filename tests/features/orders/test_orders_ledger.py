"""Refunds over tax rates: whatever goes back in whatever parts, in the end nothing is left, and never too little."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from commerce_core.orders.exported import ExportedCharge, ExportedOrder, ExportedRefund
from commerce_core.orders.ledger import given_back, sold
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus


def charge(position: int, rate: int, gross: int, tax: int) -> ExportedCharge:
    return ExportedCharge(
        position, None, "", 1, gross, 0, "VAT", str(rate), reverse_charge=False, net=gross - tax, tax=tax,
        taxable=True, requires_shipping=False,
    )  # fmt: skip


def order(charges: list[ExportedCharge], refunds: list[int]) -> ExportedOrder:
    total, at = sum(charge.net + charge.tax for charge in charges), datetime(2026, 1, 1, tzinfo=UTC)
    return ExportedOrder(
        UUID(int=0), 1001, "1001", OrderStatus.PAID, OrderPaymentStatus.PAID, FulfillmentStatus.UNFULFILLED,
        "a@example.com", "EUR", True, at, at, None, None, None, None, None, "", False, total, 0, 0, 0, total, (),
        tuple(charges), (),
        tuple(
            ExportedRefund(UUID(int=number), amount, succeeded=True, of_sale=True, provider="", provider_refund_id=None)
            for number, amount in enumerate(refunds, 1)
        ),
    )  # fmt: skip


@st.composite
def orders(draw: st.DrawFn) -> ExportedOrder:
    """One to five rates, and refunds that come to the whole total."""
    charges = []
    for position in range(draw(st.integers(1, 5))):
        gross = draw(st.integers(0, 500))
        charges.append(charge(position, position, gross, draw(st.integers(0, gross))))
    total = sum(charge.net + charge.tax for charge in charges)
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=6)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
    return order(charges, [part for part in parts if part])


@given(orders())
def test_what_has_all_gone_back_leaves_nothing_of_any_rate(bought: ExportedOrder) -> None:
    left = {portion.rate: (portion.gross, portion.tax) for portion in sold(bought)}
    for refund in bought.refunds:
        back = given_back(bought, refund.id)
        assert sum(portion.gross for portion in back) == refund.amount
        for portion in back:
            gross, tax = left[portion.rate]
            left[portion.rate] = (gross - portion.gross, tax - portion.tax)
            assert 0 <= portion.tax <= portion.gross + 1
            assert min(left[portion.rate]) >= 0
    assert set(left.values()) == {(0, 0)}


def test_cents_that_no_rate_can_halve_do_not_all_fall_on_one() -> None:
    bought = order([charge(1, 20, 1, 0), charge(2, 5, 2, 0)], [1, 1, 1])
    back = [portion.rate for refund in bought.refunds for portion in given_back(bought, refund.id)]
    assert sorted(map(str, back)) == ["20.00", "5.00", "5.00"]


def test_what_is_more_than_the_sale_has_no_rate() -> None:
    bought = order([charge(1, 20, 120, 20)], [130])
    assert [(portion.rate, portion.gross, portion.tax) for portion in given_back(bought, UUID(int=1))] == [
        ("20.00", 120, 20), (None, 10, 0),
    ]  # fmt: skip
