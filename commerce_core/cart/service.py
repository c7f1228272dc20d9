"""What a buyer does with a cart. Every change holds the stock it promises."""

from collections.abc import Container, Mapping, Sequence
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.model import GUEST, Actor, Permission
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import VariantNotForSale
from commerce_core.cart.merge import capped, cut, merged
from commerce_core.cart.model import (
    MAX_LINES,
    Cart,
    CartId,
    CartPolicy,
    CartStatus,
    Offer,
    check_quantity,
    customer_of,
)
from commerce_core.cart.ports import CartWork
from commerce_core.cart.views import CartReader, CartView, MergedView, ShippingOptionsView, ShippingOptionView
from commerce_core.emails.model import Locale
from commerce_core.inventory.errors import OutOfStock
from commerce_core.inventory.model import InventoryPolicy
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.pricing.model import PricingRules, ShippingOption, Totals, price

_PURGE = 500  # carts in one transaction


@frozen
class NewItem:
    """So many units of one variant."""

    variant_id: UUID
    quantity: int


@frozen
class NewCart:
    """How a cart begins. `client` keeps what the browser's analytics call this visitor."""

    locale: Locale = Locale.EN
    currency: str | None = None
    items: tuple[NewItem, ...] = ()
    client: Mapping[str, str] = field(factory=dict)


def shipping_for(cart: Cart, rules: PricingRules) -> ShippingOption | None:
    """The way chosen for this cart, once there is something to send and somewhere to send it."""
    chosen = cart.shipping_option_id == rules.shipping.id
    return rules.shipping if chosen and cart.shipping_address and cart.ships() else None


def totals_of(cart: Cart, rules: PricingRules) -> Totals:
    """What the cart comes to at this moment."""
    return price(tuple(line.priced() for line in cart.lines), rules, shipping_for(cart, rules))


