"""Notes beside an order: internal ones for operators alone, the others for the buyer, too."""

from uuid import uuid4

import pytest

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM, Actor, Origin, Role
from commerce_core.checkout.views import CheckoutView
from commerce_core.kernel.errors import InvalidInput
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.notes import NewNote, NoteAudience
from commerce_core.testing.builders import Builders

KIM = Actor.staff(uuid4(), "Kim", Role.SUPPORT, Origin())


@pytest.fixture
def placed(shop: Commerce, make: Builders) -> CheckoutView:
    return shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))


def test_internal_notes_are_never_shown_in_the_store_and_customers_are_not_told_who_wrote(
    shop: Commerce, placed: CheckoutView
) -> None:
    shop.orders.add_note(KIM, placed.order.id, NewNote("Looks odd.\nAsk before sending."))
    shop.orders.add_note(KIM, placed.order.id, NewNote("We have wrapped it.", NoteAudience.CUSTOMER))
    seen = shop.checkout.show(SYSTEM, placed.order.id)
    assert [(note.text, note.audience, note.author) for note in seen.notes] == [
        ("Looks odd.\nAsk before sending.", "internal", "Kim"),
        ("We have wrapped it.", "customer", "Kim"),
    ]
    assert shop.orders.notes(SYSTEM, placed.order.id).items == seen.notes
    in_store = [
        shop.checkout.order(placed.order.id, placed.order_token),
        shop.checkout.confirm(placed.order.id, placed.order_token).order,
    ]
    for view in in_store:
        assert [(note.text, note.author) for note in view.notes] == [("We have wrapped it.", None)]
        assert "odd" not in str(view)
    told = [(entry.what, entry.status, entry.actor) for entry in shop.orders.timeline(SYSTEM, placed.order.id).items
            if entry.kind == "note"]  # fmt: skip
    assert told == [("Looks odd.\nAsk before sending.", "internal", "Kim"), ("We have wrapped it.", "customer", "Kim")]


@pytest.mark.parametrize("text", ["", "   ", "\x00", "x" * 5001])
def test_what_says_nothing_or_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        NewNote(text)


def test_who_may_not_and_who_means_no_order_write_nothing(shop: Commerce, placed: CheckoutView) -> None:
    with pytest.raises(PermissionDenied):
        shop.orders.add_note(GUEST, placed.order.id, NewNote("Hello."))
    with pytest.raises(PermissionDenied):
        shop.orders.notes(GUEST, placed.order.id)
    with pytest.raises(OrderNotFound):
        shop.orders.add_note(SYSTEM, uuid4(), NewNote("Hello."))  # type: ignore[arg-type]
    with pytest.raises(OrderNotFound):
        shop.orders.notes(SYSTEM, uuid4())  # type: ignore[arg-type]
    assert shop.orders.notes(SYSTEM, placed.order.id).items == ()
