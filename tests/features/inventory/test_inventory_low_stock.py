"""Stock that falls to its threshold, and who hears of it."""

from uuid import UUID, uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.inventory.errors import (
    OutOfStock,
)
from commerce_core.inventory.model import (
    Count,
    Level,
    Movement,
    MovementType,
    StockChanges,
)
from commerce_core.testing.builders import Builders
from tests.features.inventory.conftest import Ask


@pytest.fixture
def watched(shop: Commerce, make: Builders) -> UUID:
    """Ten units, and somebody wants to know when three are left."""
    variant = make.variant(stock=10)
    shop.inventory.change(SYSTEM, variant, StockChanges(low_threshold=3))
    return variant


def test_a_hold_that_reaches_the_threshold_says_so_once(make: Builders, watched: UUID, lows) -> None:
    make.cart((watched, 6))
    assert lows() == []
    make.cart((watched, 2))
    assert lows() == [(2, 3)]
    make.cart((watched, 1))
    assert lows() == [(2, 3)], "it was low before"


def test_reaching_the_threshold_exactly_is_low(make: Builders, watched: UUID, lows) -> None:
    make.cart((watched, 7))
    assert lows() == [(3, 3)]


def test_a_hold_that_is_refused_says_nothing(make: Builders, watched: UUID, lows) -> None:
    with pytest.raises(OutOfStock):
        make.cart((watched, 8), (make.variant(stock=1), 2))
    assert lows() == []


def test_a_movement_and_a_count_say_so_too_and_each_time_anew(shop: Commerce, watched: UUID, lows) -> None:
    shop.inventory.move(SYSTEM, Movement(watched, MovementType.DAMAGE, -8))
    shop.inventory.move(SYSTEM, Movement(watched, MovementType.RECEIPT, 8))
    shop.inventory.count(SYSTEM, Count(watched, 1))
    assert lows() == [(2, 3), (1, 3)]


def test_a_sale_says_nothing_because_its_hold_has(shop: Commerce, make: Builders, watched: UUID, gateway, lows) -> None:
    bought = shop.checkout.check_out(make.request(make.cart((watched, 8)).id))
    gateway.pay(bought.payment.intent_id)
    shop.checkout.confirm(bought.order.id, bought.order_token)
    assert lows() == [(2, 3)]


def test_the_worker_takes_note_of_low_stock(shop: Commerce, make: Builders, watched: UUID, ask: Ask) -> None:
    make.cart((watched, 8))
    shop.outbox.drain()
    assert ask("SELECT status FROM outbox_events WHERE type = 'inventory.low'") == [("processed",)]


def test_a_new_threshold_above_the_stock_is_no_fall(shop: Commerce, make: Builders, watched: UUID, lows) -> None:
    shop.inventory.change(SYSTEM, watched, StockChanges(low_threshold=50))
    make.cart((watched, 1))
    assert lows() == []


@pytest.mark.parametrize(
    ("before", "after", "threshold", "low"),
    [(4, 3, 3, True), (4, 2, 3, True), (3, 2, 3, False), (4, 4, 3, False), (2, 9, 3, False), (9, 0, None, False)],
)
def test_low_is_a_fall_to_the_threshold_or_through_it(
    before: int, after: int, threshold: int | None, *, low: bool
) -> None:
    level = Level(uuid4(), before, 0, 0, threshold, 1)
    assert evolve(level, available=after).ran_low(level) is low
