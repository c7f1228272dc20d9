"""What went around the shop is found and repaired: each way to corrupt the stock, planted and found out."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString
from uuid import UUID

import pytest
from attrs import frozen

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Actor
from commerce_core.inventory.errors import OutOfStock
from commerce_core.inventory.model import Count, Movement, MovementType, StockChanges
from commerce_core.inventory.views import Problem, Verification
from commerce_core.kernel.page import PageRequest
from commerce_core.testing.builders import Builders
from tests.features.inventory.conftest import Ask, Counters

LEDGER, HOLDS, MISSING, ORPHANS = Problem.ON_HAND, Problem.RESERVED, Problem.MISSING, Problem.ORPHANS


@frozen
class Corruption:
    """A statement that goes around the shop, what is to be found, and the counters (on hand, held) that are right."""

    statement: LiteralString
    problems: set[Problem]
    proved: tuple[int, int]


# A variant of which 10 were received and 2 sold; one cart holds 3, an order that waits for its payment 1.
PLANTED = {
    "units from nowhere": Corruption(
        "UPDATE inventory_items SET available_qty = available_qty + 5 WHERE variant_id = %s", {LEDGER}, (8, 4)
    ),
    "units that vanished": Corruption(
        "UPDATE inventory_items SET available_qty = available_qty - 3 WHERE variant_id = %s", {LEDGER}, (8, 4)
    ),
    "held by nobody": Corruption(
        "UPDATE inventory_items SET available_qty = 2, reserved_qty = 6 WHERE variant_id = %s", {HOLDS}, (8, 4)
    ),
    "held twice": Corruption(
        "UPDATE inventory_items SET available_qty = 7, reserved_qty = 1 WHERE variant_id = %s", {HOLDS}, (8, 4)
    ),
    "a sale cut out of the ledger": Corruption(
        "DELETE FROM inventory_movements WHERE type = 'sale' AND variant_id = %s", {LEDGER}, (10, 4)
    ),
    "the receipt cut out of the ledger": Corruption(
        "DELETE FROM inventory_movements WHERE type = 'receipt' AND variant_id = %s", {LEDGER}, (-2, 4)
    ),
    "a receipt rewritten": Corruption(
        "UPDATE inventory_movements SET qty = 11 WHERE type = 'receipt' AND variant_id = %s", {LEDGER}, (9, 4)
    ),
    "a movement nobody counted": Corruption(
        "INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, at)"
        " VALUES (%s, 'return', 1, 9, shop_now())",
        {LEDGER},
        (9, 4),
    ),
    "a hold ended by hand": Corruption(
        "UPDATE inventory_reservations SET released_at = shop_now() WHERE qty = 3 AND variant_id = %s",
        {HOLDS},
        (8, 1),
    ),
    "a hold made larger": Corruption(
        "UPDATE inventory_reservations SET qty = 4 WHERE qty = 3 AND variant_id = %s", {HOLDS}, (8, 5)
    ),
    "counters deleted": Corruption("DELETE FROM inventory_items WHERE variant_id = %s", {MISSING}, (8, 4)),
    "a line deleted under its hold": Corruption(
        "DELETE FROM cart_items WHERE qty = 3 AND variant_id = %s", {ORPHANS}, (8, 1)
    ),
    "an order cancelled past its hold": Corruption(
        "UPDATE orders SET status = 'CANCELLED' WHERE status = 'PENDING_PAYMENT' AND id IN"
        " (SELECT order_id FROM order_items WHERE variant_id = %s)",
        {ORPHANS},
        (8, 3),
    ),
    "a cart closed without an order": Corruption(
        "UPDATE carts SET status = 'CONVERTED' WHERE id IN"
        " (SELECT cart_id FROM cart_items WHERE qty = 3 AND variant_id = %s)",
        {ORPHANS},
        (8, 1),
    ),
}


@pytest.fixture
def busy(shop: Commerce, make: Builders, gateway) -> UUID:
    """A variant with a history, beside another one that must stay as it is."""
    make.cart((make.variant(stock=4), 1))
    variant = make.variant(stock=10)
    bought = shop.checkout.check_out(make.request(make.cart((variant, 2)).id))
    gateway.pay(bought.payment.intent_id)
    shop.checkout.confirm(bought.order.id, bought.order_token)
    make.cart((variant, 3))
    shop.checkout.check_out(make.request(make.cart((variant, 1)).id))
    return variant


@pytest.fixture
def plant(ask: Ask):
    """Goes around the shop, and around the trigger that keeps the ledger."""

    def planted(corruption: Corruption, variant: UUID) -> None:
        ask("ALTER TABLE inventory_movements DISABLE TRIGGER inventory_movements_append_only")
        ask(corruption.statement, variant)
        ask("ALTER TABLE inventory_movements ENABLE TRIGGER inventory_movements_append_only")

    return planted


def test_a_shop_that_was_left_alone_is_proved(shop: Commerce, busy: UUID, audited) -> None:
    assert shop.inventory.verify(SYSTEM) == []
    assert shop.inventory.repair(SYSTEM) == []
    assert audited() == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_corruption_is_found_and_repaired(
    shop: Commerce, busy: UUID, plant, counters: Counters, audited, name: str
) -> None:
    corruption = PLANTED[name]
    plant(corruption, busy)

    [found] = shop.inventory.verify(SYSTEM)
    assert (found.variant_id, set(found.problems)) == (busy, corruption.problems)

    [repaired] = shop.inventory.repair(SYSTEM)
    on_hand, held = corruption.proved
    assert repaired.variant_id == busy
    assert counters(busy) == (on_hand, held, on_hand - held)
    assert [action for action, _ in audited()] == ["inventory.repair"]
    assert shop.inventory.verify(SYSTEM) == []
    assert shop.inventory.repair(SYSTEM) == []


def test_all_corruptions_at_once_are_found_and_repaired(shop: Commerce, make: Builders, plant, ask: Ask) -> None:
    for name in ("units from nowhere", "held by nobody", "a receipt rewritten", "counters deleted"):
        plant(PLANTED[name], make.variant(stock=10))
    assert len(shop.inventory.verify(SYSTEM)) == len(shop.inventory.repair(SYSTEM)) == 4
    assert shop.inventory.verify(SYSTEM) == []


def test_the_audit_row_of_a_repair_tells_the_counters_before_and_after(
    shop: Commerce, busy: UUID, plant, audited
) -> None:
    plant(PLANTED["a line deleted under its hold"], busy)
    shop.inventory.repair(SYSTEM)
    [(_, changes)] = audited()
    assert changes["available"] == {"before": 4, "after": 7}
    assert changes["reserved"] == {"before": 4, "after": 1}
    assert changes["orphaned"] == {"before": 3, "after": 0}


def test_what_was_promised_too_much_stays_promised_and_no_more_is(
    shop: Commerce, make: Builders, busy: UUID, plant, counters: Counters
) -> None:
    plant(PLANTED["the receipt cut out of the ledger"], busy)
    shop.inventory.repair(SYSTEM)
    stock = shop.inventory.stock(SYSTEM, busy)
    assert (stock.available, stock.backorder_limit) == (-6, 6)
    with pytest.raises(OutOfStock):
        make.cart((busy, 1))
    shop.inventory.count(SYSTEM, Count(busy, 8))
    shop.inventory.change(SYSTEM, busy, StockChanges(backorder_limit=0))
    assert counters(busy) == (8, 4, 4)
    assert shop.inventory.verify(SYSTEM) == []


def test_a_repair_that_finds_less_than_was_believed_tells_of_low_stock(shop: Commerce, busy: UUID, plant, lows) -> None:
    shop.inventory.change(SYSTEM, busy, StockChanges(low_threshold=4))
    plant(PLANTED["units from nowhere"], busy)
    shop.inventory.repair(SYSTEM)
    assert lows() == [(4, 4)]


def test_the_first_movement_after_which_the_counter_was_wrong_is_named(
    shop: Commerce, busy: UUID, plant, ask: Ask
) -> None:
    plant(PLANTED["units from nowhere"], busy)
    assert shop.inventory.verify(SYSTEM)[0].drift is None, "nothing has moved since"
    shop.inventory.move(SYSTEM, Movement(busy, MovementType.RECEIPT, 1))
    shop.inventory.move(SYSTEM, Movement(busy, MovementType.DAMAGE, -1))
    drift = shop.inventory.verify(SYSTEM)[0].drift
    assert drift is not None
    _, receipt = shop.inventory.movements(SYSTEM, busy, PageRequest(1, 2)).items
    assert (drift.movement_id, drift.type, drift.at) == (receipt.id, MovementType.RECEIPT, receipt.at)
    assert (drift.moved, drift.on_hand_after) == (9, 14)

    shop.inventory.repair(SYSTEM)
    shop.inventory.move(SYSTEM, Movement(busy, MovementType.RECEIPT, 1))
    assert shop.inventory.movements(SYSTEM, busy, PageRequest(1, 1)).items[0].on_hand_after == 9
    plant(PLANTED["units that vanished"], busy)
    assert shop.inventory.verify(SYSTEM)[0].drift is None, "what was repaired is history"


def test_a_shop_that_sells_meanwhile_is_repaired_without_losing_a_hold(
    shop: Commerce, make: Builders, plant, counters: Counters
) -> None:
    variant = make.variant(stock=1000)
    selling = threading.Event()

    def sell(_: int) -> None:
        while not selling.is_set():
            make.cart((variant, 1))

    with ThreadPoolExecutor(4) as buyers:
        done = buyers.map(sell, range(4))
        try:
            for _ in range(5):
                plant(PLANTED["units that vanished"], variant)
                assert [repair.variant_id for repair in shop.inventory.repair(SYSTEM)] == [variant]
        finally:
            selling.set()
        list(done)
    on_hand, reserved, _ = counters(variant)
    assert on_hand == 1000
    assert reserved == shop.inventory.reservations(SYSTEM, variant, PageRequest()).total
    assert shop.inventory.verify(SYSTEM) == []


def test_buyers_and_whoever_stops_counting_do_not_meet_in_a_deadlock(shop: Commerce, make: Builders) -> None:
    variants = [make.variant(stock=1000) for _ in range(3)]

    def sell(turn: int) -> None:
        shop.checkout.check_out(make.request(make.cart((variants[turn % 3], 1)).id))

    with ThreadPoolExecutor(4) as buyers:
        sold = buyers.map(sell, range(30))
        for variant in variants:
            shop.inventory.change(SYSTEM, variant, StockChanges(tracked=False))
            shop.inventory.count(SYSTEM, Count(variant, 500))
        list(sold)
    assert shop.inventory.verify(SYSTEM) == []


def test_an_explanation_says_when_it_does_not_add_up(shop: Commerce, busy: UUID, plant) -> None:
    plant(PLANTED["held by nobody"], busy)
    told = shop.inventory.explain(SYSTEM, busy)
    assert (told.stock.reserved, told.held, told.agrees) == (6, 4, False)


def test_an_untracked_variant_with_a_stray_hold_is_freed_and_stays_untracked(
    shop: Commerce, make: Builders, ask: Ask
) -> None:
    variant = make.variant(stock=None)
    cart = make.cart((variant, 1))
    ask(
        "INSERT INTO inventory_reservations (cart_id, variant_id, qty, held_since, expires_at)"
        " VALUES (%s, %s, 1, shop_now(), shop_now())",
        cart.id,
        variant,
    )
    ask("DELETE FROM cart_items WHERE cart_id = %s", cart.id)
    [found] = shop.inventory.verify(SYSTEM)
    assert set(found.problems) == {Problem.MISSING, Problem.ORPHANS}
    [repaired] = shop.inventory.repair(SYSTEM)
    assert (repaired.before, repaired.after, repaired.released) == (None, None, 1)
    assert shop.inventory.verify(SYSTEM) == []
    assert make.cart((variant, 9)).items[0].available is None


def test_a_shop_is_proved_slice_by_slice(shop: Commerce, make: Builders, ask: Ask) -> None:
    product = ask("SELECT product_id FROM product_variants WHERE id = %s", make.variant(stock=1))[0][0]
    ask(
        "INSERT INTO product_variants (id, product_id, position, title, option_values, price_amount, currency)"
        " SELECT gen_random_uuid(), %s, n, 'v', ARRAY[n::text], 1, 'EUR' FROM generate_series(2, 450) AS n",
        product,
    )
    ask("INSERT INTO inventory_items (variant_id, available_qty) SELECT id, 1 FROM product_variants WHERE title = 'v'")
    assert len(shop.inventory.verify(SYSTEM)) == 449

    def parts(ask: Callable[[Actor, str | None], Any]) -> Iterator[Any]:
        cursor = None
        while True:
            part = ask(SYSTEM, cursor)
            yield part
            cursor = part.next_cursor
            if cursor is None:
                return

    wrong = list(parts(shop.inventory.verify_part))
    assert [part.checked for part in wrong] == [200, 200, 50], "a part ends early when it has enough to tell"
    found = [one.variant_id for part in wrong for one in part.discrepancies]
    assert found == [one.variant_id for one in shop.inventory.verify(SYSTEM)]
    assert [len(part.repaired) for part in parts(shop.inventory.repair_part)] == [
        len(part.discrepancies) for part in wrong
    ]
    assert shop.inventory.verify(SYSTEM) == shop.inventory.repair(SYSTEM) == []
    assert shop.inventory.verify_part(SYSTEM) == Verification((), 450, None)
