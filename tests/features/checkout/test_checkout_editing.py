"""A buyer goes back to a cart that waits for its payment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartChanged, CartEmpty, CartNotFound, CartNotOpen, ItemNotFound
from commerce_core.cart.model import CartStatus
from commerce_core.cart.service import NewItem
from commerce_core.cart.views import CartView
from commerce_core.checkout.errors import PaymentUnderWay
from commerce_core.checkout.model import PaymentMethod
from commerce_core.checkout.views import CheckoutView
from commerce_core.inventory.errors import OutOfStock
from commerce_core.orders.model import OrderStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway

Edit = Callable[[Commerce, CartView], object]
EDITS: dict[str, Edit] = {
    "add": lambda shop, cart: shop.cart.add_item(cart.id, NewItem(cart.items[0].variant_id, 1)),
    "set": lambda shop, cart: shop.cart.set_quantity(cart.id, cart.items[0].id, 3),
    "remove": lambda shop, cart: shop.cart.remove_item(cart.id, cart.items[0].id),
    "change": lambda shop, cart: shop.cart.change(cart.id, CartChanges(notes="a gift")),
}


@pytest.fixture
def cart(make: Builders) -> CartView:
    return make.cart((make.variant(stock=5), 2), (make.variant(stock=5), 1))


@pytest.fixture
def placed(shop: Commerce, make: Builders, cart: CartView) -> CheckoutView:
    return shop.checkout.check_out(make.request(cart.id))


def drained(shop: Commerce) -> None:
    while shop.outbox.drain():
        pass


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_every_edit_takes_the_cart_back_and_cancels_its_order_and_its_intent(
    shop: Commerce, cart: CartView, placed: CheckoutView, gateway: FakeGateway, database_url: str, edit: Edit
) -> None:
    edit(shop, cart)

    order = shop.checkout.order(placed.order.id, placed.order_token)
    assert order.status is OrderStatus.CANCELLED
    assert shop.cart.get(cart.id).status is CartStatus.ACTIVE
    assert shop.inventory.verify(SYSTEM) == []
    held = (
        "SELECT variant_id, qty FROM inventory_reservations WHERE released_at IS NULL AND order_id IS NULL ORDER BY 1"
    )
    assert rows(database_url, held) == rows(database_url, "SELECT variant_id, qty FROM cart_items ORDER BY 1")
    said = "SELECT from_status, to_status, actor_kind, reason FROM order_transitions ORDER BY id DESC LIMIT 1"
    assert rows(database_url, said) == [("PENDING_PAYMENT", "CANCELLED", "guest", "the buyer changed the cart")]

    drained(shop)
    assert gateway.retrieve_intent(placed.payment.intent_id).status == "canceled"
    again = shop.checkout.order(placed.order.id, placed.order_token)
    assert (again.status, again.payments[0].status) == (OrderStatus.CANCELLED, "canceled")


def test_what_the_order_held_nobody_else_can_have_in_between(shop: Commerce, make: Builders, clock: Clock) -> None:
    variant = make.variant(stock=1)
    cart = make.cart((variant, 1))
    shop.checkout.check_out(make.request(cart.id))
    edited = shop.cart.change(cart.id, CartChanges(notes="a gift"))

    with pytest.raises(OutOfStock):
        make.cart((variant, 1))
    assert edited.items[0].reserved_until == shop.cart.get(cart.id).items[0].reserved_until
    clock.forward(timedelta(minutes=31))
    assert shop.inventory.release_expired() == 1
    assert make.cart((variant, 1)).items[0].quantity == 1


def test_the_edited_cart_can_be_ordered_again(
    shop: Commerce, make: Builders, cart: CartView, placed: CheckoutView
) -> None:
    shop.cart.set_quantity(cart.id, cart.items[0].id, 4)
    again = shop.checkout.check_out(make.request(cart.id))

    assert again.order.id != placed.order.id
    assert [line.quantity for line in again.order.items] == [4, 1]
    assert again.payment.intent_id != placed.payment.intent_id
    drained(shop)
    assert shop.checkout.order(again.order.id, again.order_token).status is OrderStatus.PENDING_PAYMENT


@pytest.mark.parametrize(
    ("edit", "refusal"),
    [
        (lambda shop, cart: shop.cart.add_item(cart.id, NewItem(cart.items[0].variant_id, 9)), OutOfStock),
        (lambda shop, cart: shop.cart.remove_item(cart.id, uuid4()), ItemNotFound),
        (lambda shop, cart: shop.cart.change(cart.id, CartChanges(notes="x"), expected_version=1), CartChanged),
    ],
)
def test_an_edit_that_is_refused_leaves_the_order_as_it_was(
    shop: Commerce, cart: CartView, placed: CheckoutView, database_url: str, edit: Edit, refusal: type[Exception]
) -> None:
    before = shop.cart.get(cart.id)
    with pytest.raises(refusal):
        edit(shop, cart)

    assert shop.cart.get(cart.id) == before
    assert shop.checkout.order(placed.order.id, placed.order_token) == placed.order
    assert rows(database_url, "SELECT count(*) FROM outbox_events WHERE type = 'order_cancelled'") == [(0,)]


def test_while_the_bank_is_at_work_the_cart_stays_with_its_order(
    shop: Commerce, cart: CartView, placed: CheckoutView, gateway: FakeGateway
) -> None:
    shop.payments.receive("stripe", *gateway.event(placed.payment.intent_id, "payment_intent.processing"))
    before = shop.checkout.order(placed.order.id, placed.order_token)
    for edit in EDITS.values():
        with pytest.raises(PaymentUnderWay):
            edit(shop, cart)

    assert shop.checkout.order(placed.order.id, placed.order_token) == before
    assert shop.cart.get(cart.id).status is CartStatus.CONVERTED


def test_a_paid_order_keeps_its_cart(
    shop: Commerce, cart: CartView, placed: CheckoutView, gateway: FakeGateway
) -> None:
    gateway.pay(placed.payment.intent_id)
    paid = shop.checkout.confirm(placed.order.id, placed.order_token).order
    for edit in EDITS.values():
        with pytest.raises(CartNotOpen):
            edit(shop, cart)

    assert shop.checkout.order(placed.order.id, placed.order_token) == paid


def test_an_order_that_waits_for_a_transfer_is_given_up_as_well(shop: Commerce, make: Builders, cart: CartView) -> None:
    waiting = shop.checkout.check_out(evolve(make.request(cart.id), payment_method=PaymentMethod.MANUAL))
    shop.cart.remove_item(cart.id, cart.items[1].id)
    drained(shop)

    assert shop.checkout.order(waiting.order.id, waiting.order_token).payments[0].status == "canceled"


def test_of_edits_and_checkouts_at_once_one_order_lives_at_most(
    shop: Commerce, make: Builders, cart: CartView, gateway: FakeGateway, database_url: str
) -> None:
    def act(turn: int) -> None:
        if turn % 2:
            shop.checkout.place_order(make.request(cart.id))
        else:
            shop.cart.change(cart.id, CartChanges(notes=str(turn)))

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(act, range(40)))
    drained(shop)

    assert rows(database_url, "SELECT count(*) FROM orders WHERE status <> 'CANCELLED'")[0][0] <= 1
    unfinished = (
        "SELECT count(*) FROM payments p JOIN orders o ON o.id = p.order_id"
        " WHERE o.status = 'CANCELLED' AND p.status <> 'canceled'"
    )
    assert rows(database_url, unfinished) == [(0,)]
    assert shop.inventory.verify(SYSTEM) == []


def test_an_order_that_expires_gives_back_cart_and_stock_in_its_own_transaction(
    shop: Commerce, cart: CartView, placed: CheckoutView, clock: Clock, database_url: str
) -> None:
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 1

    assert shop.cart.get(cart.id).status is CartStatus.ACTIVE
    together = (
        "SELECT count(DISTINCT at) FROM (SELECT at FROM order_transitions WHERE to_status = 'CANCELLED'"
        " UNION ALL SELECT created_at FROM cart_events WHERE type = 'reopened'"
        " UNION ALL SELECT released_at FROM inventory_reservations) AS done (at)"
    )
    assert rows(database_url, together) == [(1,)]


def test_an_emptied_cart_and_one_that_was_forgotten_say_so_at_checkout(
    shop: Commerce, make: Builders, cart: CartView, clock: Clock
) -> None:
    for line in cart.items:
        shop.cart.remove_item(cart.id, line.id)
    with pytest.raises(CartEmpty):
        shop.checkout.check_out(make.request(cart.id))
    clock.forward(timedelta(days=91))
    assert shop.cart.purge() == 1
    with pytest.raises(CartNotFound):
        shop.checkout.check_out(make.request(cart.id))
