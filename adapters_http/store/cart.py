"""Carts, for whoever holds their id."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import field, frozen

from adapters_http.fields import Limits
from adapters_http.operation import Answer, Idempotent, operation
from adapters_http.policies import Policy
from commerce_core.access.model import Actor
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import (
    CartChanged,
    CartHoldsTooMuch,
    CartMerged,
    CartNotFound,
    CartNotOpen,
    ItemNotFound,
    ItemsUnavailable,
    VariantNotForSale,
)
from commerce_core.cart.model import MAX_LINE_QUANTITY, MAX_LINES
from commerce_core.cart.service import CartService, NewCart, NewItem
from commerce_core.cart.views import CartView, ShippingOptionsView
from commerce_core.checkout.errors import PaymentUnderWay
from commerce_core.discounts.errors import DiscountCodeUnknown
from commerce_core.discounts.refusals import MISFITS
from commerce_core.emails.model import Locale
from commerce_core.inventory.errors import OutOfStock
from commerce_core.kernel.address import COUNTRIES
from commerce_core.kernel.destination import Destination
from commerce_core.kernel.errors import InvalidInput

Quantity = Annotated[int, Limits(1, MAX_LINE_QUANTITY)]
_NOT_YOURS = (CartNotFound, CartMerged)
_CLOSED = (*_NOT_YOURS, CartNotOpen, PaymentUnderWay, CartChanged)


@frozen
class Item:
    """So many units of one variant."""

    variant_id: UUID
    quantity: Quantity


@frozen
class Client:
    """What the browser's analytics call this visitor."""

    ga_client_id: Annotated[str, Limits(most=100)] | None = None
    ga_session_id: Annotated[str, Limits(most=100)] | None = None

    def known(self) -> dict[str, str]:
        """What was said."""
        told = {"ga_client_id": self.ga_client_id, "ga_session_id": self.ga_session_id}
        return {name: value for name, value in told.items() if value}


@frozen
class CreateCart:
    """How a cart begins. Everything may be left out."""

    example: ClassVar[dict[str, Any]] = {"currency": "EUR", "items": []}
    currency: str | None = None
    items: Annotated[tuple[Item, ...], Limits(most=MAX_LINES)] = ()
    client: Client = field(factory=Client)


@frozen
class ChangeQuantity:
    """How many there should be."""

    quantity: Quantity


@frozen
class Languages:
    """What the visitor reads."""

    accept_language: str | None = None


@frozen
class Carts:
    """`/v1/store/cart`."""

    cart: CartService

    @operation(
        "Create a cart",
        answers={201: CartView},
        refusals=(VariantNotForSale, CartHoldsTooMuch, OutOfStock),
        idempotency=Idempotent.HONOURED,
        policy=Policy.CART,
        units=lambda body: sum(item.quantity for item in body.items),
    )
    def on_post(self, shopper: Actor, body: CreateCart, headers: Languages) -> Answer:
        """A guest's id is a capability: whoever knows it holds the cart. With a customer's token it is theirs alone.

        Items are held in stock at once, all or none.
        """
        created = self.cart.create(
            NewCart(
                locale=Locale.best(headers.accept_language),
                currency=body.currency,
                items=tuple(NewItem(item.variant_id, item.quantity) for item in body.items),
                client=body.client.known(),
            ),
            shopper=shopper,
        )
        return Answer.created(created, f"/v1/store/cart/{created.id}").at_version(created.version)


@frozen
class OneCart:
    """`/v1/store/cart/{cart_id}`."""

    cart: CartService

    @operation("Read a cart", answers={200: CartView}, refusals=_NOT_YOURS)
    def on_get(self, shopper: Actor, cart_id: UUID) -> Answer:
        """Prices and stock are those of this moment; what changed since it was chosen is shown line by line.

        A line that could not be bought now says why in `unavailable_reason`.
        """
        found = self.cart.get(cart_id, shopper=shopper)
        return Answer(found).at_version(found.version)

    @operation("Change a cart", answers={200: CartView}, refusals=_CLOSED, policy=Policy.CART)
    def on_patch(self, shopper: Actor, cart_id: UUID, body: CartChanges, if_match: int | None) -> Answer:
        """A JSON Merge Patch of everything but the lines."""
        changed = self.cart.change(cart_id, body, shopper=shopper, expected_version=if_match)
        return Answer(changed).at_version(changed.version)


