"""Carts, for whoever holds their id."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import field, frozen

from adapters_http.fields import Limits
from adapters_http.operation import Answer, Idempotent, operation
from commerce_core.cart.errors import CartNotFound, CartNotOpen, ItemNotFound, VariantNotForSale
from commerce_core.cart.model import MAX_LINE_QUANTITY, MAX_LINES
from commerce_core.cart.service import CartChanges, CartService, NewCart, NewItem
from commerce_core.cart.views import CartView, ShippingOptionsView
from commerce_core.emails.model import Locale
from commerce_core.inventory.errors import OutOfStock

Quantity = Annotated[int, Limits(1, MAX_LINE_QUANTITY)]


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
        refusals=(VariantNotForSale, OutOfStock),
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, body: CreateCart, headers: Languages) -> Answer:
        """The id is a capability: whoever knows it holds the cart. Items are held in stock at once, all or none."""
        created = self.cart.create(
            NewCart(
                locale=Locale.best(headers.accept_language),
                currency=body.currency,
                items=tuple(NewItem(item.variant_id, item.quantity) for item in body.items),
                client=body.client.known(),
            )
        )
        return Answer.created(created, f"/v1/store/cart/{created.id}")


@frozen
class OneCart:
    """`/v1/store/cart/{cart_id}`."""

    cart: CartService

    @operation("Read a cart", answers={200: CartView}, refusals=(CartNotFound,))
    def on_get(self, cart_id: UUID) -> Answer:
        """Prices and stock are those of this moment; what changed since it was chosen is shown line by line."""
        return Answer(self.cart.get(cart_id))

    @operation("Change a cart", answers={200: CartView}, refusals=(CartNotFound, CartNotOpen))
    def on_patch(self, cart_id: UUID, body: CartChanges) -> Answer:
        """A JSON Merge Patch of everything but the lines."""
        return Answer(self.cart.change(cart_id, body))


@frozen
class CartItems:
    """`/v1/store/cart/{cart_id}/items`."""

    cart: CartService

    @operation(
        "Add an item",
        answers={201: CartView},
        refusals=(CartNotFound, CartNotOpen, VariantNotForSale, OutOfStock),
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, cart_id: UUID, body: Item) -> Answer:
        """Adding a variant again adds up in one line. The stock is held for 30 minutes from the last change."""
        changed = self.cart.add_item(cart_id, NewItem(body.variant_id, body.quantity))
        return Answer.created(changed, f"/v1/store/cart/{cart_id}")


@frozen
class CartItem:
    """`/v1/store/cart/{cart_id}/items/{item_id}`."""

    cart: CartService

    @operation(
        "Change a quantity", answers={200: CartView}, refusals=(CartNotFound, CartNotOpen, ItemNotFound, OutOfStock)
    )
    def on_patch(self, cart_id: UUID, item_id: UUID, body: ChangeQuantity) -> Answer:
        """Exactly so many from now on."""
        return Answer(self.cart.set_quantity(cart_id, item_id, body.quantity))

    @operation("Remove an item", answers={200: CartView}, refusals=(CartNotFound, CartNotOpen, ItemNotFound))
    def on_delete(self, cart_id: UUID, item_id: UUID) -> Answer:
        """Its stock is free again at once."""
        return Answer(self.cart.remove_item(cart_id, item_id))


@frozen
class Destination:
    """Where it might go. With one way of shipping the destination does not matter yet."""

    country: Annotated[str, Limits(2, 2)] | None = None
    postal_code: Annotated[str, Limits(most=20)] | None = None


@frozen
class CartShippingOptions:
    """`/v1/store/cart/{cart_id}/shipping-options`."""

    cart: CartService

    @operation("List shipping options", answers={200: ShippingOptionsView}, refusals=(CartNotFound,))
    def on_get(self, cart_id: UUID, query: Destination) -> Answer:  # noqa: ARG002 - a client may already tell it
        """The ways to send this cart, with their prices; none when nothing has to be sent."""
        return Answer(self.cart.shipping_options(cart_id))
