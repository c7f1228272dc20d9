"""Drafts: filled and priced like carts, changed by several, and never seen by who shops."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, HIDDEN, SYSTEM, Actor, ActorKind
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartNotFound, VariantNotForSale
from commerce_core.cart.service import NewItem
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.draft_orders.changes import DraftChanges
from commerce_core.draft_orders.errors import (
    DraftOrderChanged,
    DraftOrderIncomplete,
    DraftOrderNotFound,
)
from commerce_core.draft_orders.model import DraftItem, DraftStatus, ManualDiscount, ManualShipping
from commerce_core.inventory.errors import OutOfStock
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.clock import Clock
from tests.features.draft_orders.conftest import Drafted, Refused, Rows

TEN = ManualDiscount("Our mistake", percent=Decimal(10))


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def free(shop: Commerce, variant: Any) -> int:
    return shop.inventory.stock(SYSTEM, variant).available


def test_a_draft_comes_to_what_a_cart_of_the_same_comes_to(shop: Commerce, make: Builders, drafted: Drafted) -> None:
    shop.discounts.create(SYSTEM, NewDiscount("Spring", DiscountKind.PERCENTAGE, percent=Decimal(15)))
    wanted = (make.variant(price=1999), 3), (make.variant(price=333, title="Red mug"), 7)
    cart = make.cart(*wanted)
    cart = shop.cart.change(cart.id, CartChanges(shipping_address=PARIS, shipping_option_id="standard"))
    draft = drafted(*wanted)
    sums = ("subtotal", "discount_total", "shipping_total", "tax_total", "total", "prices_include_tax")
    assert [getattr(draft, name) for name in sums] == [getattr(cart, name) for name in sums]
    assert [line.line_total for line in draft.items] == [line.line_total for line in cart.items]
    assert cart.discount_total == euros(1249)


def test_what_is_agreed_by_hand_is_taken_off_behind_all_other_discounts(
    shop: Commerce, make: Builders, drafted: Drafted
) -> None:
    shop.discounts.create(SYSTEM, NewDiscount("Spring", DiscountKind.PERCENTAGE, percent=Decimal(50)))
    mug, cup = make.variant(price=1000), make.variant(price=500, title="Cup")
    items = DraftItem(mug, 2, ManualDiscount("Scratched", amount=euros(100))), DraftItem(cup, 2)
    draft = drafted(items=items, discount=TEN, shipping=ManualShipping("By bike", euros(150), 1))
    assert [line.discount_total for line in draft.items] == [euros(1190), euros(540 + 10)]
    assert (draft.subtotal, draft.discount_total, draft.shipping_total) == (euros(3000), euros(1740), euros(150))
    assert draft.total == euros(3000 - 1740 + 150)
    assert draft.tax_total == euros(235)  # 210 and 25, each part rounded by itself
    assert (draft.items[0].discount, draft.discount) == (ManualDiscount("Scratched", amount=euros(100)), TEN)


def test_shipping_agreed_by_hand_is_not_made_free(shop: Commerce, make: Builders, drafted: Drafted) -> None:
    shop.discounts.create(SYSTEM, NewDiscount("No postage", DiscountKind.FREE_SHIPPING))
    mug = make.variant()
    assert drafted((mug, 1)).shipping_total == euros(0)
    assert drafted((mug, 1), shipping=ManualShipping("By bike", euros(150))).shipping_total == euros(150)
    letter = make.variant(ships=False)
    assert drafted((letter, 1), shipping=ManualShipping("By bike", euros(150))).shipping_total == euros(0)


def test_who_may_not_give_discounts_may_build_drafts_and_not_touch_an_agreed_price(
    shop: Commerce, make: Builders, drafted: Drafted, support: Actor, refused: Refused
) -> None:
    mug = make.variant()
    draft = drafted((mug, 1), actor=support)
    change = shop.draft_orders.change
    refused(PermissionDenied, change, support, draft.id, DraftChanges(discount=TEN))
    refused(PermissionDenied, change, support, draft.id, DraftChanges(shipping=ManualShipping("By bike", euros(0))))
    change(SYSTEM, draft.id, DraftChanges(discount=ManualDiscount("Friends", percent=Decimal(90))))
    refused(PermissionDenied, change, support, draft.id, DraftChanges(items=(DraftItem(mug, 10),)))
    refused(PermissionDenied, change, support, draft.id, DraftChanges(discount=None))
    assert change(support, draft.id, DraftChanges(notes="Rings twice")).discount is not None
    nobody = Actor(ActorKind.STAFF, uuid4(), "Lee")
    for act in (
        lambda: shop.draft_orders.create(nobody, DraftChanges()),
        lambda: change(nobody, draft.id, DraftChanges()),
        lambda: shop.draft_orders.show(nobody, draft.id),
        lambda: shop.draft_orders.list_drafts(nobody, None, PageRequest()),
        lambda: shop.draft_orders.hold(nobody, draft.id),
        lambda: shop.draft_orders.release(nobody, draft.id),
        lambda: shop.draft_orders.place(nobody, draft.id),
        lambda: shop.draft_orders.delete(nobody, draft.id),
    ):
        refused(PermissionDenied, act)


def test_of_two_who_change_a_draft_the_second_has_to_read_it_again(
    shop: Commerce, make: Builders, drafted: Drafted, refused: Refused
) -> None:
    mug = make.variant()
    draft = drafted((mug, 1))
    changed = shop.draft_orders.change(SYSTEM, draft.id, DraftChanges(items=(DraftItem(mug, 2),)), draft.version)
    assert (changed.version, changed.items[0].id) == (draft.version + 1, draft.items[0].id)
    stale = DraftChanges(items=(DraftItem(mug, 5),))
    told = refused(DraftOrderChanged, shop.draft_orders.change, SYSTEM, draft.id, stale, draft.version)
    assert isinstance(told, DraftOrderChanged)
    assert told.version == changed.version
    refused(DraftOrderChanged, shop.draft_orders.hold, SYSTEM, draft.id, 1, draft.version)
    refused(DraftOrderChanged, shop.draft_orders.place, SYSTEM, draft.id, None, draft.version)
    refused(DraftOrderChanged, shop.draft_orders.delete, SYSTEM, draft.id, draft.version)


def test_stock_is_held_on_demand_follows_the_lines_and_is_given_back(
    shop: Commerce, make: Builders, drafted: Drafted, clock: Clock, refused: Refused
) -> None:
    mug, cup = make.variant(stock=5), make.variant(stock=5, title="Cup")
    draft = drafted((mug, 2))
    assert (free(shop, mug), draft.held_until) == (5, None)
    clock.forward(timedelta(0))
    held = shop.draft_orders.hold(SYSTEM, draft.id, 24)
    assert (free(shop, mug), held.held_until, held.version) == (3, clock.now + timedelta(hours=24), draft.version + 1)
    clock.forward(timedelta(hours=23))
    moved = shop.draft_orders.change(SYSTEM, draft.id, DraftChanges(items=(DraftItem(cup, 4),)))
    assert (free(shop, mug), free(shop, cup), moved.held_until) == (5, 1, held.held_until)
    refused(OutOfStock, shop.draft_orders.change, SYSTEM, draft.id, DraftChanges(items=(DraftItem(cup, 6),)))
    clock.forward(timedelta(hours=1))
    assert shop.inventory.release_expired() == 1
    assert (free(shop, cup), shop.draft_orders.show(SYSTEM, draft.id).held_until) == (5, None)

    shop.draft_orders.hold(SYSTEM, draft.id)
    assert free(shop, cup) == 1
    assert shop.draft_orders.release(SYSTEM, draft.id).held_until is None
    assert free(shop, cup) == 5
    shop.draft_orders.hold(SYSTEM, draft.id)
    shop.draft_orders.delete(SYSTEM, draft.id)
    assert free(shop, cup) == 5
    refused(DraftOrderNotFound, shop.draft_orders.show, SYSTEM, draft.id)
    assert shop.inventory.verify(SYSTEM) == []


def test_nobody_holds_for_more_than_two_weeks_or_more_than_there_is(
    shop: Commerce, make: Builders, drafted: Drafted, refused: Refused
) -> None:
    draft = drafted((make.variant(stock=1), 2))
    refused(OutOfStock, shop.draft_orders.hold, SYSTEM, draft.id)
    refused(InvalidInput, shop.draft_orders.hold, SYSTEM, draft.id, 337)
    refused(InvalidInput, shop.draft_orders.hold, SYSTEM, draft.id, 0)
    refused(DraftOrderIncomplete, shop.draft_orders.hold, SYSTEM, drafted().id)


def test_no_shopper_ever_meets_a_draft(
    shop: Commerce, make: Builders, drafted: Drafted, refused: Refused, rows: Rows
) -> None:
    mug = make.variant()
    draft = drafted((mug, 1))
    for act in (
        lambda: shop.cart.get(draft.id),
        lambda: shop.cart.add_item(draft.id, NewItem(mug, 1)),
        lambda: shop.cart.set_quantity(draft.id, draft.items[0].id, 2),
        lambda: shop.cart.remove_item(draft.id, draft.items[0].id),
        lambda: shop.cart.change(draft.id, CartChanges(notes="mine")),
        lambda: shop.cart.apply_discount(draft.id, "SPRING"),
        lambda: shop.cart.shipping_options(draft.id),
        lambda: shop.checkout.check_out(make.request(draft.id)),
    ):
        refused(CartNotFound, act)
    refused(DraftOrderNotFound, shop.draft_orders.show, SYSTEM, make.cart((mug, 1)).id)
    assert b'"total" : 1' in shop.cart.list_carts(SYSTEM, None, PageRequest())
    assert rows("SELECT DISTINCT cart_id FROM cart_events WHERE cart_id = %s", draft.id) == []


def test_a_draft_of_a_customer_is_not_the_cart_they_find_at_login(
    shop: Commerce, make: Builders, drafted: Drafted, rows: Rows
) -> None:
    mug = make.variant()
    [(customer_id,)] = rows(
        "INSERT INTO customers (id, email, email_key, locale, search_text)"
        " VALUES (gen_random_uuid(), 'zoe@example.com', 'zoe@example.com', 'en', 'zoe') RETURNING id"
    )
    draft = drafted((mug, 1), customer_id=customer_id, email=None)
    assert draft.email == "zoe@example.com"
    zoe = Actor(ActorKind.CUSTOMER, customer_id, "Zoe")
    cart = make.cart((mug, 2))
    assert shop.cart.merge(zoe, cart.id).cart.id == cart.id
    with pytest.raises(CartNotFound):
        shop.cart.get(draft.id, shopper=zoe)
    with pytest.raises(CartNotFound):
        shop.cart.merge(zoe, draft.id)
    assert shop.draft_orders.show(SYSTEM, draft.id).items[0].quantity == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        (DraftChanges(email="nobody"), "/email"),
        (DraftChanges(notes="\x00"), "/notes"),
        (DraftChanges(shipping_option_id=""), "/shipping_option_id"),
        (DraftChanges(customer_id=uuid4()), "/customer_id"),
        (DraftChanges(discount=ManualDiscount("", percent=Decimal(5))), "/discount/reason"),
        (DraftChanges(discount=ManualDiscount("None")), "/discount"),
        (DraftChanges(discount=ManualDiscount("Both", Decimal(5), Money(5, "EUR"))), "/discount"),
        (DraftChanges(discount=ManualDiscount("Much", percent=Decimal("100.01"))), "/discount/percent"),
        (DraftChanges(discount=ManualDiscount("Odd", percent=Decimal("0.001"))), "/discount/percent"),
        (DraftChanges(discount=ManualDiscount("NaN", percent=Decimal("NaN"))), "/discount/percent"),
        (DraftChanges(discount=ManualDiscount("Yen", amount=Money(5, "JPY"))), "/discount/amount/currency"),
        (DraftChanges(discount=ManualDiscount("More", amount=Money(-5, "EUR"))), "/discount/amount/amount"),
        (DraftChanges(shipping=ManualShipping("", Money(5, "EUR"))), "/shipping/title"),
        (DraftChanges(shipping=ManualShipping("Bike", Money(-1, "EUR"))), "/shipping/price/amount"),
        (DraftChanges(shipping=ManualShipping("Bike", Money(1, "EUR"), -1)), "/shipping/estimated_days"),
    ],
)
def test_what_nobody_could_keep_is_refused(
    shop: Commerce, refused: Refused, changes: DraftChanges, pointer: str
) -> None:
    told = refused(InvalidInput, shop.draft_orders.create, SYSTEM, changes)
    assert isinstance(told, InvalidInput)
    assert [error.pointer for error in told.errors] == [pointer]


def test_a_variant_stands_in_one_line_and_is_for_sale(shop: Commerce, make: Builders, refused: Refused) -> None:
    mug, unknown = make.variant(), uuid4()
    twice = refused(InvalidInput, shop.draft_orders.create, SYSTEM, DraftChanges(items=(DraftItem(mug, 1),) * 2))
    assert isinstance(twice, InvalidInput)
    assert twice.errors[0].pointer == "/items/1/variant_id"
    none = DraftChanges(items=(DraftItem(mug, 0),))
    refused(InvalidInput, shop.draft_orders.create, SYSTEM, none)
    missing = DraftChanges(items=(DraftItem(unknown, 1),))
    told = refused(VariantNotForSale, shop.draft_orders.create, SYSTEM, missing)
    assert isinstance(told, VariantNotForSale)
    assert told.variant_id == unknown


def test_the_list_shows_what_staff_has_to_know(shop: Commerce, make: Builders, drafted: Drafted) -> None:
    mug = make.variant()
    first, second = drafted((mug, 2)), drafted((mug, 1))
    shop.draft_orders.hold(SYSTEM, second.id)
    placed = shop.draft_orders.place(SYSTEM, first.id).order
    assert placed
    found = shop.draft_orders.list_drafts(SYSTEM, None, PageRequest())
    assert [(each.id, each.items_count, each.held_until is not None) for each in found.items] == [
        (second.id, 1, True), (first.id, 2, False),
    ]  # fmt: skip
    assert [each.order_number for each in found.items] == [None, placed.number]
    open_ones = shop.draft_orders.list_drafts(SYSTEM, DraftStatus.OPEN, PageRequest())
    assert ([each.id for each in open_ones.items], open_ones.total) == ([second.id], 1)


def test_everything_that_is_done_to_a_draft_is_in_the_audit_log(
    shop: Commerce, make: Builders, drafted: Drafted, rows: Rows
) -> None:
    mug = make.variant()
    draft = drafted((mug, 1))
    shop.draft_orders.change(SYSTEM, draft.id, DraftChanges(discount=TEN))
    shop.draft_orders.hold(SYSTEM, draft.id)
    shop.draft_orders.release(SYSTEM, draft.id)
    shop.draft_orders.delete(SYSTEM, draft.id)
    found = rows("SELECT action, changes FROM audit_logs WHERE entity_id = %s ORDER BY id", str(draft.id))
    deeds = ["create", "change", "hold", "release", "delete"]
    assert [action for action, _ in found] == [f"draft_order.{deed}" for deed in deeds]
    assert found[1][1] == {
        "discounts": {"before": [], "after": ["10 %"]},
        "reasons": {"before": None, "after": HIDDEN},
    }
    assert "Our mistake" not in str(found)
    assert "camille" not in str(found)
    assert GUEST.permissions == frozenset()
