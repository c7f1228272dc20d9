"""A customer's cart is theirs alone, and a guest's becomes theirs once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import GUEST, SYSTEM, Actor, ActorKind
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartMerged, CartNotFound, CartNotOpen
from commerce_core.cart.merge import Capped
from commerce_core.cart.model import CartStatus, Unavailability
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.cart.views import CartView
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.clock import Clock
from tests.crashes import InterruptedBegin
from tests.rows import Rows


def own_cart(shop: Commerce, customer: Actor, *wanted: tuple[object, int]) -> CartView:
    items = tuple(NewItem(variant, quantity) for variant, quantity in wanted)
    return shop.cart.create(NewCart(items=items), shopper=customer)


def quantities(cart: CartView) -> dict[object, int]:
    return {line.variant_id: line.quantity for line in cart.items}


def reserved(shop: Commerce, variant: object) -> int:
    return shop.inventory.stock(SYSTEM, variant).reserved


def merge_events(rows: Rows, cart_id: object) -> list[str]:
    return [row[0] for row in rows("SELECT type FROM cart_events WHERE cart_id = %s ORDER BY id", cart_id)]


def test_a_customers_cart_is_nobody_elses(
    shop: Commerce, make: Builders, customer: Actor, new_customer: Callable[[], Actor]
) -> None:
    variant = make.variant(stock=9)
    cart = own_cart(shop, customer, (variant, 1))
    line = cart.items[0].id
    assert cart.customer_id == customer.id
    for stranger in (GUEST, SYSTEM, new_customer(), Actor(ActorKind.STAFF, customer.id, "same id, other kind")):
        for refused in (
            lambda who: shop.cart.get(cart.id, shopper=who),
            lambda who: shop.cart.add_item(cart.id, NewItem(variant, 1), shopper=who),
            lambda who: shop.cart.set_quantity(cart.id, line, 2, shopper=who),
            lambda who: shop.cart.remove_item(cart.id, line, shopper=who),
            lambda who: shop.cart.change(cart.id, CartChanges(notes="mine"), shopper=who),
            lambda who: shop.cart.shipping_options(cart.id, shopper=who),
            lambda who: shop.checkout.check_out(make.request(cart.id), shopper=who),
        ):
            with pytest.raises(CartNotFound):
                refused(stranger)
    assert shop.cart.get(cart.id, shopper=customer) == cart
    assert reserved(shop, variant) == 1


def test_a_customer_buys_what_is_in_their_cart(shop: Commerce, make: Builders, customer: Actor, rows: Rows) -> None:
    cart = own_cart(shop, customer, (make.variant(), 1))
    placed = shop.checkout.check_out(make.request(cart.id), shopper=customer)
    assert rows("SELECT customer_id FROM orders WHERE id = %s", placed.order.id) == [(customer.id,)]
    assert rows("SELECT actor_kind, actor_id FROM order_transitions") == [("customer", customer.id)]


def test_a_guests_cart_becomes_the_customers_when_they_have_none(
    shop: Commerce, make: Builders, customer: Actor, rows: Rows
) -> None:
    variant = make.variant(stock=5)
    guest = make.cart((variant, 2))
    done = shop.cart.merge(customer, guest.id)
    assert (done.cart.id, done.cart.customer_id, done.capped) == (guest.id, customer.id, ())
    assert done.cart == shop.cart.get(guest.id, shopper=customer)
    assert done.cart.version == guest.version + 1
    assert reserved(shop, variant) == 2
    assert merge_events(rows, guest.id) == ["created", "added", "claimed"]
    assert shop.cart.merge(customer, guest.id).cart == done.cart
    with pytest.raises(CartNotFound):
        shop.cart.get(guest.id)


def test_lines_move_and_add_up_and_no_unit_is_held_twice(
    shop: Commerce, make: Builders, customer: Actor, rows: Rows
) -> None:
    both, only_guest, only_own, uncounted = (make.variant(stock=n) for n in (10, 5, 5, None))
    own = own_cart(shop, customer, (both, 2), (only_own, 1), (uncounted, 3))
    guest = make.cart((both, 3), (only_guest, 4), (uncounted, 2000))
    done = shop.cart.merge(customer, guest.id)
    assert quantities(done.cart) == {both: 5, only_own: 1, only_guest: 4, uncounted: 2003}
    assert (done.cart.id, done.capped) == (own.id, ())
    assert done.cart == shop.cart.get(own.id, shopper=customer)
    assert [reserved(shop, variant) for variant in (both, only_guest, only_own)] == [5, 4, 1]
    assert all(line.reserved_until for line in done.cart.items if line.variant_id != uncounted)
    assert rows("SELECT count(*) FROM cart_items WHERE cart_id = %s", guest.id) == [(0,)]
    assert merge_events(rows, guest.id)[-1] == merge_events(rows, own.id)[-1] == "merged"
    assert shop.inventory.verify(SYSTEM) == []


def test_a_merged_cart_is_gone_and_says_where_to(shop: Commerce, make: Builders, customer: Actor) -> None:
    variant = make.variant(stock=9)
    own = own_cart(shop, customer, (variant, 1))
    guest = make.cart((variant, 1))
    after = shop.cart.merge(customer, guest.id).cart
    for refused in (
        lambda: shop.cart.get(guest.id),
        lambda: shop.cart.add_item(guest.id, NewItem(variant, 1)),
        lambda: shop.cart.change(guest.id, CartChanges(notes="late")),
        lambda: shop.checkout.check_out(make.request(guest.id)),
        lambda: shop.cart.merge(customer, guest.id),
    ):
        with pytest.raises(CartMerged) as gone:
            refused()
        assert gone.value.merged_into_id == own.id
    assert shop.cart.get(own.id, shopper=customer) == after
    assert reserved(shop, variant) == 2


def test_what_the_guest_saw_and_said_comes_along(shop: Commerce, make: Builders, customer: Actor, rows: Rows) -> None:
    variant = make.variant(price=1000)
    own = shop.cart.change(
        own_cart(shop, customer).id, CartChanges(notes="ring twice", attributes={"gift": "no"}), shopper=customer
    )
    guest = make.cart((variant, 1))
    shop.cart.change(
        guest.id,
        CartChanges(
            email="g@example.com", marketing_consent=True, shipping_address=PARIS, shipping_option_id="standard",
            notes="leave it at the door", attributes={"gift": "yes", "ribbon": "red"},
        ),
    )  # fmt: skip
    rows("UPDATE product_variants SET price_amount = 1200 WHERE id = %s", variant)
    cart = shop.cart.merge(customer, guest.id).cart
    assert (cart.id, cart.email, cart.shipping_address, cart.notes) == (own.id, "g@example.com", PARIS, "ring twice")
    assert cart.attributes == {"gift": "no", "ribbon": "red"}
    assert cart.items[0].previous_unit_price.amount == 1000
    assert rows("SELECT marketing_consent FROM carts WHERE id = %s", own.id) == [(True,)]
    assert shop.cart.get(own.id, shopper=customer) == cart


def test_attributes_come_along_as_far_as_there_is_room(shop: Commerce, make: Builders, customer: Actor) -> None:
    own, guest = own_cart(shop, customer), make.cart()
    shop.cart.change(own.id, CartChanges(attributes={f"own {n}": "mine" for n in range(15)}), shopper=customer)
    shop.cart.change(guest.id, CartChanges(attributes={"own 3": "theirs"} | {f"guest {n}": "x" for n in range(15)}))
    attributes = shop.cart.merge(customer, guest.id).cart.attributes
    assert len(attributes) == 20
    assert [value for name, value in attributes.items() if name.startswith("own")] == ["mine"] * 15


def test_what_there_is_no_stock_for_is_capped_and_told(
    shop: Commerce, make: Builders, customer: Actor, clock: Clock
) -> None:
    variant, other = make.variant(stock=5), make.variant(stock=9)
    own = own_cart(shop, customer, (variant, 3))
    clock.forward(timedelta(minutes=31))
    shop.inventory.release_expired()
    guest = make.cart((variant, 4), (other, 2))
    done = shop.cart.merge(customer, guest.id)
    assert done.capped == (Capped(variant, wanted=7, quantity=5),)
    assert quantities(done.cart) == {variant: 5, other: 2}
    assert (reserved(shop, variant), reserved(shop, other)) == (5, 2)
    assert done.cart == shop.cart.get(own.id, shopper=customer)
    assert shop.inventory.verify(SYSTEM) == []


def test_a_line_of_which_nothing_is_left_stays_without_a_hold(
    shop: Commerce, make: Builders, customer: Actor, clock: Clock
) -> None:
    gone, there = make.variant(stock=2), make.variant(stock=9)
    own = own_cart(shop, customer, (there, 1))
    guest = make.cart((gone, 2), (there, 1))
    clock.forward(timedelta(minutes=31))
    shop.inventory.release_expired()
    make.cart((gone, 2))
    done = shop.cart.merge(customer, guest.id)
    assert (quantities(done.cart), done.capped) == ({there: 2, gone: 2}, ())
    [line] = [line for line in done.cart.items if line.variant_id == gone]
    assert (line.available, line.unavailable_reason, line.reserved_until) == (0, Unavailability.OUT_OF_STOCK, None)
    assert done.cart == shop.cart.get(own.id, shopper=customer)
    assert reserved(shop, gone) == reserved(shop, there) == 2


def test_a_line_that_is_no_longer_for_sale_moves_without_a_hold(
    shop: Commerce, make: Builders, customer: Actor, rows: Rows
) -> None:
    archived = make.variant(stock=5, title="Old mug")
    own_cart(shop, customer)
    guest = make.cart((archived, 2))
    rows("UPDATE products SET status = 'ARCHIVED' WHERE title = 'Old mug'")
    [line] = shop.cart.merge(customer, guest.id).cart.items
    assert (line.quantity, line.unavailable_reason) == (2, Unavailability.NOT_FOR_SALE)
    assert reserved(shop, archived) == 0


def test_limits_cap_a_merge_and_no_line_is_lost(shop: Commerce, make: Builders, customer: Actor, rows: Rows) -> None:
    uncounted, full, crowded = make.variant(stock=None), make.variant(stock=900), make.variant(stock=900)
    own_cart(shop, customer, (uncounted, 9_999), (full, 499))
    guest = make.cart((uncounted, 2), (crowded, 300))
    done = shop.cart.merge(customer, guest.id)
    assert quantities(done.cart) == {uncounted: 10_000, full: 499, crowded: 1}
    assert done.capped == (Capped(uncounted, 10_001, 10_000), Capped(crowded, 300, 1))
    assert (reserved(shop, full), reserved(shop, crowded)) == (499, 1)


def test_a_merge_beyond_a_hundred_lines_tells_what_it_left_out(
    shop: Commerce, make: Builders, customer: Actor, rows: Rows
) -> None:
    own = own_cart(shop, customer)
    guest = make.cart((make.variant(stock=9), 1))
    rows(
        """WITH product AS (
             INSERT INTO products (id, slug, title, status, price_from_amount, currency)
             SELECT gen_random_uuid(), 'p' || n, 'P', 'ACTIVE', 1, 'EUR' FROM generate_series(1, 100) AS n RETURNING id
           ), variant AS (
             INSERT INTO product_variants (id, product_id, position, title, price_amount, currency)
             SELECT gen_random_uuid(), id, 1, '', 1, 'EUR' FROM product RETURNING id
           )
           INSERT INTO cart_items (id, cart_id, variant_id, qty, snapshot_price_amount)
           SELECT gen_random_uuid(), %s, id, 1, 1 FROM variant""",
        own.id,
    )
    done = shop.cart.merge(customer, guest.id)
    assert len(done.cart.items) == 100
    assert done.capped == (Capped(guest.items[0].variant_id, 1, 0),)
    assert reserved(shop, guest.items[0].variant_id) == 0


def test_what_cannot_be_merged_stays_as_it_is(
    shop: Commerce, make: Builders, customer: Actor, new_customer: Callable[[], Actor]
) -> None:
    variant = make.variant(stock=20)
    own = own_cart(shop, customer, (variant, 1))
    somebodys = own_cart(shop, new_customer(), (variant, 1))
    ordered = make.cart((variant, 1))
    shop.checkout.check_out(make.request(ordered.id))
    for cart_id, refusal in ((uuid4(), CartNotFound), (somebodys.id, CartNotFound), (ordered.id, CartNotOpen)):
        with pytest.raises(refusal):
            shop.cart.merge(customer, cart_id)
    with pytest.raises(ValueError, match="only customers"):
        shop.cart.merge(GUEST, own.id)
    assert shop.cart.get(own.id, shopper=customer).version == own.version
    assert reserved(shop, variant) == 3


def test_a_cart_that_was_ordered_is_not_merged_into(shop: Commerce, make: Builders, customer: Actor) -> None:
    ordered = own_cart(shop, customer, (make.variant(), 1))
    shop.checkout.check_out(make.request(ordered.id), shopper=customer)
    guest = make.cart((make.variant(), 1))
    assert shop.cart.merge(customer, guest.id).cart.id == guest.id
    assert shop.cart.get(ordered.id, shopper=customer).status is CartStatus.CONVERTED


def test_two_devices_log_in_at_once_and_one_cart_has_everything(
    shop: Commerce, make: Builders, customer: Actor, rows: Rows
) -> None:
    variant = make.variant(stock=100)
    guests = [make.cart((variant, 2)) for _ in range(12)]
    with ThreadPoolExecutor(8) as devices:
        list(devices.map(lambda guest: shop.cart.merge(customer, guest.id), guests))
    [(cart_id,)] = rows("SELECT id FROM carts WHERE customer_id = %s", customer.id)
    assert quantities(shop.cart.get(cart_id, shopper=customer)) == {variant: 24}
    assert reserved(shop, variant) == 24
    assert rows("SELECT count(*) FROM carts WHERE merged_into_id = %s", cart_id) == [(11,)]


def test_a_second_login_waits_for_the_first_and_finds_its_cart(
    shop: Commerce, make: Builders, customer: Actor, rows: Rows
) -> None:
    variant = make.variant(stock=9)
    first, second = make.cart((variant, 1)), make.cart((variant, 2))
    about_to_commit, go_on = Event(), Event()

    def pause(_work: object, _opened: int) -> None:
        about_to_commit.set()
        go_on.wait(20)

    slow = evolve(shop.cart, begin=InterruptedBegin(shop.cart.begin, before=pause))
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(2) as devices:
        one = devices.submit(slow.merge, customer, first.id)
        assert about_to_commit.wait(20)
        other = devices.submit(shop.cart.merge, customer, second.id)
        while not rows(waiting) and not other.done():
            pass
        go_on.set()
    assert one.result().cart.id == other.result().cart.id == first.id
    assert quantities(other.result().cart) == {variant: 3}


def test_a_cart_brought_by_two_customers_goes_to_one_of_them(
    shop: Commerce, make: Builders, new_customer: Callable[[], Actor]
) -> None:
    variant = make.variant(stock=100)
    customers = [new_customer() for _ in range(8)]
    for customer in customers:
        own_cart(shop, customer, (variant, 1))
    guest = make.cart((variant, 5))

    def bring(customer: Actor) -> bool:
        try:
            shop.cart.merge(customer, guest.id)
        except CartMerged:
            return False
        return True

    with ThreadPoolExecutor(8) as devices:
        assert sum(devices.map(bring, customers)) == 1
    assert reserved(shop, variant) == 8 + 5
    assert shop.inventory.verify(SYSTEM) == []


def test_the_cap_of_units_is_the_operators(database_url: str, settings: Settings) -> None:
    with open_shop(database_url, settings=evolve(settings, cart_max_units=7)) as shop:
        assert shop.cart.limits.max_units == 7
