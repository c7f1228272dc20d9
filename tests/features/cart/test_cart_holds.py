"""What a cart holds, for how long, and what becomes of a line that it no longer holds."""

from datetime import timedelta
from uuid import UUID

import pytest

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartChanged, CartHoldsTooMuch, CartNotFound, ItemsUnavailable, VariantNotForSale
from commerce_core.cart.model import Unavailability
from commerce_core.cart.service import NewItem
from commerce_core.cart.views import CartView
from commerce_core.inventory.errors import OutOfStock
from commerce_core.orders.model import OrderStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from tests.rows import Rows


def reserved(shop: Commerce, variant: UUID) -> int:
    return shop.inventory.stock(SYSTEM, variant).reserved


def left_alone(shop: Commerce, make: Builders, clock: Clock, variant: UUID, quantity: int) -> CartView:
    """A cart whose hold has expired and was swept."""
    cart = make.cart((variant, quantity))
    clock.forward(timedelta(minutes=31))
    shop.inventory.release_expired()
    return cart


def log(rows: Rows, cart_id: UUID) -> list[str]:
    return [row[0] for row in rows("SELECT type FROM cart_events WHERE cart_id = %s ORDER BY id", cart_id)]


def test_a_line_whose_hold_expired_stays_and_is_held_again_at_its_next_touch(
    shop: Commerce, make: Builders, clock: Clock
) -> None:
    variant = make.variant(stock=5)
    cart = left_alone(shop, make, clock, variant, 3)
    [line] = shop.cart.get(cart.id).items
    assert (line.quantity, line.reserved_until, line.available, line.unavailable_reason) == (3, None, 5, None)
    [line] = shop.cart.set_quantity(cart.id, line.id, 3).items
    assert (reserved(shop, variant), line.reserved_until) == (3, clock.now + timedelta(minutes=30))


def test_touching_one_line_leaves_the_others_as_they_are(shop: Commerce, make: Builders, clock: Clock) -> None:
    gone, there = make.variant(stock=3), make.variant(stock=5)
    cart = left_alone(shop, make, clock, gone, 3)
    make.cart((gone, 3))
    cart = shop.cart.add_item(cart.id, NewItem(there, 1))
    assert [line.unavailable_reason for line in cart.items] == [Unavailability.OUT_OF_STOCK, None]


def test_a_line_whose_stock_went_to_others_is_reported_with_numbers(
    shop: Commerce, make: Builders, clock: Clock
) -> None:
    variant = make.variant(stock=5)
    cart = left_alone(shop, make, clock, variant, 3)
    make.cart((variant, 4))
    before = shop.cart.get(cart.id)
    [line] = before.items
    assert (line.quantity, line.available, line.unavailable_reason) == (3, 1, Unavailability.OUT_OF_STOCK)
    for refused in (
        lambda: shop.cart.set_quantity(cart.id, line.id, 3),
        lambda: shop.cart.add_item(cart.id, NewItem(variant, 1)),
        lambda: shop.checkout.check_out(make.request(cart.id)),
    ):
        with pytest.raises(OutOfStock) as short:
            refused()
        assert (short.value.variant_id, short.value.available) == (variant, 1)
    assert shop.cart.get(cart.id) == before
    assert shop.cart.set_quantity(cart.id, line.id, 1).items[0].unavailable_reason is None


def test_a_checkout_holds_again_what_had_expired(shop: Commerce, make: Builders, clock: Clock) -> None:
    variant = make.variant(stock=5)
    cart = left_alone(shop, make, clock, variant, 3)
    assert shop.checkout.check_out(make.request(cart.id)).order.status is OrderStatus.PENDING_PAYMENT
    assert reserved(shop, variant) == 3


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
def test_a_line_that_is_no_longer_for_sale_is_named_and_can_only_be_removed(
    shop: Commerce, make: Builders, rows: Rows, status: str
) -> None:
    gone, there = make.variant(stock=5, title="Old mug"), make.variant(stock=5)
    cart = make.cart((gone, 1), (there, 1))
    line = cart.items[0]
    rows("UPDATE products SET status = %s WHERE title = 'Old mug'", status)
    before = shop.cart.get(cart.id)
    assert [(line.available, line.unavailable_reason) for line in before.items] == [
        (0, Unavailability.NOT_FOR_SALE),
        (5, None),
    ]
    with pytest.raises(VariantNotForSale):
        shop.cart.add_item(cart.id, NewItem(gone, 1))
    for refused in (
        lambda: shop.cart.set_quantity(cart.id, line.id, 2),
        lambda: shop.checkout.check_out(make.request(cart.id)),
    ):
        with pytest.raises(ItemsUnavailable) as named:
            refused()
        assert (named.value.variant_ids, named.value.titles) == ((gone,), ("Old mug",))
    assert shop.cart.get(cart.id) == before
    shop.cart.remove_item(cart.id, line.id)
    assert reserved(shop, gone) == 0
    assert shop.checkout.check_out(make.request(cart.id)).order


def test_one_cart_cannot_empty_the_shelves(shop: Commerce, make: Builders) -> None:
    variant, other, uncounted = make.variant(stock=900), make.variant(stock=900), make.variant(stock=None)
    cart = make.cart((variant, 300), (uncounted, 5000))
    cart = shop.cart.add_item(cart.id, NewItem(other, 200))
    for wanted, refused in (
        (501, lambda: shop.cart.add_item(cart.id, NewItem(variant, 1))),
        (501, lambda: shop.cart.set_quantity(cart.id, cart.items[0].id, 301)),
        (502, lambda: make.cart((variant, 251), (other, 251))),
    ):
        with pytest.raises(CartHoldsTooMuch) as hoards:
            refused()
        assert (hoards.value.wanted, hoards.value.limit) == (wanted, 500)
    assert shop.cart.get(cart.id) == cart
    assert (reserved(shop, variant), reserved(shop, other)) == (300, 200)
    assert shop.cart.set_quantity(cart.id, cart.items[0].id, 299).items[0].quantity == 299


