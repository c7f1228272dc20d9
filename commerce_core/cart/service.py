"""What a buyer does with a cart. Every change holds the stock it promises."""

from collections.abc import Container, Mapping
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
from commerce_core.cart.opening import opened
from commerce_core.cart.ports import CartWork
from commerce_core.cart.till import Till, place_of
from commerce_core.cart.views import CartReader, CartView, MergedView, ShippingOptionsView, ShippingOptionView
from commerce_core.discounts.drafts import readable_code
from commerce_core.discounts.errors import DiscountCodeUnknown
from commerce_core.discounts.refusals import refusal
from commerce_core.emails.model import Locale
from commerce_core.inventory.errors import OutOfStock
from commerce_core.inventory.model import InventoryPolicy
from commerce_core.kernel.destination import Destination
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.slices import in_slices
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import Unset
from commerce_core.pricing.model import Totals
from commerce_core.pricing.ports import TaxCalculator

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


@frozen
class CartService:
    """Carts: a guest's for whoever holds its id, a customer's for that customer alone."""

    begin: Begin[CartWork]
    single: Begin[CartWork]  # for one statement, which needs no transaction around it
    new_cart_id: NewId
    new_id: NewId
    currency: str
    taxes: TaxCalculator
    policy: InventoryPolicy
    limits: CartPolicy
    read: CartReader

    def till(self, work: CartWork) -> Till:
        """What prices a cart in this transaction, and for its answer behind it."""
        return Till(work.rules.current(), self.taxes, work.now)

    def get(self, cart_id: UUID, *, shopper: Actor = GUEST) -> CartView:
        """The cart. Raises `CartNotFound`, also for another customer's, or `CartMerged`."""
        cart, till = self._find(cart_id, shopper)
        return CartView.of(cart, till.totals(cart))

    @retried
    def create(self, request: NewCart, *, shopper: Actor = GUEST) -> CartView:
        """A new cart, its items held; a customer's own when a customer shops.

        Raises `InvalidInput`, `VariantNotForSale`, `CartHoldsTooMuch` or `OutOfStock`; then there is none.
        """
        wanted = self._wanted(request)
        with (self.begin if wanted else self.single)() as work:
            cart, offers = work.carts.open(
                CartId(self.new_cart_id()),
                self.currency,
                request.locale,
                request.client,
                customer_of(shopper),
                list(wanted),
            )
            for variant_id, quantity in wanted.items():
                cart, line = cart.with_added(_for_sale(offers, variant_id), quantity, self.new_id())
                work.carts.save_line(cart, line, "added")
            cart.must_not_hoard(self.limits.max_units)
            cart, till = self._hold(work, cart, wanted), self.till(work)
        return CartView.of(cart, till.totals(cart))

    @retried
    def add_item(
        self, cart_id: UUID, item: NewItem, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """So many more of a variant. Adding it again adds up in one line, and holds all of it anew.

        Raises what `change` raises, `VariantNotForSale`, `CartHoldsTooMuch` or `OutOfStock`; then nothing has changed.
        """
        check_quantity(item.quantity)
        with self.begin() as work:
            before, offers = opened(work, cart_id, shopper, expected_version, [item.variant_id], hold=self.policy.hold)
            cart, line = before.with_added(_for_sale(offers, item.variant_id), item.quantity, self.new_id())
            cart.must_not_hoard(self.limits.max_units, before.units())
            work.carts.save_line(cart, line, "added")
            cart, till = self._hold(work, cart, {line.variant_id: line.quantity}), self.till(work)
        return CartView.of(cart, till.totals(cart))

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
            before, _ = opened(work, cart_id, shopper, expected_version, hold=self.policy.hold)
            cart = before.with_quantity(item_id, quantity)
            cart.must_not_hoard(self.limits.max_units, before.units())
            line = cart.line(item_id)
            work.carts.save_line(cart, line, "quantity_changed")
            cart, till = self._hold(work, cart, {line.variant_id: quantity}), self.till(work)
        return CartView.of(cart, till.totals(cart))

    @retried
    def remove_item(
        self, cart_id: UUID, item_id: UUID, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """Take a line out and give its stock back. Raises what `change` raises, or `ItemNotFound`."""
        with self.begin() as work:
            before, _ = opened(work, cart_id, shopper, expected_version, hold=self.policy.hold)
            line, cart = before.line(item_id), before.without(item_id)
            work.carts.remove_line(cart, line)
            if line.counted:
                work.stock.hold(cart.id, {line.variant_id: 0}, self.policy)
            till = self.till(work)
        return CartView.of(cart, till.totals(cart))

    @retried
    def change(
        self, cart_id: UUID, changes: CartChanges, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """Change everything but the lines. Like every change it takes a cart back from an order that waits for payment.

        Raises `CartNotFound`, `CartMerged`, `CartNotOpen` once it is bought, `PaymentUnderWay` while the buyer's bank
        is at work, `CartChanged` when it is not at `expected_version`, or `InvalidInput`; then nothing has changed.
        """
        changes.must_be_possible()
        email = None if isinstance(changes.email, Unset) else changes.email or ""
        with self.begin() as work:
            cart, _ = opened(work, cart_id, shopper, expected_version, hold=self.policy.hold, email=email)
            cart, till = changes.of(cart), self.till(work)
            totals = till.totals(cart)
            if changes.shipping_option_id:
                _must_be_offered(cart, till, totals)
            work.carts.save_details(cart)
        return CartView.of(cart, totals)

    @retried
    def apply_discount(
        self, cart_id: UUID, code: str, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """Price the cart with the discount of this code, however it is spelt, in place of one typed in before.

        Raises what `change` raises, `DiscountCodeUnknown`, or the reason why the discount gives nothing to this cart;
        then nothing has changed. One that stops giving later stays, and the cart says why.
        """
        plain = readable_code(code)
        if plain is None:
            raise DiscountCodeUnknown
        with self.begin() as work:
            cart, _ = opened(work, cart_id, shopper, expected_version, hold=self.policy.hold)
            discount_id = work.discounts.with_code(plain)
            if discount_id is None:
                raise DiscountCodeUnknown
            cart = work.carts.save_discount(cart, discount_id)
            totals = self.till(work).totals(cart)
            for refused in totals.refused:
                if refused.discount.id == discount_id:
                    raise refusal(refused.discount, refused.misfit)
        return CartView.of(cart, totals)

    @retried
    def remove_discount(
        self, cart_id: UUID, *, shopper: Actor = GUEST, expected_version: int | None = None
    ) -> CartView:
        """Price the cart without the code that was typed in, if there was one. Raises what `change` raises."""
        with self.begin() as work:
            cart, _ = opened(work, cart_id, shopper, expected_version, hold=self.policy.hold)
            cart = work.carts.save_discount(cart, None)
            till = self.till(work)
        return CartView.of(cart, till.totals(cart))

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
            till = self.till(work)
            if guest.customer_id == customer_id:
                return MergedView(CartView.of(guest, till.totals(guest)), ())
            if own is None:
                cart = evolve(guest.touched(work.now), customer_id=customer_id)
                work.carts.claim(cart, customer_id)
                return MergedView(CartView.of(cart, till.totals(cart)), ())
            cart = self._merge(work, own.touched(work.now), guest)
        return MergedView(CartView.of(cart, till.totals(cart)), capped(own, guest, cart))

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
        if guest.coded and not own.coded:
            cart = work.carts.save_discount(cart, guest.coded[0].id)
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
        """Delete carts that nobody touched for long, with their log; returns how many. Orders stay.

        A cart that still holds stock is left until the sweeper of expired holds has been there.
        """
        return in_slices(self._purge, _PURGE)

    @retried
    def _purge(self, limit: int) -> int:
        with self.begin() as work:
            return work.carts.purge(self.limits.keep, limit)

    def shipping_options(
        self, cart_id: UUID, place: Destination | None = None, *, shopper: Actor = GUEST
    ) -> ShippingOptionsView:
        """The ways to send this cart, to `place`, else to its address, else to the shop's own country.

        Raises what `get` raises.
        """
        cart, till = self._find(cart_id, shopper)
        there = place or place_of(cart, cart.shipping_address) or till.rules.home
        offers = till.totals_at(cart, there, None).options
        return ShippingOptionsView(
            tuple(ShippingOptionView(way.id, way.title, way.price, way.estimated_days) for way in offers)
        )

    def list_carts(self, actor: Actor, status: CartStatus | None, page: PageRequest) -> bytes:
        """A page of carts for operators, as JSON of `Page[CartSummary]`. Raises `PermissionDenied`."""
        actor.must(Permission.CARTS_READ)
        return self.read.page(status, page)

    def _find(self, cart_id: UUID, shopper: Actor) -> tuple[Cart, Till]:
        with self.begin() as work:
            cart = work.carts.find(CartId(cart_id))
            cart.must_be_for(shopper)
            return cart, self.till(work)

    def _hold(self, work: CartWork, cart: Cart, wanted: Mapping[UUID, int]) -> Cart:
        counted = {line.variant_id for line in cart.lines if line.counted}
        kept = {variant_id: quantity for variant_id, quantity in wanted.items() if variant_id in counted}
        return cart.held(work.stock.hold(cart.id, kept, self.policy)) if kept else cart

    def _wanted(self, request: NewCart) -> dict[UUID, int]:
        if request.currency not in {None, self.currency}:
            raise InvalidInput.at("/currency", "wrong-currency", f"This shop sells in {self.currency}.")
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


def _must_be_offered(cart: Cart, till: Till, totals: Totals) -> None:
    """Before the destination is known any way there is may be chosen, and when nothing is sent it does not matter."""
    chosen = cart.shipping_option_id
    sent = cart.ships() and cart.shipping_address is not None
    if totals.shipping_option is None if sent else chosen is not None and not till.knows_option(chosen):
        raise InvalidInput.at("/shipping_option_id", "unknown-shipping-option", "Is not offered for this cart.")
