"""The shelf: movements, holds, and what happens when too many want the same thing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.cart.service import NewItem
from commerce_core.inventory.errors import OutOfStock, StockTooLow, VariantNotTracked
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.errors import Busy, InvalidInput
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock


def counters(shop: Commerce, variant) -> tuple[int, int, int]:
    stock = shop.inventory.stock(SYSTEM, variant)
    return stock.on_hand, stock.reserved, stock.available


def test_a_receipt_and_a_damage_are_counted_and_written_down(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=10)
    shop.inventory.move(SYSTEM, Movement(variant, MovementType.DAMAGE, -3, "dropped"))
    assert counters(shop, variant) == (7, 0, 7)
    assert shop.inventory.verify(SYSTEM) == []


def test_what_is_not_free_cannot_be_taken_away(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=5)
    make.cart((variant, 4))
    with pytest.raises(StockTooLow) as refused:
        shop.inventory.move(SYSTEM, Movement(variant, MovementType.CORRECTION, -2))
    assert refused.value.available == 1
    assert counters(shop, variant) == (5, 4, 1)


@pytest.mark.parametrize(
    "movement",
    [
        Movement(uuid4(), MovementType.RECEIPT, 0),
        Movement(uuid4(), MovementType.RECEIPT, 2**31),
        Movement(uuid4(), MovementType.SALE, -1),
        Movement(uuid4(), MovementType.RECEIPT, 1, "a\x00b"),
    ],
)
def test_nonsense_is_refused_before_the_database_is_asked(shop: Commerce, movement: Movement) -> None:
    with pytest.raises(InvalidInput):
        shop.inventory.move(SYSTEM, movement)


def test_an_unknown_variant_has_no_stock(shop: Commerce) -> None:
    with pytest.raises(VariantNotTracked):
        shop.inventory.move(SYSTEM, Movement(uuid4(), MovementType.RECEIPT, 1))


def test_a_guest_may_not_touch_the_shelf(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=1)
    with pytest.raises(PermissionDenied):
        shop.inventory.move(GUEST, Movement(variant, MovementType.RECEIPT, 1))
    assert counters(shop, variant) == (1, 0, 1)


def test_a_hold_takes_from_everybody_else(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=3)
    make.cart((variant, 2))
    with pytest.raises(OutOfStock) as refused:
        make.cart((variant, 2))
    assert (refused.value.wanted, refused.value.available) == (2, 1)
    assert counters(shop, variant) == (3, 2, 1)


def test_one_short_variant_holds_back_all_of_them(shop: Commerce, make: Builders) -> None:
    plenty, scarce = make.variant(stock=9), make.variant(stock=1)
    with pytest.raises(OutOfStock) as refused:
        make.cart((plenty, 2), (scarce, 2))
    assert [short.variant_id for short in refused.value.shortages] == [scarce]
    assert counters(shop, plenty) == (9, 0, 9)


def test_the_same_variant_twice_in_one_request_is_checked_as_a_sum(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=3)
    with pytest.raises(OutOfStock) as refused:
        make.cart((variant, 2), (variant, 2))
    assert refused.value.wanted == 4


def test_a_backorder_may_go_below_zero_down_to_its_limit(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=1)
    with shop.database.begin() as session:
        session.send("inventory.track", variant_id=variant, backorder_limit=2)
    make.cart((variant, 3))
    assert counters(shop, variant) == (1, 3, -2)
    with pytest.raises(OutOfStock):
        make.cart((variant, 1))


def test_a_variant_nobody_counts_never_runs_out(shop: Commerce, make: Builders) -> None:
    cart = make.cart((make.variant(stock=None), 5000))
    assert cart.items[0].available is None


def test_an_expired_hold_is_swept(shop: Commerce, make: Builders, clock: Clock) -> None:
    variant = make.variant(stock=2)
    make.cart((variant, 2))
    assert shop.inventory.release_expired() == 0
    clock.forward(timedelta(minutes=31))
    assert shop.inventory.release_expired() == 1
    assert counters(shop, variant) == (2, 0, 2)
    assert shop.inventory.verify(SYSTEM) == []


def test_a_buyer_in_need_gets_what_others_held_too_long(shop: Commerce, make: Builders, clock: Clock) -> None:
    variant = make.variant(stock=2)
    make.cart((variant, 2))
    clock.forward(timedelta(minutes=31))
    cart = make.cart((variant, 1))
    assert cart.items[0].available == 2
    assert counters(shop, variant) == (2, 1, 1)


def test_touching_a_line_keeps_its_stock_for_two_hours_at_most(shop: Commerce, make: Builders, clock: Clock) -> None:
    variant = make.variant(stock=10)
    cart = make.cart((variant, 1))
    begun = cart.items[0].reserved_until - timedelta(minutes=30)
    for _ in range(4):
        clock.forward(timedelta(minutes=25))
        cart = shop.cart.add_item(cart.id, NewItem(variant, 1))
    assert cart.items[0].reserved_until == begun + timedelta(hours=2)
    clock.forward(timedelta(minutes=21))
    assert shop.inventory.release_expired() == 1


def test_a_touch_after_the_hold_is_over_begins_a_new_one_with_two_hours_of_its_own(
    shop: Commerce, make: Builders, clock: Clock
) -> None:
    cart = make.cart((make.variant(stock=10), 1))
    line = cart.items[0].id
    clock.forward(timedelta(minutes=31))  # The sweeper has not been there.
    begun = clock.now
    for _ in range(5):
        until = shop.cart.set_quantity(cart.id, line, 1).items[0].reserved_until
        clock.forward(timedelta(minutes=25))
    assert until == begun + timedelta(hours=2)


def test_two_hundred_buyers_share_ten_units(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=10)

    def buy(_: int) -> bool:
        try:
            shop.checkout.check_out(make.request(make.cart((variant, 1)).id))
        except OutOfStock:
            return False
        return True

    with ThreadPoolExecutor(16) as buyers:
        assert sum(buyers.map(buy, range(200))) == 10
    assert counters(shop, variant) == (10, 10, 0)
    assert shop.inventory.verify(SYSTEM) == []


def test_carts_with_the_same_variants_in_any_order_never_deadlock(shop: Commerce, make: Builders) -> None:
    one, other = make.variant(stock=10_000), make.variant(stock=10_000)

    def buy(turn: int) -> None:
        wanted = [(one, 1), (other, 1)]
        make.cart(*(wanted if turn % 2 else reversed(wanted)))

    with ThreadPoolExecutor(16) as buyers:
        list(buyers.map(buy, range(200)))
    assert counters(shop, one)[1] == counters(shop, other)[1] == 200


def test_the_database_itself_refuses_to_oversell(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant(stock=1)
    with (
        psycopg.connect(database_url) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="never_oversold"),
    ):
        connection.execute("UPDATE inventory_items SET available_qty = -1 WHERE variant_id = %s", (variant,))


@pytest.mark.parametrize("change", ["UPDATE inventory_movements SET qty = qty + 1", "DELETE FROM inventory_movements"])
def test_the_ledger_cannot_be_rewritten(make: Builders, database_url: str, change: str) -> None:
    make.variant(stock=1)
    with (
        psycopg.connect(database_url) as connection,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        connection.execute(change)


def test_a_counter_that_drifted_is_found(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant(stock=5)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE inventory_items SET available_qty = 6 WHERE variant_id = %s", (variant,))
    [found] = shop.inventory.verify(SYSTEM)
    assert evolve(found, variant_id=variant) == found
    assert (found.available_qty, found.moved) == (6, 5)


def test_a_buyer_who_waits_while_stock_comes_back_gets_it(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant(stock=2)
    make.cart((variant, 2))
    hopeful = make.cart()
    with psycopg.connect(database_url) as other, ThreadPoolExecutor(1) as buyer:
        other.execute(  # What a cancelled order, the sweeper or a receipt does, not committed yet.
            "UPDATE inventory_items SET available_qty = available_qty + 2, reserved_qty = reserved_qty - 2"
            " WHERE variant_id = %s",
            (variant,),
        )
        other.execute("UPDATE inventory_reservations SET released_at = shop_now() WHERE variant_id = %s", (variant,))
        waiting = buyer.submit(shop.cart.add_item, hopeful.id, NewItem(variant, 2))
        _until_somebody_waits(database_url)
        other.commit()
        assert waiting.result(timeout=10).items[0].quantity == 2
    assert counters(shop, variant) == (2, 2, 0)


def test_stock_that_rises_and_falls_under_many_buyers_is_never_refused_by_the_database(
    shop: Commerce, make: Builders
) -> None:
    variant = make.variant(stock=1)

    def come_and_go(_: int) -> None:
        cart = make.cart()
        try:
            held = shop.cart.add_item(cart.id, NewItem(variant, 1))
        except OutOfStock:
            return
        shop.cart.remove_item(cart.id, held.items[0].id)

    with ThreadPoolExecutor(8) as buyers:
        list(buyers.map(come_and_go, range(300)))
    assert counters(shop, variant) == (1, 0, 1)
    assert shop.inventory.verify(SYSTEM) == []


def test_a_hold_that_somebody_is_just_releasing_is_waited_for_and_not_called_sold_out(
    shop: Commerce, make: Builders, clock: Clock, database_url: str
) -> None:
    variant = make.variant(stock=1)
    gone = make.cart((variant, 1))
    hopeful = make.cart()
    clock.forward(timedelta(minutes=31))
    with psycopg.connect(database_url) as sweeper:
        sweeper.execute("SELECT 1 FROM carts WHERE id = %s FOR UPDATE", (gone.id,))
        with pytest.raises(Busy):
            shop.cart.add_item(hopeful.id, NewItem(variant, 1))
    assert shop.cart.add_item(hopeful.id, NewItem(variant, 1)).items[0].quantity == 1


def _until_somebody_waits(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(200):
            waiting = connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if waiting:
                return
            connection.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("nobody waited for a lock")
