"""Refusals about stock."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion


@frozen
class Shortage:
    """One variant of which there is too little."""

    variant_id: UUID
    wanted: int
    available: int


@frozen
class OutOfStock(Conflict):
    """Fewer units are left than were asked for; nothing was held."""

    code = "out-of-stock"
    detail = "There is not enough stock: {wanted} wanted, {available} available."
    variant_id: UUID
    wanted: int
    available: int
    shortages: tuple[Shortage, ...]

    @classmethod
    def of(cls, shortages: tuple[Shortage, ...]) -> "OutOfStock":
        """The first shortage speaks for all of them."""
        first = shortages[0]
        return cls(first.variant_id, first.wanted, first.available, shortages)


@frozen
class VariantNotTracked(NotFound):
    """No such variant, or nobody counts it."""

    code = "variant-not-tracked"
    detail = "Stock of a variant {variant_id} is not tracked."
    variant_id: UUID


@frozen
class StockTooLow(Conflict):
    """The movement would take more units than are free."""

    code = "stock-too-low"
    detail = "Only {available} units are free of {variant_id}."
    variant_id: UUID
    available: int


@frozen
class StockChanged(StaleVersion):
    """Units came or went, or a setting changed, since the caller read the stock."""

    code = "stock-changed"
    detail = "The stock is at version {version} by now, with {on_hand} on hand."
    version: int
    on_hand: int


@frozen
class BackordersTaken(Conflict):
    """More was promised beyond the stock than the new limit allows."""

    code = "backorders-taken"
    detail = "{taken} units are promised beyond the stock already; the limit cannot be lower."
    taken: int
