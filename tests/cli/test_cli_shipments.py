"""`commerce shipments`, and the filters of `commerce orders list` and `commerce export orders`."""

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


@pytest.fixture
def order(shop: Shop, mugs: Path) -> OrderView:
    """Two white mugs, paid by a transfer."""
    card = shop.catalog.list_products(SYSTEM, StaffProductQuery()).items[0]
    mug: UUID = shop.catalog.staff_product(SYSTEM, card.id).variants[0].id
    cart = shop.cart.create(NewCart(items=(NewItem(mug, 2),)))
    asked = PlaceOrder(cart.id, "zoe@example.com", HOME, None, "standard", PaymentMethod.MANUAL)
    done = shop.checkout.check_out(asked)
    shop.payments.mark_received(SYSTEM, done.order.id)
    return done.order


def test_a_parcel_is_sent_told_better_and_arrives(commerce, order: OrderView) -> None:
    sent = commerce(
        "shipments", "ship", order.number, "--item", "mug-w=1", "--carrier", "Colissimo", "--tracking-number", "6A"
    )
    page = "https://www.laposte.fr/outils/suivre-vos-envois?code=6A"
    assert sent.out == f"1 x MUG-W of order {order.number}: shipped. {page}\n"
    changed = commerce("shipments", "change", order.number, "--carrier", "By bike", "--json").value
    assert (changed["carrier"], changed["tracking_number"], changed["tracking_url"]) == ("By bike", "6A", None)
    lost = commerce("shipments", "ship", order.number, "--json").value
    said = commerce("shipments", "deliver", order.number)
    assert (said.code, said.err) == (2, "invalid-input: /shipment: 2 shipments are under way: name one.\n")
    commerce("shipments", "cancel", order.number, lost["id"], "--reason", "lost")
    assert commerce("shipments", "deliver", order.number, "--json").value["status"] == "delivered"
    assert commerce("orders", "show", order.number, "--json").value["fulfillment_status"] == "partially_fulfilled"
    rows = [line.split("\t") for line in commerce("shipments", "list", order.number).out.splitlines()[1:]]
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("delivered", "1 x MUG-W", "By bike"),
        ("cancelled", "1 x MUG-W", ""),
    ]


@pytest.mark.parametrize("item", ["MUG-W", "MUG-B=1", "MUG-W=x", "=1"])
def test_an_item_that_is_none_is_refused(commerce, order: OrderView, item: str) -> None:
    assert commerce("shipments", "ship", order.number, "--item", item).code == 2
    assert commerce("shipments", "list", order.number, "--json").value["items"] == []


def test_lists_and_files_take_the_same_filters(commerce, order: OrderView) -> None:
    fits = ["--status", "paid", "--payment-status", "paid", "--fulfillment-status", "unfulfilled", "--search", "zoé"]
    fits += ["--from", "2020-01-01", "--to", "2999-01-01", "--paid-from", "2020-01-01", "--paid-to", "2999-01-01"]
    fits += ["--min-total", "1.00", "--max-total", "1000", "--currency", "eur"]
    assert commerce("orders", "list", *fits, "--sort", "-total", "--json").value["total"] == 1
    assert len(commerce("export", "orders", *fits).out.splitlines()) == 2
    for other in (
        ["--search", "camille"],
        ["--min-total", "1000"],
        ["--open-case"],
        ["--fulfillment-status", "delivered"],
    ):
        assert commerce("orders", "list", *other, "--json").value["total"] == 0
        assert len(commerce("export", "orders", *other).out.splitlines()) == 1
    assert commerce("orders", "list", "--min-total", "x").code == 2