def test_a_cart_above_a_lowered_cap_may_shrink_but_not_grow(shop: Commerce, make: Builders, rows: Rows) -> None:
    variant = make.variant(stock=900)
    cart = make.cart((variant, 10))
    rows("UPDATE cart_items SET qty = 600 WHERE cart_id = %s", cart.id)
    with pytest.raises(CartHoldsTooMuch):
        shop.cart.set_quantity(cart.id, cart.items[0].id, 601)
    assert shop.cart.set_quantity(cart.id, cart.items[0].id, 550).items[0].quantity == 550


def test_a_change_of_a_cart_that_was_changed_since_it_was_read_is_refused(
    shop: Commerce, make: Builders, rows: Rows
) -> None:
    variant = make.variant(stock=9)
    read = make.cart((variant, 1))
    line = read.items[0].id
    now = shop.cart.add_item(read.id, NewItem(variant, 1), expected_version=read.version)
    history = log(rows, read.id)
    for refused in (
        lambda: shop.cart.add_item(read.id, NewItem(variant, 1), expected_version=read.version),
        lambda: shop.cart.set_quantity(read.id, line, 9, expected_version=read.version),
        lambda: shop.cart.remove_item(read.id, line, expected_version=read.version),
        lambda: shop.cart.change(read.id, CartChanges(notes="x"), expected_version=read.version),
    ):
        with pytest.raises(CartChanged) as stale:
            refused()
        assert stale.value.version == now.version
    assert shop.cart.get(read.id) == now
    assert (log(rows, read.id), reserved(shop, variant)) == (history, 2)
    assert shop.cart.change(read.id, CartChanges(notes="x"), expected_version=now.version).version == now.version + 1


def test_the_log_of_a_cart_tells_its_life(shop: Commerce, make: Builders, rows: Rows, clock: Clock) -> None:
    variant, other = make.variant(), make.variant()
    cart = make.cart((variant, 1), (other, 1))
    shop.cart.set_quantity(cart.id, cart.items[0].id, 2)
    shop.cart.remove_item(cart.id, cart.items[1].id)
    rows("UPDATE carts SET status = 'ABANDONED' WHERE id = %s", cart.id)
    shop.cart.change(cart.id, CartChanges(notes="back again"))
    placed = shop.checkout.check_out(make.request(cart.id))
    shop.checkout.check_out(make.request(cart.id))
    assert log(rows, cart.id) == [
        "created", "added", "added", "quantity_changed", "removed", "recovered", "checkout_started", "converted",
    ]  # fmt: skip
    query = "SELECT DISTINCT payload ->> 'order_id' FROM cart_events WHERE type IN ('checkout_started', 'converted')"
    assert rows(query) == [(str(placed.order.id),)]


def test_carts_that_nobody_touched_for_ninety_days_are_deleted_and_their_orders_stay(
    shop: Commerce, make: Builders, rows: Rows, clock: Clock
) -> None:
    variant = make.variant(stock=9)
    forgotten, bought = make.cart((variant, 1)), make.cart((variant, 2))
    placed = shop.checkout.check_out(make.request(bought.id))
    shop.checkout.change_status(SYSTEM, placed.order.id, OrderStatus.CANCELLED)
    clock.forward(timedelta(days=89))
    kept = make.cart((variant, 3))
    assert shop.cart.purge() == 0
    clock.forward(timedelta(days=1, minutes=1))
    shop.inventory.release_expired()
    assert shop.cart.purge() == 2
    for cart in (forgotten, bought):
        with pytest.raises(CartNotFound):
            shop.cart.get(cart.id)
    assert shop.cart.get(kept.id).items[0].quantity == 3
    assert rows("SELECT id, cart_id FROM orders") == [(placed.order.id, None)]
    assert rows("SELECT count(*) FROM cart_events WHERE cart_id <> %s", kept.id) == [(0,)]
    assert shop.inventory.verify(SYSTEM) == []


def test_a_cart_that_holds_stock_or_waits_for_a_payment_is_not_deleted(
    shop: Commerce, make: Builders, rows: Rows, clock: Clock
) -> None:
    variant, uncounted = make.variant(stock=9), make.variant(stock=None)
    held, waiting = make.cart((variant, 1)), make.cart((uncounted, 1))
    shop.checkout.check_out(make.request(waiting.id))
    clock.forward(timedelta(days=91))
    assert shop.cart.purge() == 0
    assert (shop.cart.get(held.id).id, shop.cart.get(waiting.id).id) == (held.id, waiting.id)
    shop.inventory.release_expired()
    assert shop.cart.purge() == 1
    assert shop.inventory.verify(SYSTEM) == []


def test_a_merged_cart_is_deleted_with_the_one_it_went_into(
    shop: Commerce, make: Builders, rows: Rows, clock: Clock, customer
) -> None:
    variant = make.variant(stock=9)
    shop.cart.merge(customer, make.cart((variant, 1)).id)
    shop.cart.merge(customer, make.cart((variant, 1)).id)
    clock.forward(timedelta(days=91))
    shop.inventory.release_expired()
    shop.cart.purge()
    assert rows("SELECT count(*) FROM carts") == [(0,)]
    assert shop.cart.purge() == 0
