"""`commerce orders refund`, `refunds`, `cancel`, `note` and `notes`."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.checkout.model import PaymentMethod, PlaceOrder
from commerce_core.emails.model import Locale
from commerce_core.orders.views import OrderView
from commerce_core.testing.builders import PARIS
from commerce_core.wiring import Commerce as Shop
from tests.cli.conftest import Said

SECRET = "what only this shop and nobody else knows"


@pytest.fixture
def order(commerce, shop: Shop, mugs: Path) -> OrderView:
    """Two white mugs at 10.00 and the shipping, paid by a transfer that has arrived."""
    card = shop.catalog.list_products(SYSTEM, StaffProductQuery()).items[0]
    mug: UUID = shop.catalog.staff_product(SYSTEM, card.id).variants[0].id
    cart = shop.cart.create(NewCart(locale=Locale.EN, items=(NewItem(mug, 2),)))
    asked = PlaceOrder(cart.id, "zoe@example.com", PARIS, None, "standard", PaymentMethod.MANUAL)
    placed = shop.checkout.check_out(asked).order
    commerce("orders", "mark-received", placed.number)
    return placed


def test_units_go_back_after_a_look_at_what_they_come_to(commerce, shop: Shop, order: OrderView) -> None:
    words = ("orders", "refund", order.number, "--item", "MUG-W=1", "--shipping", "1.50", "--restock")
    said = commerce(*words, "--preview")
    assert said.out.splitlines()[1].split("\t")[1:] == ["1", "10.00 EUR", "1.67 EUR"]
    assert "11.50 EUR would go back" in said.err
    assert shop.refunds.list_refunds(SYSTEM, order.id).items == ()
    made = commerce(*words, "--reason", "returned", "--json", "--yes").value
    assert (made["amount"]["amount"], made["status"], made["reason"]) == (1150, "succeeded", "returned")
    assert commerce("inventory", "show", "MUG-W", "--json").value["on_hand"] == 4
    assert commerce("orders", "refunds", order.number, "--json").value["items"] == [made]
    assert commerce("orders", "show", order.number, "--json").value["payment_status"] == "partially_refunded"


def test_all_that_is_left_goes_back_once(commerce, order: OrderView) -> None:
    commerce("orders", "refund", order.number, "--amount", "5", "--yes")
    said = commerce("orders", "refund", order.number, "--everything", "--yes")
    left = order.total.amount - 500
    assert said.out == f"{left // 100}.{left % 100:02} EUR of order {order.number} goes back: succeeded.\n"
    again = commerce("orders", "refund", order.number, "--everything", "--yes")
    assert (again.code, again.err.split(":")[0]) == (4, "nothing-to-refund")


def test_nothing_goes_back_before_somebody_has_said_yes_to_what_it_comes_to(
    commerce, shop: Shop, order: OrderView
) -> None:
    words = ("orders", "refund", order.number, "--amount", "5")
    for stdin in ("n\n", ""):
        said = commerce(*words, stdin=stdin)
        assert (said.code, "goes back" in said.out) == (1, False)
        assert "5.00 EUR would go back" in said.err
    assert shop.refunds.list_refunds(SYSTEM, order.id).items == ()
    assert commerce(*words, stdin="y\n").out.endswith(f"5.00 EUR of order {order.number} goes back: succeeded.\n")


def test_a_refund_repeated_with_its_key_is_made_once_and_told_again(commerce, shop: Shop, order: OrderView) -> None:
    def refund(amount: str, key: str = "ticket-4711", secret: str = SECRET) -> Said:
        words = ("orders", "refund", order.number, "--amount", amount, "--key", key, "--yes", "--json")
        return commerce(*words, COMMERCE_SECRET=secret)

    def refusal(said: Said) -> tuple[int, str]:
        return said.code, json.loads(said.err)["code"]

    assert refusal(refund("500")) == (4, "refund-too-large")  # And the key is free again.
    first = refund("5").value
    assert refund("5").value == first
    assert refusal(refund("6")) == (2, "idempotency-key-reused")
    assert refusal(refund("5", secret=SECRET[::-1])) == (4, "idempotency-answer-lost")
    assert refusal(refund("5", key="two words")) == (2, "invalid-input")
    assert [str(refund.id) for refund in shop.refunds.list_refunds(SYSTEM, order.id).items] == [first["id"]]
    assert refund("5", key="ticket-4712").value["id"] != first["id"]


@pytest.mark.parametrize("typed", ["MUG-W", "MUG-W=", "MUG-W=x", "MUG-B=1", "=1"])
def test_a_line_that_is_not_the_orders_is_refused(commerce, shop: Shop, order: OrderView, typed: str) -> None:
    said = commerce("orders", "refund", order.number, "--item", typed)
    assert (said.code, said.err.split(":")[0]) == (2, "invalid-input")
    assert shop.refunds.list_refunds(SYSTEM, order.id).items == ()


def test_a_paid_order_is_called_off_and_its_units_stay_away_if_they_shall(commerce, order: OrderView) -> None:
    said = commerce("orders", "cancel", order.number, "--no-restock", "--reason", "They called.")
    assert said.out == f"Order {order.number} is REFUNDED now.\n"
    assert commerce("inventory", "show", "MUG-W", "--json").value["on_hand"] == 3


def test_notes_are_written_and_read(commerce, order: OrderView) -> None:
    assert commerce("orders", "note", order.number, "Looks odd.").out == "Noted, for operators alone.\n"
    assert commerce("orders", "note", order.number, "Wrapped.", "--to-customer").out == "Noted, for the buyer, too.\n"
    found = commerce("orders", "notes", order.number, "--json").value["items"]
    assert [(note["text"], note["audience"]) for note in found] == [
        ("Looks odd.", "internal"),
        ("Wrapped.", "customer"),
    ]