@frozen
class CartItems:
    """`/v1/store/cart/{cart_id}/items`."""

    cart: CartService

    @operation(
        "Add an item",
        answers={201: CartView},
        refusals=(*_CLOSED, VariantNotForSale, CartHoldsTooMuch, OutOfStock),
        idempotency=Idempotent.HONOURED,
        policy=Policy.CART,
        units=lambda body: body.quantity,
    )
    def on_post(self, shopper: Actor, cart_id: UUID, body: Item, if_match: int | None) -> Answer:
        """Adding a variant again adds up in one line. The stock is held for 30 minutes from the last change."""
        changed = self.cart.add_item(
            cart_id, NewItem(body.variant_id, body.quantity), shopper=shopper, expected_version=if_match
        )
        return Answer.created(changed, f"/v1/store/cart/{cart_id}").at_version(changed.version)


@frozen
class CartItem:
    """`/v1/store/cart/{cart_id}/items/{item_id}`."""

    cart: CartService

    @operation(
        "Change a quantity",
        answers={200: CartView},
        refusals=(*_CLOSED, ItemNotFound, ItemsUnavailable, CartHoldsTooMuch, OutOfStock),
        policy=Policy.CART,
        units=lambda body: body.quantity,
    )
    def on_patch(
        self, shopper: Actor, cart_id: UUID, item_id: UUID, body: ChangeQuantity, if_match: int | None
    ) -> Answer:
        """Exactly so many from now on. `If-Match` is about the version of the cart."""
        changed = self.cart.set_quantity(cart_id, item_id, body.quantity, shopper=shopper, expected_version=if_match)
        return Answer(changed).at_version(changed.version)

    @operation("Remove an item", answers={200: CartView}, refusals=(*_CLOSED, ItemNotFound), policy=Policy.CART)
    def on_delete(self, shopper: Actor, cart_id: UUID, item_id: UUID, if_match: int | None) -> Answer:
        """Its stock is free again at once."""
        changed = self.cart.remove_item(cart_id, item_id, shopper=shopper, expected_version=if_match)
        return Answer(changed).at_version(changed.version)


@frozen
class TypedCode:
    """The code of a discount, however it is spelt."""

    example: ClassVar[dict[str, Any]] = {"code": "SPRING10"}
    code: Annotated[str, Limits(most=200)]


@frozen
class CartDiscount:
    """`/v1/store/cart/{cart_id}/discount`."""

    cart: CartService

    @operation(
        "Apply a discount code",
        answers={200: CartView},
        refusals=(*_CLOSED, DiscountCodeUnknown, *MISFITS),
        idempotency=Idempotent.HONOURED,
        policy=Policy.CART,
    )
    def on_post(self, shopper: Actor, cart_id: UUID, body: TypedCode, if_match: int | None) -> Answer:
        """In place of one typed in before. A code that gives nothing to this cart is refused with the reason.

        One that stops giving later stays on the cart, which then shows why.
        """
        changed = self.cart.apply_discount(cart_id, body.code, shopper=shopper, expected_version=if_match)
        return Answer(changed).at_version(changed.version)

    @operation("Remove the discount code", answers={200: CartView}, refusals=_CLOSED, policy=Policy.CART)
    def on_delete(self, shopper: Actor, cart_id: UUID, if_match: int | None) -> Answer:
        """Automatic discounts stay."""
        changed = self.cart.remove_discount(cart_id, shopper=shopper, expected_version=if_match)
        return Answer(changed).at_version(changed.version)


@frozen
class ShippingPlace:
    """Where it might go. Without a country: to the cart's own address, or where the shop is."""

    country: Annotated[str, Limits(2, 2)] | None = None
    region: Annotated[str, Limits(most=200)] | None = None
    postal_code: Annotated[str, Limits(most=20)] | None = None

    def __attrs_post_init__(self) -> None:
        if self.country is not None and self.country not in COUNTRIES:
            raise InvalidInput.at("/country", "invalid-country", "Must be a two-letter ISO 3166-1 code.")

    def place(self) -> Destination | None:
        """The place, if one was named."""
        return Destination(self.country, self.region, self.postal_code) if self.country else None


@frozen
class CartShippingOptions:
    """`/v1/store/cart/{cart_id}/shipping-options`."""

    cart: CartService

    @operation("List shipping options", answers={200: ShippingOptionsView}, refusals=_NOT_YOURS)
    def on_get(self, shopper: Actor, cart_id: UUID, query: ShippingPlace) -> Answer:
        """The ways to send this cart there, the cheapest first; none when nothing has to be sent, or not to there.

        Checkout takes one of these for the place it goes to, and no other.
        """
        return Answer(self.cart.shipping_options(cart_id, query.place(), shopper=shopper))
