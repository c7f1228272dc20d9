"""Whatever people do with carts and stock, in whatever order and at whatever time, the shop agrees with a plain model.

One database serves every program: each begins with an empty shelf and ends with everything paid or given back.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from attrs import evolve, field, frozen
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import GUEST, SYSTEM, Actor, ActorKind
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.checkout.model import PlaceOrder
from commerce_core.inventory.errors import OutOfStock
from commerce_core.inventory.model import InventoryPolicy, Movement, MovementType
from commerce_core.kernel.errors import CommerceError
from commerce_core.orders.model import OrderId
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.cart.shelf_model import HOLD, HOLD_LIMIT, Refused, Shelf, State

COUNTED, MAX_UNITS = 3, 9
VARIANTS = st.integers(0, COUNTED)  # the last is not counted
PLACES = st.integers(0, 5)
QUANTITIES = st.integers(1, 6)
WANTED = st.dictionaries(VARIANTS, QUANTITIES, min_size=1, max_size=3)
RARELY = st.sampled_from([False, False, False, False, True])


@frozen
class World:
    """One shop with one connection, whose clock costs one statement to set."""

    shop: Commerce
    gateway: FakeGateway
    database: psycopg.Connection[Any]
    variants: tuple[UUID, ...]
    clock: list[datetime] = field(factory=lambda: [datetime(2026, 11, 22, 10, tzinfo=UTC)])

    def forward(self, by: timedelta) -> datetime:
        self.clock[0] += by
        with self.shop.database.read() as session:
            session.connection.execute("SELECT set_config('commerce.now', %s, false)", (self.clock[0].isoformat(),))
        return self.clock[0]

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.database.execute(query, parameters).fetchall()


@pytest.fixture
def world(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[World]:
    lonely = evolve(settings, threads=1, cart_max_units=MAX_UNITS)
    with (
        open_shop(database_url, settings=lonely, gateway=gateway) as shop,
        psycopg.connect(database_url, autocommit=True) as database,
    ):
        make = Builders(shop)
        counted = [make.variant(stock=1, title=f"Mug {n}") for n in range(COUNTED)]
        database.execute("UPDATE inventory_items SET backorder_limit = 2 WHERE variant_id = %s", (counted[-1],))
        short = evolve(shop, cart=evolve(shop.cart, policy=InventoryPolicy(HOLD, HOLD_LIMIT)))
        yield World(short, gateway, database, (*counted, make.variant(stock=None)))


class CartsAndStock(RuleBasedStateMachine):
    """Every step is done to the shop and to the model; both agree to it or refuse it with the same code."""

    carts: Bundle[UUID] = Bundle("carts")
    orders: Bundle[UUID] = Bundle("orders")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.shop = world, world.shop
        self.intents: dict[UUID, str] = {}

    @initialize(
        target=carts, stock=st.lists(st.integers(1, 10), min_size=COUNTED, max_size=COUNTED), guest=WANTED, own=WANTED
    )
    def begin(self, stock: list[int], guest: dict[int, int], own: dict[int, int]) -> Any:
        """A shelf, and what a customer has chosen on two devices, on one of them as a guest."""
        world = self.world
        now = world.forward(timedelta(minutes=31))
        counted = world.variants[:COUNTED]
        on_hand = dict(world.rows("SELECT variant_id, available_qty FROM inventory_items"))
        world.database.execute("UPDATE products SET status = 'ACTIVE' WHERE status <> 'ACTIVE'")
        self.model = Shelf(State(now, on_hand), {v: 2 if v == counted[-1] else 0 for v in counted}, MAX_UNITS)
        for variant, wanted in zip(counted, stock, strict=True):
            if on_hand[variant] != wanted:
                self._move(variant, wanted - on_hand[variant])
        customer_id = uuid4()
        world.database.execute(
            "INSERT INTO customers (id, email, email_key, locale, search_text) VALUES (%s, %s, %s, 'fr', '')",
            (customer_id, f"{customer_id}@example.com", str(customer_id)),
        )
        self.customer = Actor(ActorKind.CUSTOMER, customer_id, "Camille")
        return multiple(*filter(None, (self.made(GUEST, guest), self.made(self.customer, own))))

    # --- both worlds --------------------------------------------------------------------------------------------------

    def both(self, act: Callable[[], Any], expect: Callable[[Any], Any]) -> Any:
        """Do it in the shop, then in the model, which hears what the shop answered."""
        answer, refusal = outcome(act)
        if refusal is None:
            expect(answer)
            return answer
        with pytest.raises(Refused) as refused:
            expect(None)
        assert refusal.code == refused.value.code
        if isinstance(refusal, OutOfStock):
            assert {s.variant_id: s.available for s in refusal.shortages} == refused.value.available
        return None

    def shopper(self, cart_id: UUID, *, stranger: bool) -> Actor:
        owned = self.model.state.carts[cart_id].owner is not None
        return self.customer if owned != stranger else GUEST

    def in_cart(self, cart_id: UUID, place: int) -> UUID:
        """A variant of which the cart has a line, or now and then one of which it has none."""
        lines = list(self.model.state.carts[cart_id].lines)
        return lines[place % len(lines)] if lines and place else self.world.variants[-1]

    def line(self, cart_id: UUID, variant: UUID) -> UUID:
        found = self.world.rows("SELECT id FROM cart_items WHERE cart_id = %s AND variant_id = %s", cart_id, variant)
        return found[0][0] if found else uuid4()

    def _move(self, variant: UUID, quantity: int) -> None:
        kind = MovementType.CORRECTION
        self.both(
            lambda: self.shop.inventory.move(SYSTEM, Movement(variant, kind, quantity)),
            lambda _: self.model.move(variant, quantity),
        )

    # --- what buyers do -----------------------------------------------------------------------------------------------

    @rule(target=carts, wanted=WANTED, owned=RARELY)
    def create(self, wanted: dict[int, int], *, owned: bool) -> Any:
        made = self.made(self.customer if owned else GUEST, wanted)
        return made or multiple()

    def made(self, shopper: Actor, wanted: dict[int, int]) -> UUID | None:
        by_id = {self.world.variants[place]: quantity for place, quantity in wanted.items()}
        items = tuple(NewItem(variant, quantity) for variant, quantity in by_id.items())
        cart = self.both(
            lambda: self.shop.cart.create(NewCart(items=items), shopper=shopper),
            lambda made: self.model.create(made.id if made else uuid4(), shopper.id, by_id),
        )
        return cart.id if cart else None

    @rule(cart=carts, variant=VARIANTS, quantity=QUANTITIES, stranger=RARELY, stale=RARELY)
    def add(self, cart: UUID, variant: int, quantity: int, *, stranger: bool, stale: bool) -> None:
        id_, shopper = self.world.variants[variant], self.shopper(cart, stranger=stranger)
        version = self.model.state.carts[cart].version - stale
        self.both(
            lambda: self.shop.cart.add_item(cart, NewItem(id_, quantity), shopper=shopper, expected_version=version),
            lambda _: self.model.add(cart, id_, quantity, shopper.id, version),
        )

    @rule(cart=carts, place=PLACES, quantity=QUANTITIES, stranger=RARELY)
    def set_quantity(self, cart: UUID, place: int, quantity: int, *, stranger: bool) -> None:
        id_, shopper = self.in_cart(cart, place), self.shopper(cart, stranger=stranger)
        item = self.line(cart, id_)
        self.both(
            lambda: self.shop.cart.set_quantity(cart, item, quantity, shopper=shopper),
            lambda _: self.model.set(cart, id_, quantity, shopper.id),
        )

    @rule(cart=carts, place=PLACES, stranger=RARELY)
    def remove(self, cart: UUID, place: int, *, stranger: bool) -> None:
        id_, shopper = self.in_cart(cart, place), self.shopper(cart, stranger=stranger)
        item = self.line(cart, id_)
        self.both(
            lambda: self.shop.cart.remove_item(cart, item, shopper=shopper),
            lambda _: self.model.remove(cart, id_, shopper.id),
        )

    @rule(cart=carts)
    def log_in(self, cart: UUID) -> None:
        self.both(lambda: self.shop.cart.merge(self.customer, cart), lambda _: self.model.merge(self.customer.id, cart))

    @rule(target=orders, cart=carts, stranger=RARELY)
    def check_out(self, cart: UUID, *, stranger: bool) -> Any:
        shopper = self.shopper(cart, stranger=stranger)
        request: PlaceOrder = Builders(self.shop).request(cart)
        done = self.both(
            lambda: self.shop.checkout.check_out(request, shopper=shopper),
            lambda placed: self.model.check_out(cart, shopper.id, placed.order.id if placed else None),
        )
        if done is None:
            return multiple()
        self.intents[done.order.id] = done.payment.intent_id
        assert self.model.state.carts[cart].order == done.order.id
        return done.order.id

    @rule(order=orders)
    def pay(self, order: UUID) -> None:
        if self.model.state.orders[order].status == "CANCELLED":  # Its intent is, too: there is nothing to pay.
            return
        self.world.gateway.pay(self.intents[order])
        self.shop.payments.receive("stripe", *self.world.gateway.event(self.intents[order], "payment_intent.succeeded"))
        self.model.pay(order)

    # --- what the shop does -------------------------------------------------------------------------------------------

    @rule(order=orders)
    def cancel(self, order: UUID) -> None:
        self.both(lambda: self.shop.checkout.cancel(SYSTEM, OrderId(order)), lambda _: self.model.cancel(order))

    @rule(variant=st.integers(0, COUNTED - 1), quantity=st.sampled_from([-3, -1, 1, 2, 5]))
    def correct(self, variant: int, quantity: int) -> None:
        self._move(self.world.variants[variant], quantity)

    @rule(variant=VARIANTS)
    def archive_or_publish(self, variant: int) -> None:
        id_ = self.world.variants[variant]
        archived = self.model.state.archived
        archived ^= {id_}
        self.world.database.execute(
            "UPDATE products p SET status = %s FROM product_variants v WHERE v.product_id = p.id AND v.id = %s",
            ("ARCHIVED" if id_ in archived else "ACTIVE", id_),
        )

    @rule(minutes=st.sampled_from([1, 10, 25, 29, 30, 31, 61, 121]), sweep=st.booleans(), expire=st.booleans())
    def wait(self, minutes: int, *, sweep: bool, expire: bool) -> None:
        """Time goes by, and the worker does what is due, or has not come round yet."""
        self.model.state.now = self.world.forward(timedelta(minutes=minutes))
        if sweep:
            self.shop.inventory.release_expired()
            self.model.release(self.world.variants)
        if expire:
            self.shop.checkout.expire_unpaid()
            self.model.expire()

    # --- what has to be so --------------------------------------------------------------------------------------------

    @invariant()
    def the_shop_and_the_model_agree(self) -> None:
        state, rows = self.model.state, self.world.rows
        counters = rows("SELECT variant_id, available_qty + reserved_qty, reserved_qty FROM inventory_items")
        assert {row[0]: row[1:] for row in counters} == {
            variant: (on_hand, self.model.reserved(variant)) for variant, on_hand in state.on_hand.items()
        }
        holds = rows(
            "SELECT cart_id, variant_id, qty, held_since, expires_at, order_id FROM inventory_reservations"
            " WHERE released_at IS NULL"
        )
        assert {row[:2]: row[2:] for row in holds} == {
            key: (hold.quantity, hold.since, hold.until, hold.order) for key, hold in state.holds.items()
        }
        ids = list(state.carts)
        carts = rows("SELECT id, customer_id, version, status, merged_into_id FROM carts WHERE id = ANY (%s)", ids)
        assert {row[0]: row[1:] for row in carts} == {
            id_: (cart.owner, cart.version, "CONVERTED" if cart.order else "ACTIVE", cart.merged_into)
            for id_, cart in state.carts.items()
        }
        lines = rows("SELECT cart_id, variant_id, qty FROM cart_items WHERE cart_id = ANY (%s)", ids)
        assert {row[:2]: row[2] for row in lines} == {
            (id_, variant): quantity for id_, cart in state.carts.items() for variant, quantity in cart.lines.items()
        }
        orders = rows("SELECT id, status FROM orders WHERE id = ANY (%s)", list(state.orders))
        assert dict(orders) == {id_: order.status for id_, order in state.orders.items()}

    def teardown(self) -> None:
        """In the end everything is paid or given back, and the books are right."""
        self.wait(31, sweep=True, expire=True)
        self.the_shop_and_the_model_agree()
        assert self.model.state.holds == {}
        assert self.shop.inventory.verify(SYSTEM) == []


def outcome(act: Callable[[], Any]) -> tuple[Any, CommerceError | None]:
    """What the shop answers, or how it refuses."""
    try:
        return act(), None
    except CommerceError as refusal:
        return None, refusal


def programs(world: World, examples: int) -> None:
    """Make up so many programs, run each, and shrink what fails."""
    run_state_machine_as_test(
        lambda: CartsAndStock(world),
        settings=settings(
            max_examples=examples, stateful_step_count=30, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_twenty_programs_of_carts_and_stock_agree_with_the_model(world: World) -> None:
    programs(world, 20)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_thousand_programs_of_carts_and_stock_agree_with_the_model(world: World) -> None:
    programs(world, 2000)
