"""Refusals about carts."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Gone, NotFound, StaleVersion


@frozen
class CartNotFound(NotFound):
    """There is no such cart, or it is somebody else's."""

    code = "cart-not-found"
    detail = "There is no such cart."


@frozen
class ItemNotFound(NotFound):
    """The cart has no such line."""

    code = "item-not-found"
    detail = "The cart has no item {item_id}."
    item_id: UUID


@frozen
class CartNotOpen(Conflict):
    """The cart has been bought."""

    code = "cart-not-open"
    detail = "This cart has become an order and can no longer be changed."
    cart_id: UUID


@frozen
class CartMerged(Gone):
    """Its lines have moved into the cart of the customer who logged in."""

    code = "cart-merged"
    detail = "This cart has been merged into another one."
    merged_into_id: UUID


@frozen
class CartChanged(StaleVersion):
    """Somebody else changed the cart since it was read."""

    code = "cart-changed"
    detail = "The cart has changed since you read it; it is now version {version}."
    version: int


@frozen
class CartHoldsTooMuch(Conflict):
    """One cart may not empty the shelves for everybody else."""

    code = "cart-holds-too-much"
    detail = "A cart may hold {limit} units; this one would hold {wanted}."
    wanted: int
    limit: int


@frozen
class CartEmpty(Conflict):
    """There is nothing to buy in it."""

    code = "cart-empty"
    detail = "The cart is empty."
    cart_id: UUID


@frozen
class ItemsUnavailable(Conflict):
    """Something in the cart is no longer for sale."""

    code = "items-unavailable"
    detail = "Some items are no longer for sale."
    variant_ids: tuple[UUID, ...]
    titles: tuple[str, ...]


@frozen
class VariantNotForSale(NotFound):
    """No such variant, or its product is not published."""

    code = "variant-not-found"
    detail = "There is no variant {variant_id} for sale."
    variant_id: UUID
