"""Sweepers, sales, operators and buyers at the same units: nobody waits in a circle or hears "sold out" too early."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewItem
from commerce_core.inventory.errors import OutOfStock, StockTooLow
from commerce_core.inventory.model import Count, Movement, MovementType, StockChanges
from commerce_core.kernel.errors import Busy
from commerce_core.kernel.transaction import TransactionConflict
from commerce_core.orders.model import OrderStatus
from commerce_core.postgres.work import PostgresWork
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.crashes import InterruptedBegin
from tests.features.inventory.conftest import Ask, Counters

EXPIRED = timedelta(minutes=31)


class Beside:
    """A transaction of somebody else, which stops where it likes."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def lock(self, table: str, column: str, value: UUID) -> None:
        self.connection.execute(f"SELECT 1 FROM {table} WHERE {column} = %s FOR NO KEY UPDATE", (value,))

    def touch_holds(self, column: str, value: UUID) -> None:
        self.connection.execute(f"UPDATE inventory_reservations SET qty = qty WHERE {column} = %s", (value,))


@contextmanager
def beside(database_url: str) -> Iterator[Beside]:
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        yield Beside(connection)


def until_somebody_waits(ask: Ask) -> None:
    for _ in range(500):
        if ask("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"):
            return
        ask("SELECT pg_sleep(0.02)")
    raise AssertionError("nobody waited for a lock")


def deadlocks(ask: Ask) -> int:
    [(found,)] = ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(found)


def test_the_sweeper_and_a_buyer_who_comes_back_never_wait_for_each_other(
    shop: Commerce, make: Builders, clock: Clock, ask: Ask, counters: Counters, database_url: str
) -> None:
    variant = make.variant(stock=9)
    back, _ = make.cart((variant, 1)), make.cart((variant, 2))
    clock.forward(EXPIRED)
    with ThreadPoolExecutor(1) as worker:
        with beside(database_url) as buyer:  # Locks as every hold does: the cart, the stock, then what it holds.
            buyer.lock("carts", "id", back.id)
            buyer.lock("inventory_items", "variant_id", variant)
            sweeper = worker.submit(shop.inventory.release_expired)
            until_somebody_waits(ask)
            buyer.touch_holds("cart_id", back.id)
        assert sweeper.result(20) == 1
    assert deadlocks(ask) == 0
    assert counters(variant) == (9, 1, 8)


def test_the_sweeper_ends_no_hold_that_was_made_anew_just_before_it_had_the_cart(
    shop: Commerce, make: Builders, clock: Clock, ask: Ask, counters: Counters
) -> None:
    variant = make.variant(stock=9)
    expired, anew, ordered = (make.cart((variant, quantity)) for quantity in (1, 2, 3))
    clock.forward(EXPIRED)
    shop.cart.set_quantity(anew.id, anew.items[0].id, 2)
    shop.checkout.check_out(make.request(ordered.id))
    ids = [row[0] for row in ask("SELECT id FROM inventory_reservations")]
    with shop.database.begin() as session:  # As if all of them had looked expired a moment ago.
        assert session.value("inventory.release", ids=ids, now=session.now) == 1
    assert ask("SELECT cart_id FROM inventory_reservations WHERE released_at IS NOT NULL") == [(expired.id,)]
    assert counters(variant) == (9, 5, 4)
    assert shop.inventory.verify(SYSTEM) == []


def test_one_counter_that_drifted_does_not_stop_the_sweeper_for_the_others(
    shop: Commerce, make: Builders, clock: Clock, ask: Ask, counters: Counters
) -> None:
    drifted, sound = make.variant(stock=9), make.variant(stock=9)
    make.cart((drifted, 3), (sound, 3))
    ask("UPDATE inventory_items SET reserved_qty = 1 WHERE variant_id = %s", drifted)
    clock.forward(EXPIRED)
    assert shop.inventory.release_expired() == 2
    assert (counters(drifted), counters(sound)) == ((7, 0, 7), (9, 0, 9))
    [found] = shop.inventory.verify(SYSTEM)
    assert (found.variant_id, found.moved) == (drifted, 9)


