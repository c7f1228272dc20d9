"""`commerce orders`."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.checkout.model import PaymentMethod, PlaceOrder
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.orders.exported import OrderExport
from commerce_core.orders.views import OrderView
from commerce_core.wiring import Commerce as Shop

HOME = Address(name="Zoé", line1="12 rue des Lilas", postal_code="75011", city="Paris", country="FR")


@pytest.fixture
def order(shop: Shop, mugs: Path) -> OrderView:
    """Two white mugs, to be paid by a transfer."""
    card = shop.catalog.list_products(SYSTEM, StaffProductQuery()).items[0]
    mug: UUID = shop.catalog.staff_product(SYSTEM, card.id).variants[0].id
    cart = shop.cart.create(NewCart(locale=Locale.EN, items=(NewItem(mug, 2),)))
    asked = PlaceOrder(cart.id, "zoe@example.com", HOME, None, "standard", PaymentMethod.MANUAL)
    return shop.checkout.check_out(asked).order


def test_an_order_is_found_by_its_number_by_its_id_and_by_its_buyer(commerce, order: OrderView) -> None:
    shown = commerce("orders", "show", order.number, "--json").value
    assert shown["id"] == str(order.id)
    assert commerce("orders", "show", order.id, "--json").value == shown
    assert commerce("orders", "list", "--search", "zoe@", "--json").value["total"] == 1
    assert commerce("orders", "list", "--status", "paid", "--json").value["total"] == 0
    assert commerce("orders", "show", order.number).out.split()[:2] == ["Order", str(order.number)]


def test_a_total_is_explained_cent_by_cent(commerce, order: OrderView) -> None:
    told = commerce("orders", "explain", order.number, "--json").value
    counted = sum(step["amount"]["amount"] for step in told["steps"] if step["counts"])
    assert counted == told["total"]["amount"] == order.total.amount
    said = commerce("orders", "explain", order.number)
    assert said.out.splitlines()[1].split("\t")[1:] == [
        "price 2 × 10.00 EUR", "10.00 EUR", "", "2000", "none", "20.00 EUR",
    ]  # fmt: skip
    assert f"Order {order.number}: {order.total}." in said.err


def test_money_that_arrived_makes_an_order_go_all_its_way(commerce, order: OrderView) -> None:
    assert commerce("orders", "mark-received", order.number, "--json").value["status"] == "PAID"
    assert commerce("orders", "status", order.number, "fulfilled").out == f"Order {order.number} is FULFILLED now.\n"
    assert commerce("orders", "status", order.number, "COMPLETED", "--json").value["status"] == "COMPLETED"
    assert commerce("inventory", "show", "MUG-W", "--json").value["on_hand"] == 3


def test_nobody_pays_an_order_by_changing_its_status(commerce, order: OrderView) -> None:
    said = commerce("orders", "status", order.number, "PAID")
    assert (said.code, said.err.split(":")[0]) == (4, "order-status-refused")


def test_a_cancelled_order_gives_its_stock_back(commerce, order: OrderView) -> None:
    assert commerce("inventory", "show", "MUG-W", "--json").value["available"] == 3
    assert commerce("orders", "cancel", order.number, "--json").value["status"] == "CANCELLED"
    assert commerce("inventory", "show", "MUG-W", "--json").value["available"] == 5


def test_orders_are_exported_as_the_library_does(commerce, shop: Shop, order: OrderView, tmp_path: Path) -> None:
    written = commerce("export", "orders")
    assert written.out == "".join(shop.orders.export(SYSTEM, OrderExport())).replace("\r\n", "\n")
    assert next(csv.DictReader(io.StringIO(written.out)))["total"] == order.total.major()
    file = tmp_path / "lines.csv"
    options = ("--profile", "lines", "--delimiter", "semicolon", "--decimal", "comma", "--bom", "--status", "paid")
    assert commerce("export", "orders", *options, "--status", "pending_payment", "-o", file).code == 0
    text = file.read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert sum(Decimal(row["gross"].replace(",", ".")) for row in rows) == Decimal(order.total.major())
    assert file.read_bytes().startswith(b"\xef\xbb\xbfnumber;")


def test_an_export_keeps_to_its_days_and_refuses_what_makes_no_sense(commerce, order: OrderView) -> None:
    day = f"{order.placed_at.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%d}"
    assert len(commerce("export", "orders", "--from", day, "--to", day).out.splitlines()) == 2
    assert len(commerce("export", "orders", "--to", "2020-01-01").out.splitlines()) == 1
    refused = commerce("export", "orders", "--from", "2026-01-02", "--to", "2026-01-01")
    assert (refused.code, refused.out) == (2, "")
    assert "/last_day" in refused.err
