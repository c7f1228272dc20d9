"""What a buyer does with a cart. Every change holds the stock it promises."""

from collections.abc import Mapping
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.cart.errors import VariantNotForSale
from commerce_core.cart.model import MAX_LINES, Cart, CartId, CartStatus, Offer, check_quantity
from commerce_core.cart.ports import CartWork
from commerce_core.cart.views import CartReader, CartView, ShippingOptionsView, ShippingOptionView
from commerce_core.emails.model import Locale
from commerce_core.inventory.model import InventoryPolicy
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.text import email_error, text_error
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import UNSET, Unset, given
from commerce_core.pricing.model import PricingRules, ShippingOption, Totals, price


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
class CartChanges:
    """What to change about a cart, besides its lines."""

    email: str | Unset | None = UNSET
    locale: Locale | Unset = UNSET
    shipping_address: Address | Unset | None = UNSET
    shipping_option_id: str | Unset | None = UNSET
    notes: str | Unset = UNSET
    attributes: Mapping[str, str] | Unset = UNSET
    marketing_consent: bool | Unset = UNSET


def shipping_for(cart: Cart, rules: PricingRules) -> ShippingOption | None:
    """The way chosen for this cart, once there is something to send and somewhere to send it."""
    chosen = cart.shipping_option_id == rules.shipping.id
    return rules.shipping if chosen and cart.shipping_address and cart.ships() else None


def totals_of(cart: Cart, rules: PricingRules) -> Totals:
    """What the cart comes to at this moment."""
    return price(tuple(line.priced() for line in cart.lines), rules, shipping_for(cart, rules))