@pytest.mark.parametrize("ending", ["paid", "cancelled", "swept"])
def test_the_end_of_a_hold_and_the_end_of_counting_never_wait_for_each_other(
    shop: Commerce, make: Builders, clock: Clock, gateway: FakeGateway, ask: Ask, database_url: str, ending: str
) -> None:
    variant = make.variant(stock=9)
    cart = make.cart((variant, 2))

    def end() -> object:
        if ending == "swept":
            return shop.inventory.release_expired()
        if ending == "cancelled":
            return shop.checkout.change_status(SYSTEM, placed.order.id, OrderStatus.CANCELLED)
        return shop.checkout.confirm(placed.order.id, placed.order_token)

    if ending == "swept":
        clock.forward(EXPIRED)
    else:
        placed = shop.checkout.check_out(make.request(cart.id))
        assert placed.payment
        if ending == "paid":
            gateway.pay(placed.payment.intent_id)
    with ThreadPoolExecutor(1) as worker:
        with beside(database_url) as operator:  # Ends counting: locks the stock, then every hold of it.
            operator.lock("inventory_items", "variant_id", variant)
            ended = worker.submit(end)
            until_somebody_waits(ask)
            operator.touch_holds("variant_id", variant)
        ended.result(20)
    assert deadlocks(ask) == 0
    assert shop.inventory.stock(SYSTEM, variant).reserved == 0
    assert shop.inventory.verify(SYSTEM) == []


@pytest.mark.parametrize("wanted", ["before", "after"])
def test_a_cart_taken_back_from_its_order_locks_all_it_holds_and_wants_at_once(
    shop: Commerce, make: Builders, ask: Ask, database_url: str, wanted: str
) -> None:
    first, second = sorted(make.variant(stock=9) for _ in range(2))
    new, held = (first, second) if wanted == "before" else (second, first)
    cart = make.cart((held, 1))
    shop.checkout.check_out(make.request(cart.id))
    begin = InterruptedBegin(shop.cart.begin)
    with ThreadPoolExecutor(1) as worker:
        with beside(database_url) as buyer:  # Of both, in the order of their ids, like every buyer.
            buyer.lock("inventory_items", "variant_id", first)
            edited = worker.submit(evolve(shop.cart, begin=begin).add_item, cart.id, NewItem(new, 1))
            until_somebody_waits(ask)
            buyer.lock("inventory_items", "variant_id", second)
        assert len(edited.result(20).items) == 2
    assert (begin.opened, deadlocks(ask)) == (1, 0)
    assert shop.inventory.verify(SYSTEM) == []


def test_what_is_counted_again_only_after_its_lock_was_asked_for_is_not_waited_for_out_of_order(
    shop: Commerce, make: Builders, counters: Counters, database_url: str
) -> None:
    again, other = sorted(make.variant(stock=5) for _ in range(2))
    cart = make.cart()
    shop.inventory.change(SYSTEM, again, StockChanges(tracked=False))
    with ThreadPoolExecutor(1) as operator, beside(database_url) as buyer:
        with shop.cart.begin() as work:
            work.stock.lock_all([again, other])
            assert work.now
            operator.submit(shop.inventory.move, SYSTEM, Movement(again, MovementType.RECEIPT, 5)).result(20)
            buyer.lock("inventory_items", "variant_id", again)
            with pytest.raises(TransactionConflict):
                work.stock.hold(cart.id, {again: 1, other: 1}, shop.cart.policy)
        assert counters(other) == (5, 0, 5)
    shop.cart.add_item(cart.id, NewItem(again, 1))
    assert counters(again) == (5, 1, 4)


def test_units_that_arrive_while_somebody_stops_counting_are_counted_from_nothing(
    shop: Commerce, make: Builders, ask: Ask, counters: Counters
) -> None:
    variant = make.variant(stock=5)
    about_to_commit, go_on = Event(), Event()

    def pause(_work: object, _opened: int) -> None:
        about_to_commit.set()
        go_on.wait(20)

    slow = evolve(shop.inventory, begin=InterruptedBegin(shop.inventory.begin, before=pause))
    with ThreadPoolExecutor(2) as people:
        ended = people.submit(slow.change, SYSTEM, variant, StockChanges(tracked=False))
        assert about_to_commit.wait(20)
        received = people.submit(shop.inventory.move, SYSTEM, Movement(variant, MovementType.RECEIPT, 1))
        until_somebody_waits(ask)
        go_on.set()
    assert ended.result() is None
    assert received.result().on_hand == 1
    assert counters(variant) == (1, 0, 1)
    assert shop.inventory.verify(SYSTEM) == []


