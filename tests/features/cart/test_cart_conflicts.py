"""What happens when the database says no, when the power goes, and how often anybody waits for it."""

import random
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewItem
from commerce_core.kernel.errors import Busy
from commerce_core.orders.model import OrderStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.crashes import InterruptedBegin, PowerCut, cut_after_commit, cut_before_commit
from tests.rows import Rows

SERIALIZATION, DEADLOCK = "40001", "40P01"
TABLES = ("carts", "cart_items", "cart_events", "inventory_reservations", "inventory_items", "orders", "outbox_events")


def losing(sqlstate: str, times: int) -> Callable[[Any, int], None]:
    """PostgreSQL itself ends the first `times` transactions with this code."""

    def lose(_work: Any, opened: int) -> None:
        if opened <= times:
            _work._session.connection.execute(f"DO $$BEGIN RAISE 'lost' USING ERRCODE = '{sqlstate}'; END$$")

    return lose


def everything(rows: Rows) -> list[object]:
    """Every row that a purchase may touch."""
    return [rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in TABLES]


def with_begin(shop: Commerce, **points: Any) -> tuple[Commerce, InterruptedBegin]:
    """The shop with its carts and checkout interrupted."""
    begin = InterruptedBegin(shop.cart.begin, **points)
    return evolve(shop, cart=evolve(shop.cart, begin=begin), checkout=evolve(shop.checkout, begin=begin)), begin


@pytest.mark.parametrize("sqlstate", [SERIALIZATION, DEADLOCK])
@pytest.mark.parametrize("losses", [1, 2])
def test_a_lost_transaction_is_tried_again_and_done_once(
    shop: Commerce, make: Builders, sqlstate: str, losses: int
) -> None:
    variant = make.variant(stock=9)
    cart = make.cart((variant, 1))
    unlucky, begin = with_begin(shop, before=losing(sqlstate, losses))
    assert unlucky.cart.add_item(cart.id, NewItem(variant, 2)).items[0].quantity == 3
    assert begin.opened == losses + 1
    assert shop.inventory.stock(SYSTEM, variant).reserved == 3


@pytest.mark.parametrize("sqlstate", [SERIALIZATION, DEADLOCK])
def test_after_three_lost_transactions_the_shop_says_busy_and_nothing_has_changed(
    shop: Commerce, make: Builders, rows: Rows, sqlstate: str
) -> None:
    variant = make.variant(stock=9)
    cart = make.cart((variant, 1))
    before = everything(rows)
    unlucky, begin = with_begin(shop, before=losing(sqlstate, 99))
    with pytest.raises(Busy):
        unlucky.cart.add_item(cart.id, NewItem(variant, 2))
    assert begin.opened == 3
    assert everything(rows) == before


def test_the_pauses_between_tries_are_drawn_by_chance_and_grow(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=9)
    cart = make.cart((variant, 1))
    lost: list[float] = []

    def lose(work: Any, opened: int) -> None:
        lost.append(time.monotonic())
        losing(SERIALIZATION, 99)(work, opened)

    unlucky, _ = with_begin(shop, before=lose)
    for seed in range(5):
        lost.clear()
        random.seed(seed)
        with pytest.raises(Busy):
            unlucky.cart.add_item(cart.id, NewItem(variant, 1))
        chance = random.Random(seed)
        drawn = [chance.uniform(0.005, 0.02), chance.uniform(0.01, 0.04)]
        pauses = [later - earlier for earlier, later in pairwise(lost)]
        assert all(pause >= least for pause, least in zip(pauses, drawn, strict=True))


