"""Sales and refunds over tax rates: what a refund gives back of each line is what it gives back of each rate."""

from datetime import UTC, datetime
from uuid import UUID

from commerce_core.orders.exported import ExportedCharge, ExportedOrder, ExportedRefund, ExportedShare
from commerce_core.orders.ledger import given_back, sold
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus


def charge(position: int, rate: int, gross: int, tax: int) -> ExportedCharge:
    return ExportedCharge(
        position, None, "", 1, gross, 0, "VAT", str(rate), reverse_charge=False, net=gross - tax, tax=tax,
        taxable=True, requires_shipping=False,
    )  # fmt: skip


def refund(amount: int, *shares: tuple[int, int, int]) -> ExportedRefund:
    return ExportedRefund(
        UUID(int=1), amount, succeeded=True, failed=False, shares=tuple(ExportedShare(*share) for share in shares),
        provider="", provider_refund_id=None,
    )  # fmt: skip


def order(*charges: ExportedCharge) -> ExportedOrder:
    total, at = sum(charge.net + charge.tax for charge in charges), datetime(2026, 1, 1, tzinfo=UTC)
    return ExportedOrder(
        UUID(int=0), 1001, "1001", OrderStatus.PAID, OrderPaymentStatus.PAID, FulfillmentStatus.UNFULFILLED,
        "a@example.com", "EUR", True, at, at, None, None, None, None, None, "", False, total, 0, 0, 0, total, (),
        charges, (), (),
    )  # fmt: skip


def test_lines_of_one_rate_are_one_portion_of_a_sale_and_of_a_refund() -> None:
    bought = order(charge(1, 20, 120, 20), charge(2, 5, 105, 5), charge(0, 20, 12, 2))
    assert [(portion.rate, portion.gross, portion.tax) for portion in sold(bought)] == [
        ("20.00", 132, 22), ("5.00", 105, 5),
    ]  # fmt: skip
    back = given_back(bought, refund(85, (1, 60, 10), (2, 21, 1), (0, 4, 1)))
    assert [(portion.rate, portion.gross, portion.tax) for portion in back] == [("20.00", 64, 11), ("5.00", 21, 1)]


def test_units_that_cost_nothing_are_no_portion() -> None:
    assert [
        p.rate for p in given_back(order(charge(1, 20, 0, 0), charge(2, 5, 5, 0)), refund(5, (1, 0, 0), (2, 5, 0)))
    ] == ["5.00"]


def test_what_is_more_than_the_sale_has_no_rate() -> None:
    back = given_back(order(charge(1, 20, 120, 20)), refund(130, (1, 120, 20)))
    assert [(portion.rate, portion.gross, portion.tax) for portion in back] == [("20.00", 120, 20), (None, 10, 0)]


def test_what_was_no_sale_has_no_rate_at_all() -> None:
    assert [(portion.rate, portion.gross) for portion in given_back(order(charge(1, 20, 120, 20)), refund(120))] == [
        (None, 120)
    ]