def test_as_much_as_expired_is_released_as_a_buyer_needs(
    shop: Commerce, make: Builders, clock: Clock, ask: Ask, counters: Counters
) -> None:
    scarce, plenty = make.variant(stock=250), make.variant(stock=400)
    holders = [make.cart((plenty, 1)) for _ in range(120)]
    ask("INSERT INTO carts (id, currency, locale) SELECT gen_random_uuid(), 'EUR', 'en' FROM generate_series(1, 250)")
    ask(
        "INSERT INTO cart_items (id, cart_id, variant_id, qty, snapshot_price_amount)"
        " SELECT gen_random_uuid(), id, %s, 1, 1 FROM carts WHERE id NOT IN (SELECT cart_id FROM cart_items)",
        scarce,
    )
    ask(
        "INSERT INTO inventory_reservations (cart_id, variant_id, qty, held_since, expires_at)"
        " SELECT cart_id, variant_id, qty, shop_now(), shop_now() + interval '1 minute' FROM cart_items"
        " WHERE variant_id = %s",
        scarce,
    )
    ask("UPDATE inventory_items SET available_qty = 0, reserved_qty = 250 WHERE variant_id = %s", scarce)
    clock.forward(EXPIRED)
    cart = make.cart((plenty, 1), (scarce, 240))
    assert cart.items[1].quantity == 240
    assert counters(scarce) == (250, 240, 10)
    assert counters(plenty)[1] == len(holders) + 1, "of what there is enough of nothing had to be released"
    assert shop.inventory.verify(SYSTEM) == []


def test_a_unit_that_is_just_coming_free_is_waited_for_even_when_others_were_released(
    shop: Commerce, make: Builders, clock: Clock, counters: Counters, database_url: str
) -> None:
    variant = make.variant(stock=3)
    make.cart((variant, 1))
    swept = make.cart((variant, 1))
    hopeful = make.cart()
    clock.forward(EXPIRED)
    with beside(database_url) as sweeper:
        sweeper.lock("carts", "id", swept.id)
        for refused in (
            lambda: shop.cart.add_item(hopeful.id, NewItem(variant, 3)),
            lambda: shop.inventory.move(SYSTEM, Movement(variant, MovementType.DAMAGE, -3)),
        ):
            with pytest.raises(Busy):
                refused()
        assert counters(variant) == (3, 2, 1)
    assert shop.cart.add_item(hopeful.id, NewItem(variant, 3)).items[0].quantity == 3


def test_who_made_room_waits_for_locks_as_long_as_before(shop: Commerce, make: Builders, clock: Clock) -> None:
    variant = make.variant(stock=1)
    expired, cart = make.cart((variant, 1)), make.cart()
    clock.forward(EXPIRED)
    with shop.database.begin() as session:
        before = session.connection.execute("SHOW lock_timeout").fetchall()
        stock = PostgresWork(session, None).stock
        assert [hold.variant_id for hold in stock.hold(cart.id, {variant: 1}, shop.cart.policy)] == [variant]
        assert session.connection.execute("SHOW lock_timeout").fetchall() == before == [("5s",)]
    assert shop.cart.get(expired.id).items[0].available == 0


def test_what_is_held_in_time_is_refused_with_numbers_after_everything_else_was_released(
    shop: Commerce, make: Builders, clock: Clock, counters: Counters
) -> None:
    variant = make.variant(stock=5)
    make.cart((variant, 2))
    clock.forward(EXPIRED)
    make.cart((variant, 1))
    with pytest.raises(OutOfStock) as short:
        make.cart((variant, 5))
    assert (short.value.wanted, short.value.available) == (5, 4)
    with pytest.raises(StockTooLow) as low:
        shop.inventory.move(SYSTEM, Movement(variant, MovementType.DAMAGE, -5))
    assert low.value.available == 4
    assert counters(variant) == (5, 3, 2)


def test_a_tag_of_stock_that_was_given_up_never_fits_what_is_counted_later(
    shop: Commerce, make: Builders, counters: Counters
) -> None:
    variant = make.variant(stock=5)
    shop.inventory.change(SYSTEM, variant, StockChanges(low_threshold=2))
    seen = {1, 2, shop.inventory.stock(SYSTEM, variant).version}
    for begin in (
        lambda: shop.inventory.change(SYSTEM, variant, StockChanges(tracked=True)),
        lambda: shop.inventory.count(SYSTEM, Count(variant, 0)),
        lambda: shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, 1)),
    ):
        shop.inventory.change(SYSTEM, variant, StockChanges(tracked=False))
        begun = begin()
        assert begun is not None
        assert begun.version > max(seen)
        seen.add(begun.version)
    assert counters(variant) == (1, 0, 1)
    assert shop.inventory.verify(SYSTEM) == []