@frozen
class CartService:
    """Carts: a guest's for whoever holds its id, a customer's for that customer alone."""

    begin: Begin[CartWork]
    single: Begin[CartWork]  # for one statement, which needs no transaction around it
    new_cart_id: NewId
    new_id: NewId
    rules: PricingRules
    policy: InventoryPolicy
    limits: CartPolicy
    read: CartReader

    def view(self, cart: Cart) -> CartView:
        """The cart with its totals."""
        return CartView.of(cart, totals_of(cart, self.rules))

    def get(self, cart_id: UUID, *, shopper: Actor = GUEST) -> CartView:
        """The cart. Raises `CartNotFound`, also for another customer's, or `CartMerged`."""
        return self.view(self._find(cart_id, shopper))

    @retried
    def create(self, request: NewCart, *, shopper: Actor = GUEST) -> CartView:
        """A new cart, its items held; a customer's own when a customer shops.

        Raises `InvalidInput`, `VariantNotForSale`, `CartHoldsTooMuch` or `OutOfStock`; then there is none.
        """
        wanted = self._wanted(request)
        with (self.begin if wanted else self.single)() as work:
            cart, offers = work.carts.open(
                CartId(self.new_cart_id()),
                self.rules.currency,
                request.locale,
                request.client,
                customer_of(shopper),
                list(wanted),
            )
            for variant_id, quantity in wanted.items():
                cart, line = cart.with_added(_for_sale(offers, variant_id), quantity, self.new_id())
                work.carts.save_line(cart, line, "added")
            cart.must_not_hoard(self.limits.max_units)
            cart = self._hold(work, cart, wanted)
        return self.view(cart)

    @retried
    def add_item(
        self, cart_id: UUID, item: NewItem, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """So many more of a variant. Adding it again adds up in one line, and holds all of it anew.

        Raises what `change` raises, `VariantNotForSale`, `CartHoldsTooMuch` or `OutOfStock`; then nothing has changed.
        """
        check_quantity(item.quantity)
        with self.begin() as work:
            before, offers = self._lock(work, cart_id, shopper, expected_version, [item.variant_id])
            cart, line = before.with_added(_for_sale(offers, item.variant_id), item.quantity, self.new_id())
            cart.must_not_hoard(self.limits.max_units, before.units())
            work.carts.save_line(cart, line, "added")
            cart = self._hold(work, cart, {line.variant_id: line.quantity})
        return self.view(cart)

    @retried
    def set_quantity(
        self,
        cart_id: UUID,
        item_id: UUID,
        quantity: int,
        *,
        shopper: Actor = GUEST,
        expected_version: int | None = None,
    ) -> CartView:
        """Exactly so many in one line, held anew.

        Raises what `change` raises, `ItemNotFound`, `ItemsUnavailable`, `CartHoldsTooMuch` or `OutOfStock`; then
        nothing has changed.
        """
        check_quantity(quantity)
        with self.begin() as work:
            before, _ = self._lock(work, cart_id, shopper, expected_version)
            cart = before.with_quantity(item_id, quantity)
            cart.must_not_hoard(self.limits.max_units, before.units())
            line = cart.line(item_id)
            work.carts.save_line(cart, line, "quantity_changed")
            cart = self._hold(work, cart, {line.variant_id: quantity})
        return self.view(cart)

    @retried
    def remove_item(
        self, cart_id: UUID, item_id: UUID, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """Take a line out and give its stock back. Raises what `change` raises, or `ItemNotFound`."""
        with self.begin() as work:
            before, _ = self._lock(work, cart_id, shopper, expected_version)
            line, cart = before.line(item_id), before.without(item_id)
            work.carts.remove_line(cart, line)
            if line.counted:
                work.stock.hold(cart.id, {line.variant_id: 0}, self.policy)
        return self.view(cart)

    @retried
    def change(
        self, cart_id: UUID, changes: CartChanges, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """Change everything but the lines. Like every change it takes a cart back from an order that waits for payment.

        Raises `CartNotFound`, `CartMerged`, `CartNotOpen` once it is bought, `PaymentUnderWay` while the buyer's bank
        is at work, `CartChanged` when it is not at `expected_version`, or `InvalidInput`; then nothing has changed.
        """
        changes.must_be_possible(self.rules.shipping.id)
        with self.begin() as work:
            cart, _ = self._lock(work, cart_id, shopper, expected_version)
            cart = changes.of(cart)
            work.carts.save_details(cart)
        return self.view(cart)

    @retried
    def merge(self, shopper: Actor, guest_cart_id: UUID) -> MergedView:
        """The shopper has logged in: what they chose as a guest is in their own cart from now on.

        Without an open cart of their own the guest's becomes theirs. Otherwise its lines move, quantities are added,
        and the stock the two carts held is held once; what stock and limits leave no room for is told. Raises
        `CartNotFound`, also when the cart is somebody else's, `CartMerged` when that was done before, or `CartNotOpen`;
        then nothing has changed.
        """
        customer_id = customer_of(shopper)
        if customer_id is None:
            raise ValueError("only customers have a cart to merge into")
        with self.begin() as work:
            guest, own = work.carts.lock_for_merge(customer_id, CartId(guest_cart_id))
            guest.must_be_for(shopper)
            guest.must_be_open()
            if guest.customer_id == customer_id:
                return MergedView(self.view(guest), ())
            if own is None:
                cart = evolve(guest.touched(work.now), customer_id=customer_id)
                work.carts.claim(cart, customer_id)
                return MergedView(self.view(cart), ())
            cart = self._merge(work, own.touched(work.now), guest)
        return MergedView(self.view(cart), capped(own, guest, cart))

    def _merge(self, work: CartWork, own: Cart, guest: Cart) -> Cart:
        cart = merged(own, guest, self.new_id, self.limits.max_units)
        moved = {line.variant_id for line in guest.lines}
        if held := {line.variant_id: 0 for line in guest.lines if line.counted}:
            work.stock.hold(guest.id, held, self.policy)
        cart = self._hold_what_there_is(work, cart, moved)
        for line in cart.lines:
            if line.variant_id in moved:
                work.carts.save_line(cart, line, "added")
        work.carts.save_details(cart)
        work.carts.merge(guest, cart)
        return cart

    def _hold_what_there_is(self, work: CartWork, cart: Cart, variant_ids: Container[UUID]) -> Cart:
        wanted = {line.variant_id for line in cart.lines if line.variant_id in variant_ids and line.offer.for_sale}
        try:
            return self._hold(work, cart, _quantities(cart, wanted))
        except OutOfStock as short:  # Its rows stay locked, so what it tells is still so below.
            empty = {shortage.variant_id for shortage in short.shortages if not shortage.available}
            cart = cut(cart, short.shortages)
            return self._hold(work, cart, _quantities(cart, wanted - empty))

    def purge(self) -> int:
        """Delete carts that nobody touched for 90 days, with their log; returns how many. Orders stay.

        A cart that still holds stock is left until the sweeper of expired holds has been there.
        """
        purged = 0
        while True:
            batch = self._purge_batch()
            purged += batch
            if batch < _PURGE:
                return purged

    @retried
    def _purge_batch(self) -> int:
        with self.begin() as work:
            return work.carts.purge(self.limits.keep, _PURGE)

    def shipping_options(self, cart_id: UUID, *, shopper: Actor = GUEST) -> ShippingOptionsView:
        """The ways to send this cart. Raises what `get` raises."""
        cart = self._find(cart_id, shopper)
        way = self.rules.shipping
        shown = ShippingOptionView(way.id, way.title, way.price, way.estimated_days)
        return ShippingOptionsView((shown,) if cart.ships() else ())

    def list_carts(self, actor: Actor, status: CartStatus | None, page: PageRequest) -> bytes:
        """A page of carts for operators, as JSON of `Page[CartSummary]`. Raises `PermissionDenied`."""
        actor.must(Permission.CARTS_READ)
        return self.read.page(status, page)

    def _find(self, cart_id: UUID, shopper: Actor) -> Cart:
        with self.begin() as work:
            cart = work.carts.find(CartId(cart_id))
        cart.must_be_for(shopper)
        return cart

    def _lock(
        self, work: CartWork, cart_id: UUID, shopper: Actor, expected_version: int | None, wanted: Sequence[UUID] = ()
    ) -> tuple[Cart, Mapping[UUID, Offer]]:
        """The cart, ours, and already one version on: what every change begins with.

        A cart that waits for its payment is open again by it, and its order cancelled in the same transaction.
        """
        cart, offers = work.carts.lock(CartId(cart_id), wanted)
        cart.must_be_for(shopper)
        cart.must_be_version(expected_version)
        if cart.status is CartStatus.CONVERTED:
            cart = work.placed.give_up(cart, shopper, work.now + self.policy.hold)
        if cart.status is CartStatus.ABANDONED:
            work.carts.recover(cart)
        return cart.touched(work.now), offers

    def _hold(self, work: CartWork, cart: Cart, wanted: Mapping[UUID, int]) -> Cart:
        counted = {line.variant_id for line in cart.lines if line.counted}
        kept = {variant_id: quantity for variant_id, quantity in wanted.items() if variant_id in counted}
        return cart.held(work.stock.hold(cart.id, kept, self.policy)) if kept else cart

    def _wanted(self, request: NewCart) -> dict[UUID, int]:
        if request.currency not in {None, self.rules.currency}:
            raise InvalidInput.at("/currency", "wrong-currency", f"This shop sells in {self.rules.currency}.")
        if len(request.items) > MAX_LINES:
            raise InvalidInput.at("/items", "too-many-lines", f"A cart holds at most {MAX_LINES} lines.")
        wanted: dict[UUID, int] = {}
        for item in request.items:
            check_quantity(item.quantity)
            wanted[item.variant_id] = wanted.get(item.variant_id, 0) + item.quantity
        return wanted


def _quantities(cart: Cart, variant_ids: Container[UUID]) -> dict[UUID, int]:
    return {line.variant_id: line.quantity for line in cart.lines if line.variant_id in variant_ids}


def _for_sale(offers: Mapping[UUID, Offer], variant_id: UUID) -> Offer:
    offer = offers.get(variant_id)
    if offer is None or not offer.for_sale:
        raise VariantNotForSale(variant_id)
    return offer