@frozen
class CartService:
    """Carts, for whoever holds their id."""

    begin: Begin[CartWork]
    single: Begin[CartWork]  # for one statement, which needs no transaction around it
    new_cart_id: NewId
    new_id: NewId
    rules: PricingRules
    policy: InventoryPolicy
    read: CartReader

    def view(self, cart: Cart) -> CartView:
        """The cart with its totals."""
        return CartView.of(cart, totals_of(cart, self.rules))

    def get(self, cart_id: UUID) -> CartView:
        """The cart. Raises `CartNotFound`."""
        with self.begin() as work:
            cart = work.carts.find(CartId(cart_id))
        return self.view(cart)

    @retried
    def create(self, request: NewCart) -> CartView:
        """A new cart, its items held.

        Raises `InvalidInput`, `VariantNotForSale` or `OutOfStock`; then there is none.
        """
        wanted = self._wanted(request)
        with (self.begin if wanted else self.single)() as work:
            offers = work.carts.offers(list(wanted)) if wanted else {}
            cart = work.carts.open(CartId(self.new_cart_id()), self.rules.currency, request.locale, request.client)
            for variant_id, quantity in wanted.items():
                cart, line = cart.with_added(_for_sale(offers, variant_id), quantity, self.new_id())
                work.carts.save_line(cart, line, "added")
            cart = self._hold(work, cart, wanted)
        return self.view(cart)

    @retried
    def add_item(self, cart_id: UUID, item: NewItem) -> CartView:
        """So many more of a variant. Adding it again adds up in one line.

        Raises `CartNotFound`, `CartNotOpen`, `VariantNotForSale`, `InvalidInput` or `OutOfStock`; then nothing has
        changed.
        """
        check_quantity(item.quantity)
        with self.begin() as work:
            cart, offers = work.carts.lock(CartId(cart_id), [item.variant_id])
            cart.must_be_open()
            cart, line = cart.touched(work.now).with_added(
                _for_sale(offers, item.variant_id), item.quantity, self.new_id()
            )
            work.carts.save_line(cart, line, "added")
            cart = self._hold(work, cart, {line.variant_id: line.quantity})
        return self.view(cart)

    @retried
    def set_quantity(self, cart_id: UUID, item_id: UUID, quantity: int) -> CartView:
        """Exactly so many in one line.

        Raises `CartNotFound`, `CartNotOpen`, `ItemNotFound`, `InvalidInput` or `OutOfStock`; then nothing has changed.
        """
        check_quantity(quantity)
        with self.begin() as work:
            cart, _ = work.carts.lock(CartId(cart_id))
            cart.must_be_open()
            cart = cart.touched(work.now).with_quantity(item_id, quantity)
            line = cart.line(item_id)
            work.carts.save_line(cart, line, "quantity_changed")
            cart = self._hold(work, cart, {line.variant_id: quantity})
        return self.view(cart)

    @retried
    def remove_item(self, cart_id: UUID, item_id: UUID) -> CartView:
        """Take a line out and give its stock back. Raises `CartNotFound`, `CartNotOpen` or `ItemNotFound`."""
        with self.begin() as work:
            cart, _ = work.carts.lock(CartId(cart_id))
            cart.must_be_open()
            line = cart.line(item_id)
            cart = cart.touched(work.now).without(item_id)
            work.carts.remove_line(cart, line)
            if line.offer.available is not None:
                work.stock.hold(cart.id, {line.variant_id: 0}, self.policy)
        return self.view(cart)

    @retried
    def change(self, cart_id: UUID, changes: CartChanges) -> CartView:
        """Change everything but the lines. Raises `CartNotFound`, `CartNotOpen` or `InvalidInput`."""
        self._check(changes)
        with self.begin() as work:
            cart, _ = work.carts.lock(CartId(cart_id))
            cart.must_be_open()
            cart = evolve(
                cart.touched(work.now),
                email=given(changes.email, cart.email),
                locale=given(changes.locale, cart.locale),
                shipping_address=given(changes.shipping_address, cart.shipping_address),
                shipping_option_id=given(changes.shipping_option_id, cart.shipping_option_id),
                notes=given(changes.notes, cart.notes),
                attributes=given(changes.attributes, cart.attributes),
                marketing_consent=given(changes.marketing_consent, cart.marketing_consent),
            )
            work.carts.save_details(cart)
        return self.view(cart)

    def shipping_options(self, cart_id: UUID) -> ShippingOptionsView:
        """The ways to send this cart. Raises `CartNotFound`."""
        with self.begin() as work:
            cart = work.carts.find(CartId(cart_id))
        way = self.rules.shipping
        shown = ShippingOptionView(way.id, way.title, way.price, way.estimated_days)
        return ShippingOptionsView((shown,) if cart.ships() else ())

    def list_carts(self, actor: Actor, status: CartStatus | None, page: PageRequest) -> bytes:
        """A page of carts for operators, as JSON of `Page[CartSummary]`. Raises `PermissionDenied`."""
        actor.must(Permission.CARTS_READ)
        return self.read.page(status, page)

    def _hold(self, work: CartWork, cart: Cart, wanted: Mapping[UUID, int]) -> Cart:
        tracked = {line.variant_id for line in cart.lines if line.offer.available is not None}
        kept = {variant_id: quantity for variant_id, quantity in wanted.items() if variant_id in tracked}
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

    def _check(self, changes: CartChanges) -> None:
        errors: list[FieldError | None] = []
        if changes.email:
            errors.append(email_error("/email", changes.email))
        if changes.notes:
            errors.append(text_error("/notes", changes.notes, limit=2000, lines=True))
        if changes.shipping_option_id and changes.shipping_option_id != self.rules.shipping.id:
            errors.append(FieldError("/shipping_option_id", "unknown-shipping-option", "Is not offered for this cart."))
        if changes.attributes:
            errors.extend(_attribute_errors(changes.attributes))
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)


def _attribute_errors(attributes: Mapping[str, str]) -> list[FieldError | None]:
    if len(attributes) > 20:
        return [FieldError("/attributes", "too-many", "May hold at most 20 entries.")]
    checks: list[FieldError | None] = []
    for name, value in attributes.items():
        checks.append(text_error("/attributes", name, limit=100, least=1))
        checks.append(text_error(f"/attributes/{name}", value, limit=500, lines=True))
    return checks


def _for_sale(offers: Mapping[UUID, Offer], variant_id: UUID) -> Offer:
    offer = offers.get(variant_id)
    if offer is None or not offer.for_sale:
        raise VariantNotForSale(variant_id)
    return offer