def test_a_real_deadlock_never_reaches_the_buyer(shop: Commerce, make: Builders, rows: Rows, database_url: str) -> None:
    variant = make.variant(stock=9)
    cart = make.cart((variant, 1))
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    done: list[int] = []
    buyer = threading.Thread(
        target=lambda: done.append(shop.cart.add_item(cart.id, NewItem(variant, 2)).items[0].quantity)
    )
    with psycopg.connect(database_url) as rude:  # Locks in the wrong order: stock, then the cart.
        rude.execute("SELECT 1 FROM inventory_items WHERE variant_id = %s FOR UPDATE", (variant,))
        buyer.start()
        while not rows(waiting):
            assert buyer.is_alive()
        rude.execute("SELECT 1 FROM carts WHERE id = %s FOR UPDATE", (cart.id,))
    buyer.join(20)
    assert done == [3]
    assert shop.inventory.stock(SYSTEM, variant).reserved == 3
    assert rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(1,)]


def test_a_power_cut_before_a_commit_changes_nothing(shop: Commerce, make: Builders, rows: Rows) -> None:
    variant = make.variant(stock=9)
    cart = make.cart((variant, 2))
    line = cart.items[0].id
    dying, _ = with_begin(shop, before=cut_before_commit)
    before = everything(rows)
    for cut in (
        lambda: Builders(dying).cart((variant, 1)),
        lambda: dying.cart.add_item(cart.id, NewItem(variant, 1)),
        lambda: dying.cart.set_quantity(cart.id, line, 1),
        lambda: dying.cart.remove_item(cart.id, line),
        lambda: dying.checkout.check_out(make.request(cart.id)),
    ):
        with pytest.raises(PowerCut):
            cut()
        assert everything(rows) == before


def test_a_power_cut_after_the_commit_of_a_checkout_loses_nothing(
    shop: Commerce, make: Builders, rows: Rows, gateway: FakeGateway
) -> None:
    cart = make.cart((make.variant(), 1))
    dying, _ = with_begin(shop, after=cut_after_commit)
    with pytest.raises(PowerCut):
        dying.checkout.check_out(make.request(cart.id))
    again = shop.checkout.check_out(make.request(cart.id))
    assert again.order.status is OrderStatus.PENDING_PAYMENT
    assert again.payment
    assert rows("SELECT count(*) FROM orders") == rows("SELECT count(*) FROM payments") == [(1,)]


@pytest.fixture
def lonely(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[Commerce]:
    """A shop with one connection."""
    with open_shop(database_url, settings=evolve(settings, threads=1), gateway=gateway) as opened:
        yield opened


def waits(shop: Commerce, act: Callable[[], object]) -> int:
    """How often the shop waited for PostgreSQL, from what libpq itself writes down about its only connection.

    A wait begins with a message that asks for answers. A Flush that follows another one with nothing sent in between,
    as the driver does at the end of a pipeline, asks for nothing.
    """
    with tempfile.TemporaryFile("w+") as log:
        with shop.database.pool.connection() as connection:
            connection.pgconn.trace(log.fileno())
        act()
        with shop.database.pool.connection() as connection:
            connection.pgconn.untrace()
        log.seek(0)
        sent = ["", *re.findall(r"\bF\t\d+\t(\w+)", log.read())]
    asks = {"Sync", "Flush", "Query"}
    return sum(now in asks and not (now == "Flush" and before in asks) for before, now in pairwise(sent))


def test_adding_to_a_cart_waits_for_the_database_three_times_at_most(lonely: Commerce) -> None:
    make = Builders(lonely)
    variants: list[UUID] = [make.variant(stock=99) for _ in range(3)]
    cart = make.cart((variants[0], 1))
    first = waits(lonely, lambda: lonely.cart.add_item(cart.id, NewItem(variants[1], 1)))
    again = waits(lonely, lambda: lonely.cart.add_item(cart.id, NewItem(variants[1], 1)))
    created = waits(lonely, lambda: make.cart((variants[0], 1), (variants[2], 2)))
    assert (first, again, created) == (3, 3, 3)


def test_a_checkout_waits_for_the_database_six_times_at_most(lonely: Commerce) -> None:
    make = Builders(lonely)
    carts = [make.cart((make.variant(), 1), (make.variant(), 2)) for _ in range(2)]
    lonely.checkout.check_out(make.request(carts[0].id))
    placed = waits(lonely, lambda: lonely.checkout.check_out(make.request(carts[1].id)))
    assert placed <= 6
