"""What a buyer does with a cart."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.cart.errors import CartNotFound, CartNotOpen, ItemNotFound, VariantNotForSale
from commerce_core.cart.model import CartStatus
from commerce_core.cart.service import CartChanges, NewCart, NewItem
from commerce_core.inventory.errors import OutOfStock
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.fake_gateway import FakeGateway


def events(database_url: str, cart_id) -> list[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT type FROM cart_events WHERE cart_id = %s ORDER BY id", (cart_id,))
        return [row[0] for row in rows]


def test_a_new_cart_is_empty_and_costs_nothing(shop: Commerce) -> None:
    cart = shop.cart.create(NewCart())
    assert (cart.status, cart.items, cart.total, cart.estimated) == (CartStatus.ACTIVE, (), Money(0, "EUR"), True)
    assert shop.cart.get(cart.id) == cart


def test_adding_a_variant_again_adds_up_in_one_line(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant(price=1999, stock=10)
    cart = make.cart((variant, 1))
    cart = shop.cart.add_item(cart.id, NewItem(variant, 2))
    assert [(line.quantity, line.line_total) for line in cart.items] == [(3, Money(5997, "EUR"))]
    assert (cart.version, cart.items[0].available) == (2, 10)
    assert shop.cart.get(cart.id) == cart
    assert events(database_url, cart.id) == ["created", "added", "added"]


def test_a_quantity_is_set_and_a_line_removed(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant(stock=10)
    cart = make.cart((variant, 4))
    cart = shop.cart.set_quantity(cart.id, cart.items[0].id, 2)
    assert shop.inventory.stock(SYSTEM, variant).reserved == 2
    cart = shop.cart.remove_item(cart.id, cart.items[0].id)
    assert cart.items == ()
    assert shop.inventory.stock(SYSTEM, variant).reserved == 0
    assert events(database_url, cart.id) == ["created", "added", "quantity_changed", "removed"]
    assert shop.inventory.verify(SYSTEM) == []


def test_fifty_parallel_adds_of_one_variant_make_one_line_of_fifty(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=50)
    cart = shop.cart.create(NewCart())
    with ThreadPoolExecutor(16) as clicks:
        list(clicks.map(lambda _: shop.cart.add_item(cart.id, NewItem(variant, 1)), range(50)))
    [line] = shop.cart.get(cart.id).items
    assert line.quantity == 50
    assert shop.inventory.stock(SYSTEM, variant).reserved == 50


def test_a_refused_change_leaves_the_cart_as_it_was(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant(stock=2)
    cart = make.cart((variant, 2))
    with pytest.raises(OutOfStock):
        shop.cart.add_item(cart.id, NewItem(variant, 1))
    assert shop.cart.get(cart.id) == cart
    assert events(database_url, cart.id) == ["created", "added"]


@pytest.mark.parametrize("quantity", [0, -1, 10_001, 2**31, 2**63])
def test_an_impossible_quantity_is_refused(shop: Commerce, make: Builders, quantity: int) -> None:
    variant = make.variant(stock=5)
    cart = make.cart((variant, 1))
    for refused in (
        lambda: shop.cart.add_item(cart.id, NewItem(variant, quantity)),
        lambda: shop.cart.set_quantity(cart.id, cart.items[0].id, quantity),
        lambda: make.cart((variant, quantity)),
    ):
        with pytest.raises(InvalidInput):
            refused()
    assert shop.cart.get(cart.id) == cart


def test_what_is_not_there_is_named(shop: Commerce, make: Builders) -> None:
    cart = make.cart((make.variant(), 1))
    stranger = make.cart((make.variant(), 1))
    with pytest.raises(CartNotFound):
        shop.cart.get(uuid4())
    with pytest.raises(CartNotFound):
        shop.cart.add_item(uuid4(), NewItem(make.variant(), 1))
    with pytest.raises(VariantNotForSale):
        shop.cart.add_item(cart.id, NewItem(uuid4(), 1))
    with pytest.raises(ItemNotFound):
        shop.cart.set_quantity(cart.id, stranger.items[0].id, 1)
    with pytest.raises(ItemNotFound):
        shop.cart.remove_item(cart.id, stranger.items[0].id)


def test_a_changed_price_counts_at_once_and_is_shown(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant(price=1000)
    cart = make.cart((variant, 2))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE product_variants SET price_amount = 1200 WHERE id = %s", (variant,))
    [line] = shop.cart.get(cart.id).items
    assert (line.unit_price, line.previous_unit_price, line.price_changed) == (
        Money(1200, "EUR"), Money(1000, "EUR"), True,
    )  # fmt: skip


def test_details_are_changed_one_by_one(shop: Commerce, make: Builders) -> None:
    cart = make.cart((make.variant(price=2000), 1))
    cart = shop.cart.change(
        cart.id, CartChanges(email="a@example.com", shipping_address=PARIS, shipping_option_id="standard")
    )
    assert (cart.estimated, cart.shipping_total, cart.total) == (False, Money(490, "EUR"), Money(2490, "EUR"))
    cart = shop.cart.change(cart.id, CartChanges(notes="ring twice", attributes={"gift": "yes"}))
    assert (cart.email, cart.notes, cart.attributes) == ("a@example.com", "ring twice", {"gift": "yes"})
    cart = shop.cart.change(cart.id, CartChanges(email=None))
    assert cart.email is None
    assert shop.cart.get(cart.id) == cart


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        (CartChanges(email="nobody"), "/email"),
        (CartChanges(email=""), "/email"),
        (CartChanges(email="a@b.c\r\nBcc: x@example.com"), "/email"),
        (CartChanges(notes="x" * 2001), "/notes"),
        (CartChanges(notes="\x00"), "/notes"),
        (CartChanges(shipping_option_id="drone"), "/shipping_option_id"),
        (CartChanges(shipping_option_id=""), "/shipping_option_id"),
        (CartChanges(attributes={str(n): "" for n in range(21)}), "/attributes"),
        (CartChanges(attributes={"a/b~c": "\x00"}), "/attributes/a~1b~0c"),
        (CartChanges(attributes={" ": "x"}), "/attributes"),
    ],
)
def test_details_that_cannot_be_are_refused_with_a_pointer(shop: Commerce, changes: CartChanges, pointer: str) -> None:
    cart = shop.cart.create(NewCart())
    with pytest.raises(InvalidInput) as refused:
        shop.cart.change(cart.id, changes)
    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert shop.cart.get(cart.id) == cart


def test_attributes_are_changed_one_by_one_and_never_grow_beyond_twenty(shop: Commerce) -> None:
    cart = shop.cart.create(NewCart())
    shop.cart.change(cart.id, CartChanges(attributes={str(n): "x" for n in range(20)}))
    full = shop.cart.change(cart.id, CartChanges(attributes={"0": "y"}))
    with pytest.raises(InvalidInput) as refused:
        shop.cart.change(cart.id, CartChanges(attributes={"gift": "yes"}))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/attributes", "too-many")]
    assert shop.cart.get(cart.id) == full
    cart = shop.cart.change(cart.id, CartChanges(attributes={"0": None, "1": None, "unknown": None, "gift": "yes"}))
    assert cart.attributes == {str(n): "x" for n in range(2, 20)} | {"gift": "yes"}
    assert shop.cart.get(cart.id) == cart


def test_another_currency_is_refused(shop: Commerce) -> None:
    with pytest.raises(InvalidInput):
        shop.cart.create(NewCart(currency="USD"))


def test_a_cart_that_was_bought_is_closed(shop: Commerce, make: Builders, gateway: FakeGateway) -> None:
    variant = make.variant()
    cart = make.cart((variant, 1))
    done = shop.checkout.check_out(make.request(cart.id))
    gateway.pay(done.payment.intent_id)
    shop.checkout.confirm(done.order.id, done.order_token)
    bought = shop.cart.get(cart.id)
    for refused in (
        lambda: shop.cart.add_item(cart.id, NewItem(variant, 1)),
        lambda: shop.cart.set_quantity(cart.id, cart.items[0].id, 2),
        lambda: shop.cart.remove_item(cart.id, cart.items[0].id),
        lambda: shop.cart.change(cart.id, CartChanges(notes="late")),
    ):
        with pytest.raises(CartNotOpen):
            refused()
    assert shop.cart.get(cart.id) == bought


def test_a_cart_without_anything_to_send_has_no_shipping_options(shop: Commerce, make: Builders) -> None:
    digital = make.cart((make.variant(ships=False), 1))
    parcel = make.cart((make.variant(), 1))
    assert shop.cart.shipping_options(digital.id).items == ()
    assert [way.id for way in shop.cart.shipping_options(parcel.id).items] == ["standard"]


def test_operators_see_the_carts_of_all_states_in_one_order(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=99)
    carts = [make.cart((variant, 1)) for _ in range(5)]
    shop.checkout.check_out(make.request(carts[1].id))
    shop.cart.change(carts[0].id, CartChanges(notes="the last to be touched"))
    newest_first = [str(cart.id) for cart in (carts[0], carts[1], carts[4], carts[3], carts[2])]
    pages = [json.loads(shop.cart.list_carts(SYSTEM, None, PageRequest(number, 2))) for number in (1, 2, 3, 4)]
    assert [cart["id"] for page in pages for cart in page["items"]] == newest_first
    assert {page["total"] for page in pages} == {5}
    open_ones = json.loads(shop.cart.list_carts(SYSTEM, CartStatus.ACTIVE, PageRequest(2, 3)))
    assert ([cart["id"] for cart in open_ones["items"]], open_ones["total"]) == (newest_first[-1:], 4)


def test_operators_see_carts_that_hold_something(shop: Commerce, make: Builders) -> None:
    shop.cart.create(NewCart())
    kept = make.cart((make.variant(price=700), 3))
    page = shop.cart.list_carts(SYSTEM, None, PageRequest())
    assert str(kept.id).encode() in page
    assert b'"total" : 1' in page
    assert shop.cart.list_carts(SYSTEM, CartStatus.CONVERTED, PageRequest()).count(b'"id"') == 0
    with pytest.raises(PermissionDenied):
        shop.cart.list_carts(evolve(GUEST), None, PageRequest())
