"""A cart, its lines, and what it refuses to become."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.model import Actor, ActorKind
from commerce_core.cart.errors import (
    CartChanged,
    CartEmpty,
    CartHoldsTooMuch,
    CartMerged,
    CartNotFound,
    CartNotOpen,
    ItemNotFound,
    ItemsUnavailable,
)
from commerce_core.discounts.model import Discount, Usage
from commerce_core.emails.model import Locale
from commerce_core.inventory.model import Hold
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.pricing.model import PricedItem

CartId = NewType("CartId", UUID)

MAX_LINES = 100
MAX_LINE_QUANTITY = 10_000
MAX_ATTRIBUTES = 20


@frozen
class CartPolicy:
    """How much one cart may take off the shelves, and how long a cart that nobody touches is kept."""

    max_units: int = 500  # of counted variants, over all lines
    keep: timedelta = timedelta(days=90)


class CartStatus(StrEnum):
    """Open, open but left alone, or turned into an order."""

    ACTIVE = "ACTIVE"
    ABANDONED = "ABANDONED"
    CONVERTED = "CONVERTED"


class Unavailability(StrEnum):
    """Why a line could not be bought at this moment."""

    NOT_FOR_SALE = "not-for-sale"
    OUT_OF_STOCK = "out-of-stock"


@frozen
class Offer:
    """A variant as it is for sale at this moment."""

    variant_id: UUID
    product_slug: str
    sku: str | None
    title: str
    unit_price: Money
    tax_class: TaxClass
    requires_shipping: bool
    for_sale: bool  # its product is published
    available: int | None  # what this cart may have, its own hold included; None when untracked
    product_id: UUID
    weight: int  # grams
    category_ids: frozenset[UUID]
    tag_ids: frozenset[UUID]


@frozen
class CartLine:
    """So many units of one variant, and the price the buyer saw when they chose it."""

    id: UUID
    quantity: int
    snapshot_price: Money
    offer: Offer
    reserved_until: datetime | None = None

    @property
    def variant_id(self) -> UUID:
        """What is bought."""
        return self.offer.variant_id

    @property
    def counted(self) -> bool:
        """Whether somebody counts the stock, so that the line is held."""
        return self.offer.available is not None

    @property
    def unavailability(self) -> Unavailability | None:
        """Why it could not be bought now: gone from the catalogue, or its hold has expired and too little is left."""
        if not self.offer.for_sale:
            return Unavailability.NOT_FOR_SALE
        short = self.offer.available is not None and self.offer.available < self.quantity
        return Unavailability.OUT_OF_STOCK if short else None

    def priced(self) -> PricedItem:
        """The line as pricing wants it: the current price counts, not the one remembered."""
        offer = self.offer
        return PricedItem(
            id=self.id,
            variant_id=offer.variant_id,
            product_id=offer.product_id,
            quantity=self.quantity,
            unit_price=offer.unit_price,
            requires_shipping=offer.requires_shipping,
            tax_class=offer.tax_class,
            weight=offer.weight,
            category_ids=offer.category_ids,
            tag_ids=offer.tag_ids,
        )


@frozen
class Cart:
    """One cart with everything a decision about it needs."""

    id: CartId
    status: CartStatus
    currency: str
    locale: Locale
    version: int
    created_at: datetime
    updated_at: datetime
    customer_id: UUID | None = None
    merged_into_id: UUID | None = None
    email: str | None = None
    shipping_address: Address | None = None
    shipping_option_id: str | None = None
    notes: str = ""
    attributes: Mapping[str, str] = field(factory=dict)
    marketing_consent: bool = False
    confirmed_vat_number: str | None = None
    coded: tuple[Discount, ...] = ()  # those whose code was typed in
    usage: Mapping[UUID, Usage] = field(factory=dict)  # of discounts, as far as their limits depend on it
    lines: tuple[CartLine, ...] = ()
    draft: bool = False  # staff builds an order in it: no shopper ever sees it

    def touched(self, now: datetime) -> Self:
        """The cart after a change at `now`: alive again, one version on."""
        return evolve(self, status=CartStatus.ACTIVE, version=self.version + 1, updated_at=now)

    def must_be_for(self, shopper: Actor) -> None:
        """Raises `CartNotFound` when it is another customer's or a draft, `CartMerged` when its lines have moved."""
        if self.draft or self.customer_id not in {None, customer_of(shopper)}:
            raise CartNotFound
        if self.merged_into_id is not None:
            raise CartMerged(self.merged_into_id)

    def must_be_open(self) -> None:
        """Raises `CartNotOpen` once the cart has become an order."""
        if self.status is CartStatus.CONVERTED:
            raise CartNotOpen(self.id)

    def must_be_version(self, expected: int | None) -> None:
        """Raises `CartChanged` when the caller read another version (None: the caller does not mind)."""
        if expected is not None and expected != self.version:
            raise CartChanged(self.version)

    def line(self, item_id: UUID) -> CartLine:
        """The line with this id. Raises `ItemNotFound`."""
        for line in self.lines:
            if line.id == item_id:
                return line
        raise ItemNotFound(item_id)

    def line_of(self, variant_id: UUID) -> CartLine | None:
        """The line with this variant, if there is one."""
        return next((line for line in self.lines if line.variant_id == variant_id), None)

    def held(self, holds: Iterable[Hold]) -> Self:
        """The cart after the shelf has answered."""
        by_variant = {hold.variant_id: hold for hold in holds}
        return evolve(self, lines=tuple(_held(line, by_variant.get(line.variant_id)) for line in self.lines))

    def with_added(self, offer: Offer, quantity: int, line_id: UUID) -> tuple[Self, CartLine]:
        """The cart with so many more of `offer`, in the line that has it or in a new one called `line_id`."""
        found = self.line_of(offer.variant_id)
        if found is None and len(self.lines) >= MAX_LINES:
            raise InvalidInput.at("/variant_id", "too-many-lines", f"A cart holds at most {MAX_LINES} lines.")
        line = (
            evolve(found, quantity=found.quantity + quantity)
            if found
            else CartLine(line_id, quantity, offer.unit_price, offer)
        )
        check_quantity(line.quantity)
        return self.with_line(line), line

    def with_quantity(self, item_id: UUID, quantity: int) -> Self:
        """The cart with exactly so many in that line.

        Raises `ItemNotFound`, and `ItemsUnavailable` when it is no longer for sale: such a line can only be removed.
        """
        check_quantity(quantity)
        line = self.line(item_id)
        _must_be_for_sale([line])
        return self.with_line(evolve(line, quantity=quantity))

    def without(self, item_id: UUID) -> Self:
        """The cart without that line. Raises `ItemNotFound`."""
        gone = self.line(item_id)
        return evolve(self, lines=tuple(line for line in self.lines if line is not gone))

    def with_line(self, line: CartLine) -> Self:
        """The cart with this line, in the place of the one that has its id, or behind the others."""
        if any(other.id == line.id for other in self.lines):
            return evolve(self, lines=tuple(line if other.id == line.id else other for other in self.lines))
        return evolve(self, lines=(*self.lines, line))

    def ships(self) -> bool:
        """Whether anything in it has to be sent."""
        return any(line.offer.requires_shipping for line in self.lines)

    def raised(self) -> bool:
        """Whether something costs more than when it was chosen."""
        return any(line.snapshot_price < line.offer.unit_price for line in self.lines)

    def units(self) -> int:
        """What it takes off the shelves when all of it is held."""
        return sum(line.quantity for line in self.lines if line.counted)

    def must_not_hoard(self, limit: int, before: int = 0) -> None:
        """Raises `CartHoldsTooMuch` beyond `limit` units, unless it already had as many `before`."""
        wanted = self.units()
        if wanted > max(limit, before):
            raise CartHoldsTooMuch(wanted, limit)

    def must_be_sellable(self) -> None:
        """Raises `CartEmpty`, or `ItemsUnavailable` naming what is no longer for sale."""
        if not self.lines:
            raise CartEmpty(self.id)
        _must_be_for_sale(self.lines)


def customer_of(shopper: Actor) -> UUID | None:
    """The customer who shops; None for everybody else."""
    return shopper.id if shopper.kind is ActorKind.CUSTOMER else None


def _must_be_for_sale(lines: Iterable[CartLine]) -> None:
    if gone := [line for line in lines if not line.offer.for_sale]:
        raise ItemsUnavailable(tuple(line.variant_id for line in gone), tuple(line.offer.title for line in gone))


def _held(line: CartLine, hold: Hold | None) -> CartLine:
    if hold is None:
        return line
    return evolve(line, offer=evolve(line.offer, available=hold.available), reserved_until=hold.expires_at)


def check_quantity(quantity: int) -> None:
    """Raises `InvalidInput` unless a line may hold so many."""
    if not 1 <= quantity <= MAX_LINE_QUANTITY:
        raise InvalidInput.at("/quantity", "out-of-range", f"Must be from 1 to {MAX_LINE_QUANTITY}.")
