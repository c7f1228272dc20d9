"""Carts and stock as anybody would explain them: dictionaries, no database, no locks, one clock that is set."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from attrs import Factory, define

# Short enough that a program may come up against the limit of a hold.
HOLD, HOLD_LIMIT, PAYMENT_WINDOW = timedelta(minutes=30), timedelta(minutes=40), timedelta(minutes=30)


class Refused(Exception):
    """The model says no: a code, and for a shortage how many there are of each."""

    def __init__(self, code: str, available: Mapping[UUID, int] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.available = available or {}


@define
class Hold:
    quantity: int
    since: datetime
    until: datetime
    order: UUID | None


@define
class ModelCart:
    owner: UUID | None
    touched: datetime
    lines: dict[UUID, int] = Factory(dict)
    version: int = 1
    order: UUID | None = None  # the one it is closed for
    merged_into: UUID | None = None


@define
class ModelOrder:
    cart: UUID
    lines: dict[UUID, int]
    until: datetime
    status: str = "PENDING_PAYMENT"


@define
class State:
    now: datetime
    on_hand: dict[UUID, int]  # of what is counted
    carts: dict[UUID, ModelCart] = Factory(dict)
    holds: dict[tuple[UUID, UUID], Hold] = Factory(dict)  # cart, variant
    orders: dict[UUID, ModelOrder] = Factory(dict)
    archived: set[UUID] = Factory(set)


@define
class Shelf:
    """The model. Every method either does all of it or raises `Refused` and has changed nothing."""

    state: State
    backorder: dict[UUID, int]
    max_units: int

    @contextmanager
    def all_or_nothing(self) -> Iterator[State]:
        before = copy.deepcopy(self.state)
        try:
            yield self.state
        except Refused:
            self.state = before
            raise

    # --- the shelf ----------------------------------------------------------------------------------------------------

    def reserved(self, variant: UUID) -> int:
        return sum(hold.quantity for (_, held), hold in self.state.holds.items() if held == variant)

    def free(self, cart: UUID | None, variant: UUID) -> int:
        """What this cart may have in all."""
        own = self.state.holds.get((cart, variant)) if cart else None
        kept = own.quantity if own else 0
        return self.state.on_hand[variant] - self.reserved(variant) + kept + self.backorder[variant]

    def release(self, variants: Iterable[UUID]) -> None:
        """End the holds of carts whose time is over."""
        wanted = set(variants)
        for key, hold in list(self.state.holds.items()):
            if key[1] in wanted and hold.order is None and hold.until <= self.state.now:
                del self.state.holds[key]

    def hold(self, cart: UUID, wanted: Mapping[UUID, int], order: UUID | None = None) -> None:
        now = self.state.now
        counted = {variant: quantity for variant, quantity in wanted.items() if variant in self.state.on_hand}
        self.release([variant for variant, quantity in counted.items() if quantity > self.free(cart, variant)])
        short = {v: max(0, self.free(cart, v)) for v, quantity in counted.items() if quantity > self.free(cart, v)}
        if short:
            raise Refused("out-of-stock", short)
        for variant, quantity in counted.items():
            old = self.state.holds.pop((cart, variant), None)
            if not quantity:
                continue
            alive = old is not None and old.until > now
            since = old.since if alive else now
            until = now + (PAYMENT_WINDOW if order else HOLD)
            self.state.holds[cart, variant] = Hold(
                quantity, since, min(until, since + HOLD_LIMIT) if alive and not order else until, order
            )

    def move(self, variant: UUID, quantity: int) -> None:
        with self.all_or_nothing() as state:
            if self.free(None, variant) + quantity < 0:
                self.release([variant])
            if self.free(None, variant) + quantity < 0 and quantity < 0:
                raise Refused("stock-too-low")
            state.on_hand[variant] += quantity

    # --- carts --------------------------------------------------------------------------------------------------------

    def find(self, cart_id: UUID, shopper: UUID | None) -> ModelCart:
        cart = self.state.carts.get(cart_id)
        if cart is None or cart.owner not in {None, shopper}:
            raise Refused("cart-not-found")
        if cart.merged_into:
            raise Refused("cart-merged")
        return cart

    def open(self, cart_id: UUID, shopper: UUID | None, version: int | None = None) -> ModelCart:
        cart = self.find(cart_id, shopper)
        if version not in {None, cart.version}:
            raise Refused("cart-changed")
        if cart.order:
            self.give_up(cart.order)
        return cart

    def give_up(self, order_id: UUID) -> None:
        """The buyer goes back to the cart: it holds from now on what its order held."""
        order = self.state.orders[order_id]
        if order.status != "PENDING_PAYMENT":
            raise Refused("cart-not-open")
        order.status = "CANCELLED"
        for (cart_id, variant), hold in self.state.holds.items():
            if hold.order == order_id:
                self.state.holds[cart_id, variant] = Hold(hold.quantity, self.state.now, self.state.now + HOLD, None)
        cart = self.state.carts[order.cart]
        cart.order = None
        cart.version += 1

    def touch(self, cart: ModelCart) -> None:
        cart.version += 1
        cart.touched = self.state.now

    def units(self, lines: Mapping[UUID, int]) -> int:
        return sum(quantity for variant, quantity in lines.items() if variant in self.state.on_hand)

    def must_not_hoard(self, lines: Mapping[UUID, int], before: int) -> None:
        if self.units(lines) > max(self.max_units, before):
            raise Refused("cart-holds-too-much")

    def must_be_for_sale(self, variants: Iterable[UUID], code: str) -> None:
        if self.state.archived & set(variants):
            raise Refused(code)

    def create(self, cart_id: UUID, owner: UUID | None, wanted: Mapping[UUID, int]) -> None:
        with self.all_or_nothing() as state:
            self.must_be_for_sale(wanted, "variant-not-found")
            self.must_not_hoard(wanted, 0)
            state.carts[cart_id] = ModelCart(owner, state.now, dict(wanted))
            self.hold(cart_id, wanted)

    def add(
        self, cart_id: UUID, variant: UUID, quantity: int, shopper: UUID | None, version: int | None = None
    ) -> None:
        with self.all_or_nothing():
            cart = self.open(cart_id, shopper, version)
            self.must_be_for_sale([variant], "variant-not-found")
            before = self.units(cart.lines)
            cart.lines[variant] = cart.lines.get(variant, 0) + quantity
            self.must_not_hoard(cart.lines, before)
            self.hold(cart_id, {variant: cart.lines[variant]})
            self.touch(cart)

    def set(self, cart_id: UUID, variant: UUID, quantity: int, shopper: UUID | None) -> None:
        with self.all_or_nothing():
            cart = self.open(cart_id, shopper)
            if variant not in cart.lines:
                raise Refused("item-not-found")
            self.must_be_for_sale([variant], "items-unavailable")
            before = self.units(cart.lines)
            cart.lines[variant] = quantity
            self.must_not_hoard(cart.lines, before)
            self.hold(cart_id, {variant: quantity})
            self.touch(cart)

    def remove(self, cart_id: UUID, variant: UUID, shopper: UUID | None) -> None:
        with self.all_or_nothing():
            cart = self.open(cart_id, shopper)
            if variant not in cart.lines:
                raise Refused("item-not-found")
            del cart.lines[variant]
            self.hold(cart_id, {variant: 0})
            self.touch(cart)

    def merge(self, customer: UUID, guest_id: UUID) -> None:
        with self.all_or_nothing() as state:
            guest = self.find(guest_id, customer)
            if guest.order:
                raise Refused("cart-not-open")
            if guest.owner == customer:
                return
            theirs = [
                (cart.touched, cart_id)
                for cart_id, cart in state.carts.items()
                if cart.owner == customer and not cart.order
            ]
            if not theirs:
                guest.owner = customer
                self.touch(guest)
                return
            own_id = max(theirs)[1]
            self._move(own_id, guest_id)

    def _move(self, own_id: UUID, guest_id: UUID) -> None:
        own, guest = self.state.carts[own_id], self.state.carts[guest_id]
        for variant, quantity in guest.lines.items():
            had = own.lines.get(variant, 0)
            room = had + self.max_units - self.units(own.lines) if variant in self.state.on_hand else 10_000
            own.lines[variant] = min(had + quantity, max(room, had, 1))
        self.hold(guest_id, dict.fromkeys(guest.lines, 0))
        wanted = {variant: own.lines[variant] for variant in guest.lines if variant not in self.state.archived}
        try:
            self.hold(own_id, wanted)
        except Refused as short:
            own.lines |= {variant: left for variant, left in short.available.items() if left}
            there = {variant for variant in wanted if short.available.get(variant) != 0}
            self.hold(own_id, {variant: own.lines[variant] for variant in there})
        guest.lines, guest.merged_into = {}, own_id
        self.touch(own)
        self.touch(guest)

    # --- orders -------------------------------------------------------------------------------------------------------

    def check_out(self, cart_id: UUID, shopper: UUID | None, new_order: UUID | None) -> UUID | None:
        """The order this cart is, or becomes under `new_order`."""
        with self.all_or_nothing() as state:
            cart = self.find(cart_id, shopper)
            if cart.order:
                order = state.orders[cart.order]
                if order.status == "PENDING_PAYMENT" and order.until <= state.now:
                    raise Refused("order-expired")
                return cart.order
            if not cart.lines:
                raise Refused("cart-empty")
            self.must_be_for_sale(cart.lines, "items-unavailable")
            placeholder = new_order or cart_id
            self.hold(cart_id, cart.lines, placeholder)
            cart.order = placeholder
            state.orders[placeholder] = ModelOrder(cart_id, dict(cart.lines), state.now + PAYMENT_WINDOW)
            self.touch(cart)
            return new_order

    def pay(self, order_id: UUID) -> None:
        order = self.state.orders[order_id]
        if order.status == "PENDING_PAYMENT":
            order.status = "PAID"
            for variant in order.lines:
                if hold := self.state.holds.pop((order.cart, variant), None):
                    self.state.on_hand[variant] -= hold.quantity

    def cancel(self, order_id: UUID) -> None:
        order = self.state.orders[order_id]
        if order.status != "PENDING_PAYMENT":
            raise Refused("order-is-paid" if order.status == "PAID" else "order-status-refused")
        order.status = "CANCELLED"
        for variant in order.lines:
            self.state.holds.pop((order.cart, variant), None)
        cart = self.state.carts[order.cart]
        cart.order = None
        self.touch(cart)

    def expire(self) -> None:
        for order_id, order in self.state.orders.items():
            if order.status == "PENDING_PAYMENT" and order.until <= self.state.now:
                self.cancel(order_id)
