"""How a variant is counted: backorders, thresholds, not at all; and how long carts hold."""

from datetime import timedelta
from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewItem
from commerce_core.inventory.errors import (
    BackordersTaken,
    StockChanged,
    VariantNotTracked,
)
from commerce_core.inventory.model import (
    Count,
    InventoryPolicy,
    StockChanges,
)
from commerce_core.inventory.views import StockQuery
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from tests.features.inventory.conftest import Counters

FIRST = PageRequest(1, 100)


def test_a_backorder_limit_lets_buyers_go_below_zero_and_cannot_be_taken_back_from_them(
    shop: Commerce, make: Builders, counters: Counters, audited
) -> None:
    variant = make.variant(stock=1)
    shop.inventory.change(SYSTEM, variant, StockChanges(backorder_limit=5))
    make.cart((variant, 4))
    with pytest.raises(BackordersTaken) as refused:
        shop.inventory.change(SYSTEM, variant, StockChanges(backorder_limit=2))
    assert refused.value.taken == 3
    assert counters(variant) == (1, 4, -3)
    assert shop.inventory.stock(SYSTEM, variant).backorder_limit == 5
    assert len(audited()) == 1
    assert shop.inventory.verify(SYSTEM) == []


def test_a_change_based_on_an_old_version_is_refused(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=1)
    stock = shop.inventory.stock(SYSTEM, variant)
    with pytest.raises(StockChanged):
        shop.inventory.change(SYSTEM, variant, StockChanges(low_threshold=1), stock.version - 1)
    assert shop.inventory.stock(SYSTEM, variant) == stock


def test_changing_nothing_is_fine_and_leaves_the_version(shop: Commerce, make: Builders, audited) -> None:
    variant = make.variant(stock=1)
    stock = shop.inventory.stock(SYSTEM, variant)
    assert shop.inventory.change(SYSTEM, variant, StockChanges(backorder_limit=0)) == stock
    assert audited() == []


@pytest.mark.parametrize(
    "changes",
    [
        StockChanges(low_threshold=-1),
        StockChanges(backorder_limit=2**31),
        StockChanges(tracked=False, backorder_limit=1),
    ],
)
def test_settings_that_cannot_be_are_refused(shop: Commerce, make: Builders, changes: StockChanges) -> None:
    variant = make.variant(stock=1)
    stock = shop.inventory.stock(SYSTEM, variant)
    with pytest.raises(InvalidInput):
        shop.inventory.change(SYSTEM, variant, changes)
    assert shop.inventory.stock(SYSTEM, variant) == stock


def test_a_variant_that_is_no_longer_tracked_never_runs_out_and_leaves_a_ledger_of_nothing(
    shop: Commerce, make: Builders, audited
) -> None:
    variant = make.variant(stock=5)
    cart = make.cart((variant, 4))
    assert shop.inventory.change(SYSTEM, variant, StockChanges(tracked=False)) is None
    with pytest.raises(VariantNotTracked):
        shop.inventory.stock(SYSTEM, variant)
    assert make.cart((variant, 5000)).items[0].available is None
    assert shop.cart.get(cart.id).items[0].available is None
    assert [m.on_hand_after for m in shop.inventory.movements(SYSTEM, variant, FIRST).items] == [0, 5]
    assert audited() == [("inventory.untrack", {"on_hand": {"before": 5, "after": None}})]
    assert shop.inventory.verify(SYSTEM) == []


def test_a_variant_can_be_tracked_again_from_nothing(shop: Commerce, make: Builders, counters: Counters) -> None:
    variant = make.variant(stock=5)
    make.cart((variant, 4))
    shop.inventory.change(SYSTEM, variant, StockChanges(tracked=False))
    shop.inventory.change(SYSTEM, variant, StockChanges(tracked=True, low_threshold=2))
    assert counters(variant) == (0, 0, 0)
    shop.inventory.count(SYSTEM, Count(variant, 6))
    assert counters(variant) == (6, 0, 6)
    assert shop.inventory.verify(SYSTEM) == []


def test_an_order_placed_while_a_variant_was_tracked_is_paid_without_it(
    shop: Commerce, make: Builders, gateway
) -> None:
    variant = make.variant(stock=5)
    bought = shop.checkout.check_out(make.request(make.cart((variant, 2)).id))
    shop.inventory.change(SYSTEM, variant, StockChanges(tracked=False))
    gateway.pay(bought.payment.intent_id)
    assert shop.checkout.confirm(bought.order.id, bought.order_token).order.status == "PAID"
    assert shop.inventory.verify(SYSTEM) == []


def test_settings_of_a_variant_nobody_counts_are_refused(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=None)
    with pytest.raises(VariantNotTracked):
        shop.inventory.change(SYSTEM, variant, StockChanges(low_threshold=1))
    with pytest.raises(VariantNotTracked):
        shop.inventory.change(SYSTEM, uuid4(), StockChanges(tracked=True))
    assert shop.inventory.list_stock(SYSTEM, StockQuery(), FIRST).total == 0


@pytest.mark.parametrize(("hold", "limit"), [(0, 120), (31, 30), (30, 24 * 60 + 1)])
def test_a_hold_that_makes_no_sense_stops_the_start(hold: int, limit: int) -> None:
    with pytest.raises(InvalidInput):
        InventoryPolicy.of_minutes(hold, limit)


def test_an_operator_sets_how_long_a_cart_holds(database_url: str, settings: Settings) -> None:
    with open_shop(database_url, settings=evolve(settings, hold_minutes=5, hold_limit_minutes=7)) as shop:
        make, clock = Builders(shop), Clock(shop)
        cart = make.cart((variant := make.variant(stock=9), 1))
        clock.forward(timedelta(minutes=4))
        shop.cart.add_item(cart.id, NewItem(variant, 1))
        clock.forward(timedelta(minutes=2))
        assert shop.inventory.release_expired() == 0
        clock.forward(timedelta(minutes=2))
        assert shop.inventory.release_expired() == 1
