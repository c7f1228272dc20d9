"""What operators do with stock: movements of every kind, counts, thresholds, backorders, and no counting at all."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import PERMISSIONS, SYSTEM, Actor, ActorKind, Role
from commerce_core.catalog.errors import SkuUnknown
from commerce_core.inventory.errors import (
    StockChanged,
    StockTooLow,
    VariantNotTracked,
)
from commerce_core.inventory.model import (
    MAX_ON_HAND,
    Count,
    Movement,
    MovementType,
    StockChanges,
)
from commerce_core.inventory.views import StockQuery
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from tests.features.inventory.conftest import Ask, Counters

FIRST = PageRequest(1, 100)


@pytest.fixture
def manager(shop: Commerce) -> Actor:
    made = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.MANAGER, "correct horse battery")
    return Actor(ActorKind.STAFF, made.id, "Kim", PERMISSIONS[Role.MANAGER])


def test_the_ledger_keeps_who_moved_what_for_which_order_and_why(
    shop: Commerce, make: Builders, manager: Actor
) -> None:
    variant = make.variant(stock=5)
    order = shop.checkout.check_out(make.request(make.cart((variant, 1)).id)).order
    shop.inventory.move(
        manager, Movement(variant, MovementType.RETURN, 1, "came back", "box torn\nitem fine", order.id)
    )
    latest, opening = shop.inventory.movements(SYSTEM, variant, FIRST).items
    assert (latest.type, latest.quantity, latest.on_hand_after) == (MovementType.RETURN, 1, 6)
    assert (latest.reason, latest.note) == ("came back", "box torn\nitem fine")
    assert (latest.order_number, latest.staff) == (order.number, "Kim")
    assert (opening.type, opening.staff, opening.order_number) == (MovementType.RECEIPT, None, None)


def test_every_kind_of_movement_adds_up(shop: Commerce, make: Builders, counters: Counters) -> None:
    variant = make.variant(stock=10)
    for kind, quantity in [
        (MovementType.RECEIPT, 5), (MovementType.CORRECTION, -1), (MovementType.CORRECTION, 2),
        (MovementType.RETURN, 1), (MovementType.DAMAGE, -3),
    ]:  # fmt: skip
        shop.inventory.move(SYSTEM, Movement(variant, kind, quantity))
    shop.inventory.count(SYSTEM, Count(variant, 20))
    assert counters(variant) == (20, 0, 20)
    assert [m.on_hand_after for m in shop.inventory.movements(SYSTEM, variant, FIRST).items] == [
        20, 14, 17, 16, 14, 15, 10,
    ]  # fmt: skip
    assert shop.inventory.verify(SYSTEM) == []


@pytest.mark.parametrize(
    ("kind", "quantity"), [(MovementType.RECEIPT, -1), (MovementType.RETURN, -1), (MovementType.DAMAGE, 1)]
)
def test_a_movement_has_the_sign_of_its_type(
    shop: Commerce, make: Builders, counters: Counters, kind: MovementType, quantity: int
) -> None:
    variant = make.variant(stock=5)
    with pytest.raises(InvalidInput) as refused:
        shop.inventory.move(SYSTEM, Movement(variant, kind, quantity))
    assert refused.value.errors[0].code == "wrong-sign"
    assert counters(variant) == (5, 0, 5)


def test_a_movement_for_an_order_that_is_not_there_is_refused(
    shop: Commerce, make: Builders, counters: Counters, ask: Ask
) -> None:
    variant = make.variant(stock=5)
    with pytest.raises(InvalidInput) as refused:
        shop.inventory.move(SYSTEM, Movement(variant, MovementType.RETURN, 1, order_id=uuid4()))
    assert refused.value.errors[0].pointer == "/order_id"
    assert counters(variant) == (5, 0, 5)
    assert ask("SELECT count(*) FROM inventory_movements") == [(1,)]


def test_a_counter_never_grows_beyond_what_it_can_hold(shop: Commerce, make: Builders, counters: Counters) -> None:
    variant = make.variant(stock=5)
    with shop.database.begin() as session:
        session.connection.execute("UPDATE inventory_items SET available_qty = %s", (MAX_ON_HAND,))
    with pytest.raises(InvalidInput):
        shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, 1))
    assert counters(variant)[0] == MAX_ON_HAND


def test_what_expired_is_given_back_before_units_are_refused_to_go(
    shop: Commerce, make: Builders, clock: Clock, counters: Counters
) -> None:
    variant = make.variant(stock=5)
    make.cart((variant, 4))
    clock.forward(timedelta(minutes=31))
    shop.inventory.move(SYSTEM, Movement(variant, MovementType.DAMAGE, -5))
    assert counters(variant) == (0, 0, 0)
    assert shop.inventory.verify(SYSTEM) == []


# --- counts -----------------------------------------------------------------------------------------------------------


def test_a_count_sets_what_is_on_hand_and_leaves_what_is_held(
    shop: Commerce, make: Builders, counters: Counters, audited
) -> None:
    variant = make.variant(stock=40)
    make.cart((variant, 4))
    shop.inventory.count(SYSTEM, Count(variant, 37, "yearly count"))
    assert counters(variant) == (37, 4, 33)
    [movement, _] = shop.inventory.movements(SYSTEM, variant, FIRST).items
    assert (movement.type, movement.quantity, movement.reason) == (MovementType.COUNT, -3, "yearly count")
    assert audited() == [("inventory.count", {"on_hand": {"before": 40, "after": 37}})]


def test_a_count_that_agrees_moves_nothing_and_is_remembered(shop: Commerce, make: Builders, ask: Ask, audited) -> None:
    variant = make.variant(stock=40)
    before = shop.inventory.stock(SYSTEM, variant)
    assert shop.inventory.count(SYSTEM, Count(variant, 40)) == before
    assert ask("SELECT count(*) FROM inventory_movements") == [(1,)]
    assert [action for action, _ in audited()] == ["inventory.count"]


def test_a_count_made_before_units_were_sold_is_refused(
    shop: Commerce, make: Builders, gateway, counters: Counters
) -> None:
    variant = make.variant(stock=40)
    seen = shop.inventory.stock(SYSTEM, variant).version
    bought = shop.checkout.check_out(make.request(make.cart((variant, 1)).id))
    assert shop.inventory.stock(SYSTEM, variant).version == seen, "a hold moves nothing"
    gateway.pay(bought.payment.intent_id)
    shop.checkout.confirm(bought.order.id, bought.order_token)
    with pytest.raises(StockChanged) as refused:
        shop.inventory.count(SYSTEM, Count(variant, 40), seen)
    assert (refused.value.version, refused.value.on_hand) == (seen + 1, 39)
    assert counters(variant) == (39, 0, 39)
    assert shop.inventory.count(SYSTEM, Count(variant, 38), seen + 1).on_hand == 38


def test_fewer_than_are_held_cannot_be_counted(shop: Commerce, make: Builders, counters: Counters, audited) -> None:
    variant = make.variant(stock=5)
    make.cart((variant, 4))
    with pytest.raises(StockTooLow):
        shop.inventory.count(SYSTEM, Count(variant, 3))
    assert counters(variant) == (5, 4, 1)
    assert audited() == []


def test_counting_a_variant_begins_to_track_it(shop: Commerce, make: Builders, counters: Counters) -> None:
    variant = make.variant(stock=None)
    shop.inventory.count(SYSTEM, Count(variant, 7))
    assert counters(variant) == (7, 0, 7)
    assert shop.inventory.verify(SYSTEM) == []


@pytest.mark.parametrize("quantity", [-1, 2**31, 2**63])
def test_a_count_that_cannot_be_is_refused(shop: Commerce, make: Builders, counters: Counters, quantity: int) -> None:
    variant = make.variant(stock=5)
    with pytest.raises(InvalidInput):
        shop.inventory.count(SYSTEM, Count(variant, quantity))
    assert counters(variant) == (5, 0, 5)


# --- low stock --------------------------------------------------------------------------------------------------------


# --- settings ---------------------------------------------------------------------------------------------------------


# --- lists ------------------------------------------------------------------------------------------------------------


def test_the_list_finds_words_what_is_low_and_what_is_out(shop: Commerce, make: Builders) -> None:
    mug, lamp = make.variant(stock=10, title="Blue mug"), make.variant(stock=3, title="Lamp")
    bowl = make.variant(stock=1, title="Bowl")
    make.variant(stock=None, title="A guide")
    make.cart((bowl, 1))
    shop.inventory.change(SYSTEM, lamp, StockChanges(low_threshold=3))

    def found(query: StockQuery) -> list[UUID]:
        page = shop.inventory.list_stock(SYSTEM, query, FIRST)
        assert page.total == len(page.items)
        return [stock.variant_id for stock in page.items]

    assert found(StockQuery()) == sorted([mug, lamp, bowl], reverse=True)
    assert found(StockQuery(text="mug")) == [mug]
    assert found(StockQuery(low=True)) == [lamp]
    assert found(StockQuery(out=True)) == [bowl]
    assert found(StockQuery("lamp", low=True)) == [lamp]
    assert found(StockQuery("lamp", out=True)) == []
    shop.inventory.change(SYSTEM, bowl, StockChanges(backorder_limit=1))
    assert found(StockQuery(out=True)) == [], "one more can be promised"


def test_the_ledger_is_read_on_while_it_grows(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=1)
    for quantity in range(2, 6):
        shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, quantity))
    read, cursor = [], None
    while True:
        page = shop.inventory.movements(SYSTEM, variant, PageRequest(1, 2), cursor)
        read += [movement.quantity for movement in page.items]
        shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, 100))
        if (cursor := page.next_cursor) is None:
            break
    assert read == [5, 4, 3, 2, 1]
    second = shop.inventory.movements(SYSTEM, variant, PageRequest(2, 4))
    assert ([m.quantity for m in second.items], second.total) == ([4, 3, 2, 1], 8)


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1" * 19, "١"])
def test_a_cursor_that_is_none_is_refused(shop: Commerce, make: Builders, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        shop.inventory.movements(SYSTEM, make.variant(), FIRST, cursor)


def test_whoever_holds_units_is_named_but_their_cart_cannot_be_opened(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=10)
    guest = make.cart((variant, 1))
    order = shop.checkout.check_out(make.request(make.cart((variant, 2)).id, email="ada@example.com")).order
    ordered, carted = shop.inventory.reservations(SYSTEM, variant, FIRST).items
    assert (ordered.order_number, ordered.email, ordered.quantity) == (order.number, "ada@example.com", 2)
    assert (carted.cart, carted.order_number, carted.email) == (f"{str(guest.id)[:8]}…", None, None)
    page = shop.inventory.reservations(SYSTEM, variant, PageRequest(1, 1))
    [older] = shop.inventory.reservations(SYSTEM, variant, PageRequest(1, 1), page.next_cursor).items
    assert (page.total, older) == (2, carted)


def test_an_explanation_adds_up(shop: Commerce, make: Builders, gateway) -> None:
    variant = make.variant(stock=10)
    shop.inventory.move(SYSTEM, Movement(variant, MovementType.DAMAGE, -1))
    bought = shop.checkout.check_out(make.request(make.cart((variant, 2)).id))
    gateway.pay(bought.payment.intent_id)
    shop.checkout.confirm(bought.order.id, bought.order_token)
    make.cart((variant, 3))
    told = shop.inventory.explain(SYSTEM, variant)
    assert told.stock == shop.inventory.stock(SYSTEM, variant)
    assert told.opening == shop.inventory.movements(SYSTEM, variant, FIRST).items[-1]
    assert [(total.type, total.movements, total.quantity) for total in told.totals] == [
        ("damage", 1, -1), ("receipt", 1, 10), ("sale", 1, -2),
    ]  # fmt: skip
    assert (told.moved, told.held, told.holds_count, told.agrees) == (7, 3, 1, True)
    assert list(told.holds) == list(shop.inventory.reservations(SYSTEM, variant, FIRST).items)


def test_nobody_counts_so_nothing_is_explained(shop: Commerce, make: Builders) -> None:
    with pytest.raises(VariantNotTracked):
        shop.inventory.explain(SYSTEM, make.variant(stock=None))
    with pytest.raises(SkuUnknown):
        shop.inventory.variant(SYSTEM, "NO-SUCH\x00SKU")


def test_support_may_look_at_everything_and_change_nothing(
    shop: Commerce, make: Builders, manager: Actor, counters: Counters
) -> None:
    support, variant = evolve(manager, permissions=PERMISSIONS[Role.SUPPORT]), make.variant(stock=5)
    shop.inventory.explain(support, variant)
    shop.inventory.verify(support)
    for use in (
        lambda: shop.inventory.move(support, Movement(variant, MovementType.RECEIPT, 1)),
        lambda: shop.inventory.count(support, Count(variant, 1)),
        lambda: shop.inventory.change(support, variant, StockChanges(tracked=False)),
        lambda: shop.inventory.repair(support),
        lambda: shop.stock_counts.import_counts(support, ["SKU,Quantity\n"]),
    ):
        with pytest.raises(PermissionDenied):
            use()
    assert counters(variant) == (5, 0, 5)
