"""`commerce invoices`."""

from pathlib import Path
from uuid import UUID

import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.checkout.model import PaymentMethod, PlaceOrder
from commerce_core.kernel.address import Address
from commerce_core.orders.views import OrderView
from commerce_core.wiring import Commerce as Shop

HOME = Address(name="Zoé", line1="12 rue des Lilas", postal_code="75011", city="Paris", country="FR")
SELLER = ("--line1", "1 quai", "--city", "Lyon", "--vat-number", "FR40303265045")


@pytest.fixture
def order(commerce, shop: Shop, mugs: Path) -> OrderView:
    """Two white mugs whose transfer has arrived."""
    card = shop.catalog.list_products(SYSTEM, StaffProductQuery()).items[0]
    mug: UUID = shop.catalog.staff_product(SYSTEM, card.id).variants[0].id
    cart = shop.cart.create(NewCart(items=(NewItem(mug, 2),)))
    asked = PlaceOrder(cart.id, "zoe@example.com", HOME, None, "standard", PaymentMethod.MANUAL)
    placed = shop.checkout.check_out(asked).order
    assert commerce("orders", "mark-received", placed.number).code == 0
    return placed


def test_an_invoice_is_issued_shown_listed_printed_and_exported(commerce, order: OrderView, tmp_path: Path) -> None:
    refused = commerce("invoices", "issue", order.number)
    assert (refused.code, "address" in refused.err) == (4, True)
    assert commerce("settings", "set", *SELLER, "--invoice-prefix", "INV-", "--json").value["invoice_prefix"] == "INV-"
    [issued] = commerce("invoices", "issue", order.number, "--json").value["items"]
    assert issued["number"].startswith("INV-")
    shown = commerce("invoices", "show", issued["number"], "--json").value
    assert shown == commerce("invoices", "show", issued["id"], "--json").value
    assert shown["paper"]["total"]["amount"] == order.total.amount
    assert issued["number"] in commerce("invoices", "show", issued["id"]).out
    assert commerce("invoices", "list", "--order", order.number, "--json").value["items"] == [issued]
    assert commerce("invoices", "list", "--kind", "credit_note", "--json").value["items"] == []
    file = tmp_path / "invoice.pdf"
    assert commerce("invoices", "pdf", issued["number"], "--output", file).code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    exported = commerce("invoices", "export", "--from", "2020-01-01").out.splitlines()
    assert [issued["number"] in row for row in exported] == [False, True]
    assert commerce("invoices", "show", "INV-0").code == 3


def test_what_was_paid_before_there_was_a_seller_is_invoiced_from_a_day_on(commerce, order: OrderView) -> None:
    assert commerce("settings", "set", *SELLER).code == 0
    assert commerce("invoices", "issue", "--paid-since", "2020-01-01", "--json").value == {"issued": 1}
    assert commerce("invoices", "issue", "--paid-since", "2020-01-01", "--json").value == {"issued": 0}
    assert commerce("invoices", "issue").code == 2
    assert commerce("invoices", "list", "--json").value["total"] == 1
