"""Orders as files: every profile read back adds up, to the cent, to what the database says."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.cart.service import NewItem
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.checkout.views import CheckoutView
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.orders.exported import DecimalSign, Delimiter, ExportProfile, OrderExport
from commerce_core.orders.model import OrderStatus
from commerce_core.orders.shopify import HEADER as SHOPIFY_HEADER
from commerce_core.payments.drafts import NewRefund, RefundItem
from commerce_core.payments.provider import ProviderRefundStatus
from commerce_core.taxes.drafts import NewTaxRate
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway

Rows = list[dict[str, str]]
LEDGER = OrderExport(ExportProfile.LEDGER)


@pytest.fixture
def asked(database_url: str) -> Callable[..., list[tuple[Any, ...]]]:
    """What the tables hold."""

    def ask(query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    return ask


def text_of(shop: Commerce, wanted: OrderExport) -> str:
    return "".join(shop.orders.export(SYSTEM, wanted))


def rows_of(shop: Commerce, wanted: OrderExport = OrderExport()) -> Rows:  # noqa: B008 - frozen
    return list(csv.DictReader(io.StringIO(text_of(shop, wanted), newline="")))


def cents(rows: Rows, *columns: str) -> int:
    """What amounts come to, in minor units; each has exactly two decimals."""
    cells = [row[column] for row in rows for column in columns if row[column]]
    assert all(cell[-3] == "." for cell in cells)
    return int(sum(map(Decimal, cells), Decimal(0)) * 100)


def pay(shop: Commerce, gateway: FakeGateway, placed: CheckoutView) -> None:
    assert placed.payment
    gateway.pay(str(placed.payment.intent_id))
    shop.payments.receive("stripe", *gateway.event(str(placed.payment.intent_id), "payment_intent.succeeded"))


def give_back(shop: Commerce, order_id: UUID, amount: int) -> None:
    """As whoever serves the buyer does, and the worker after that."""
    shop.refunds.refund(SYSTEM, order_id, NewRefund(amount=Money(amount, "EUR")))
    while shop.outbox.drain():
        pass


@pytest.fixture
def year(shop: Commerce, make: Builders, gateway: FakeGateway, clock: Clock) -> list[CheckoutView]:
    """Four orders over two tax rates with a discount: refunded in three parts, paid, paid too late, never paid."""
    for tax_class, rate in ((TaxClass.STANDARD, "20.00"), (TaxClass.REDUCED, "5.5")):
        shop.taxes.create(SYSTEM, NewTaxRate("FR", tax_class, Decimal(rate), date(2020, 1, 1)))
    shop.discounts.create(SYSTEM, NewDiscount("Three off", DiscountKind.FIXED, amount=Money(300, "EUR")))
    variant = NewVariant(price=Money(1250, "EUR"), sku="BOOK", tax_class=TaxClass.REDUCED)
    book = shop.catalog.create_product(SYSTEM, NewProduct("=Book", variants=(variant,), status=ProductStatus.ACTIVE))
    mug = make.variant(price=1999, stock=100)
    placed, carts = [], []
    for number, quantity in enumerate((3, 1, 2, 1)):
        cart = make.cart((mug, quantity), (book.variants[0].id, quantity + 1))
        carts.append(cart.id)
        asked = make.request(cart.id)
        placed.append(
            shop.checkout.check_out(evolve(asked, shipping_address=evolve(PARIS, name="=1+1", phone="+33 1")))
        )
        clock.forward(timedelta(minutes=number))
    for order in placed[:2]:
        pay(shop, gateway, order)
    for part in (333, 1, placed[0].order.total.amount - 334):
        clock.forward(timedelta(days=1))
        give_back(shop, placed[0].order.id, part)
    shop.cart.add_item(carts[2], NewItem(mug, 1))  # Cancels the order; the buyer pays in another window.
    pay(shop, gateway, placed[2])
    while shop.outbox.drain():
        pass
    return placed


def test_one_row_for_an_order_adds_up_to_the_orders_and_refunds(
    shop: Commerce, year: list[CheckoutView], asked: Callable[..., Any]
) -> None:
    rows = rows_of(shop)
    assert [row["number"] for row in rows] == [str(placed.order.number) for placed in year]
    columns = ("subtotal", "discount_total", "shipping_total", "tax_total", "total")
    assert [tuple(cents(rows, column) for column in columns)] == asked(
        "SELECT sum(subtotal_amount), sum(discount_amount), sum(shipping_amount), sum(tax_amount), sum(total_amount)"
        " FROM orders"
    )
    assert [(cents(rows, "captured"),)] == asked("SELECT sum(captured_amount) FROM payments")
    assert [(cents(rows, "refunded"),)] == asked("SELECT sum(amount) FROM refunds WHERE status = 'succeeded'")
    assert cents(rows, "refunds_under_way") == 0
    for row in rows:
        assert cents([row], "subtotal", "shipping_total") - cents([row], "discount_total") == cents([row], "total")


def test_lines_and_shipping_add_up_to_each_order(shop: Commerce, year: list[CheckoutView]) -> None:
    rows = rows_of(shop, OrderExport(ExportProfile.LINES))
    assert [row["kind"] for row in rows] == ["item", "item", "shipping"] * len(year)
    for placed in year:
        of_order = [row for row in rows if row["order_id"] == str(placed.order.id)]
        assert cents(of_order, "gross") == cents(of_order, "line_total") == placed.order.total.amount
        assert cents(of_order, "net", "tax") == placed.order.total.amount
        assert cents(of_order, "tax") == placed.order.tax_total.amount
        assert {(row["sku"], row["tax_rate"]) for row in of_order} >= {("BOOK", "5.50"), ("", "20.00")}


def test_a_ledger_balances_by_tax_rate(shop: Commerce, year: list[CheckoutView], asked: Callable[..., Any]) -> None:
    rows = rows_of(shop, LEDGER)
    by_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in dict.fromkeys(r["kind"] for r in rows)}
    assert set(by_kind) == {"sale", "surplus", "refund", "surplus_refund"}
    assert [(cents(by_kind["sale"], "gross"),)] == asked(
        "SELECT sum(total_amount) FROM orders WHERE paid_at IS NOT NULL"
    )
    assert [(-cents(by_kind["refund"] + by_kind["surplus_refund"], "gross"),)] == asked(
        "SELECT sum(amount) FROM refunds WHERE status = 'succeeded'"
    )
    assert [(cents(rows, "gross"),)] == asked("SELECT sum(captured_amount) - sum(refunded_amount) FROM payments")
    kept = year[1].order
    for rate in kept.tax_lines:  # All that was given back is gone from every rate, net, tax and gross.
        of_rate = [row for row in rows if row["tax_rate"] == rate.rate]
        assert cents(of_rate, "tax") == rate.amount.amount
        assert cents(of_rate, "net", "tax") == cents(of_rate, "gross")
    assert cents([row for row in rows if row["tax_rate"]], "gross") == kept.total.amount
    assert {row["tax"] for row in by_kind["surplus"] + by_kind["surplus_refund"]} == {
        "0.00",
    }
    assert len({row["refund_id"] for row in by_kind["refund"]}) == 3


def test_a_refund_that_fails_after_all_is_told_and_undone_rate_by_rate(
    shop: Commerce, year: list[CheckoutView], gateway: FakeGateway, clock: Clock, asked: Callable[..., Any]
) -> None:
    before = rows_of(shop, LEDGER)
    kept = year[1].order
    clock.forward(timedelta(days=1))
    units = (RefundItem(kept.items[1].id, 1),)
    made = shop.refunds.refund(SYSTEM, kept.id, NewRefund(items=units, shipping=Money(100, "EUR")))
    clock.forward(timedelta(days=1))
    gateway.settle_refund(str(made.provider_refund_id), ProviderRefundStatus.FAILED)
    shop.payments.receive("stripe", *gateway.event(str(made.provider_refund_id), "refund.failed"))
    rows = [row for row in rows_of(shop, LEDGER) if row["refund_id"] == str(made.id)]
    given, undone = ([row for row in rows if row["kind"] == kind] for kind in ("refund", "refund_failed"))
    assert [row["tax_rate"] for row in given] == [row["tax_rate"] for row in undone] == ["5.50", "20.00"]
    assert cents(given, "gross") == -made.amount.amount
    for column in ("net", "tax", "gross"):
        assert [cents([row], column) for row in undone] == [-cents([row], column) for row in given]
    assert given[0]["date"] < undone[0]["date"]
    assert [row for row in rows_of(shop, LEDGER) if row not in rows] == before
    assert [(cents(rows_of(shop, LEDGER), "gross"),)] == asked(
        "SELECT sum(captured_amount) - sum(refunded_amount) FROM payments"
    )


def test_a_ledger_keeps_to_the_day_of_the_money(shop: Commerce, year: list[CheckoutView], clock: Clock) -> None:
    days = sorted({row["date"] for row in rows_of(shop, LEDGER)})
    assert len(days) == 4
    whole = rows_of(shop, LEDGER)
    each = [evolve(LEDGER, first_day=day, last_day=day) for day in map(date.fromisoformat, days)]
    assert [row for wanted in each for row in rows_of(shop, wanted)] == whole


def test_shopifys_columns_add_up_and_say_an_orders_own_once(shop: Commerce, year: list[CheckoutView]) -> None:
    rows = rows_of(shop, OrderExport(ExportProfile.SHOPIFY))
    assert len(SHOPIFY_HEADER) == len(set(SHOPIFY_HEADER)) == 79
    first = [row for row in rows if row["Total"]]
    assert [row["Name"] for row in rows] == [placed.order.reference for placed in year for _ in range(2)]
    assert [row["Financial Status"] for row in first] == ["refunded", "paid", "refunded", "pending"]
    for row, placed in zip(first, year, strict=True):
        assert cents([row], "Subtotal", "Shipping") == cents([row], "Total") == placed.order.total.amount
        taxes = [f"Tax {place} Value" for place in range(1, 6)]
        assert cents([row], *taxes) == cents([row], "Taxes") == placed.order.tax_total.amount
        lines = [line for line in rows if line["Name"] == row["Name"]]
        lists = sum(int(line["Lineitem quantity"]) * cents([line], "Lineitem price") for line in lines)
        assert lists - cents(lines, "Lineitem discount") == cents([row], "Subtotal")
    assert first[0]["Refunded Amount"] == first[0]["Total"]
    assert first[3]["Outstanding Balance"] == first[3]["Total"]


@pytest.mark.parametrize("profile", [ExportProfile.ORDERS, ExportProfile.SHOPIFY])
def test_a_customer_who_is_called_like_a_formula_stays_text(
    shop: Commerce, year: list[CheckoutView], profile: ExportProfile
) -> None:
    rows = rows_of(shop, OrderExport(profile))
    row = rows[0]
    name, phone = ("shipping_name", "shipping_phone") if profile is ExportProfile.ORDERS else ("Shipping Name", "Phone")
    assert (row[name], row[phone]) == ("'=1+1", "'+33 1")
    assert "=1+1" not in {cell for row in rows for cell in row.values()}


def test_another_spreadsheet_reads_the_same_amounts(shop: Commerce, year: list[CheckoutView]) -> None:
    french = evolve(LEDGER, delimiter=Delimiter.SEMICOLON, decimal=DecimalSign.COMMA, bom=True)
    text = text_of(shop, french)
    assert text.startswith("\ufeffdate;at;kind;")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";"))
    assert [row["gross"].replace(",", ".") for row in rows] == [row["gross"] for row in rows_of(shop, LEDGER)]
    assert any(row["gross"].startswith("-") for row in rows)  # An amount is a number, whatever its sign.


def test_days_and_statuses_choose_orders(shop: Commerce, year: list[CheckoutView], asked: Callable[..., Any]) -> None:
    assert [row["status"] for row in rows_of(shop, OrderExport(status=(OrderStatus.PAID, OrderStatus.REFUNDED)))] == [
        "REFUNDED", "PAID",
    ]  # fmt: skip
    # Half past eleven in the evening of New Year's Eve in London is the next year in Paris.
    at = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    asked("UPDATE orders SET placed_at = %s WHERE id = %s", at, year[0].order.id)
    new_year = date(2026, 1, 1)
    assert len(rows_of(shop, OrderExport(first_day=new_year, last_day=new_year))) == 1
    assert rows_of(shop, OrderExport(last_day=date(2025, 12, 31))) == []


def test_pages_lose_nothing_and_repeat_nothing(
    shop: Commerce, year: list[CheckoutView], asked: Callable[..., Any]
) -> None:
    asked("UPDATE orders SET placed_at = %s", datetime(2026, 1, 1, tzinfo=UTC))  # All at once: ids decide.
    reader = shop.orders.exports
    paris = ZoneInfo("Europe/Paris")
    since, until = OrderExport().placed(paris)
    found, last = [], None
    while page := reader.orders(OrderExport(), paris, last, 1):
        found += page
        last = page[-1]
    assert sorted(order.id for order in found) == sorted(placed.order.id for placed in year)
    entries, entry = [], None
    while some := reader.ledger(since, until, entry, 1):
        entries += some
        entry = some[-1]
    assert entries == list(reader.ledger(since, until, None, 100))


def test_what_makes_no_sense_is_refused_and_so_is_who_may_not(shop: Commerce) -> None:
    with pytest.raises(InvalidInput, match="/last_day"):
        OrderExport(first_day=date(2026, 1, 2), last_day=date(2026, 1, 1))
    with pytest.raises(InvalidInput, match="/status"):
        OrderExport(ExportProfile.LEDGER, status=(OrderStatus.PAID,))
    with pytest.raises(PermissionDenied):
        shop.orders.export(GUEST, OrderExport())


@pytest.mark.parametrize("profile", ExportProfile)
def test_a_shop_without_orders_has_a_header(shop: Commerce, profile: ExportProfile) -> None:
    assert len(text_of(shop, OrderExport(profile)).splitlines()) == 1


COPIES = """
WITH copies AS (
  INSERT INTO orders (id, number, reference, status, payment_status, email, locale, currency, prices_include_tax,
    subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_lines, placed_at, paid_at)
  SELECT gen_random_uuid(), nextval('order_numbers'), 'copy', 'PAID', 'paid', 'a@example.com', 'en', 'EUR', true,
    100, 0, 0, 0, 100, '[]', shop_now(), shop_now() FROM generate_series(1, %s)
  RETURNING id
)
INSERT INTO order_charges (order_id, position, qty, label_price_amount, unit_price_amount, discount_amount, tax_class,
  tax_title, tax_rate, reverse_charge, tax_base_amount, tax_amount)
SELECT id, 1, 1, 100, 100, 0, 'exempt', '', 0, false, 100, 0 FROM copies
"""


@pytest.mark.parametrize("profile", [ExportProfile.LINES, ExportProfile.LEDGER])
def test_ten_times_the_orders_take_no_more_memory(
    shop: Commerce, asked: Callable[..., Any], profile: ExportProfile
) -> None:
    def peak(orders: int) -> int:
        asked(COPIES, orders)
        tracemalloc.start()
        try:
            lines = sum(1 for _ in shop.orders.export(SYSTEM, OrderExport(profile)))
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert [(lines - 1,)] == asked("SELECT count(*) FROM orders")
        return most

    peak(300)  # Warms up what is made once.
    few = peak(100)
    assert peak(4_000) < 1.3 * few + 200_000
