"""Zones, the ways to send there, and which of them a cart is offered. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.destination import Destination, plain_code
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass


class PriceBy(StrEnum):
    """What the price of a way of shipping depends on."""

    FLAT = "flat"
    WEIGHT = "weight"  # grams of what is sent
    SUBTOTAL = "subtotal"  # minor units of the goods, discounts taken off


@frozen
class Band:
    """A price up to and including `up_to` grams or minor units; None: without end."""

    up_to: int | None
    price: Money


@frozen
class ShippingOption:
    """A way to get the goods to the buyer, and its price for this cart and destination."""

    id: str
    title: str
    price: Money
    estimated_days: int
    tax_class: TaxClass = TaxClass.STANDARD


@frozen
class Option:
    """A way to send into one zone. Its bands rise; a flat price is one band without end."""

    id: str
    title: str
    price_by: PriceBy
    bands: tuple[Band, ...]
    estimated_days: int
    free_from: Money | None = None  # of goods, discounts taken off
    active: bool = True
    tax_class: TaxClass = TaxClass.STANDARD

    def offer(self, weight: int, subtotal: Money) -> ShippingOption | None:
        """This way with its price; None when it is switched off, or for what is beyond its last band."""
        price = self._price(weight, subtotal) if self.active else None
        if price is None:
            return None
        if self.free_from is not None and self.free_from <= subtotal:
            price = Money.zero(price.currency)
        return ShippingOption(self.id, self.title, price, self.estimated_days, self.tax_class)

    def _price(self, weight: int, subtotal: Money) -> Money | None:
        measure = {PriceBy.FLAT: 0, PriceBy.WEIGHT: weight, PriceBy.SUBTOTAL: subtotal.amount}[self.price_by]
        return next((band.price for band in self.bands if band.up_to is None or measure <= band.up_to), None)


@frozen
class Zone:
    """A part of the world with its own ways of shipping.

    It has whole countries, or only the regions and postal codes named, or everything that no other zone has.
    """

    id: UUID
    title: str
    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()  # of those countries
    postal_prefixes: frozenset[str] = frozenset()  # of those countries
    rest_of_world: bool = False
    options: tuple[Option, ...] = ()
    version: int = 1

    def closeness(self, place: Destination) -> int:
        """How exactly this zone names the place: 0 not at all, 1 the rest of the world, 2 its country, 3 its region,
        more by as much of its postal code.
        """
        if place.country not in self.countries:
            return 1 if self.rest_of_world else 0
        if not (self.regions or self.postal_prefixes):
            return 2
        code = plain_code(place.postal_code)
        prefixes = [
            len(prefix) for prefix in map(plain_code, self.postal_prefixes) if prefix and code.startswith(prefix)
        ]
        if prefixes:
            return 3 + max(prefixes)
        in_region = bool(place.region) and plain_code(place.region) in {plain_code(region) for region in self.regions}
        return 3 if in_region else 0


def offered(zones: Iterable[Zone], place: Destination, weight: int, subtotal: Money) -> tuple[ShippingOption, ...]:
    """The ways to send goods of so many grams and of this value, discounts taken off, to a place; cheapest first.

    The zone that names the place most exactly counts alone; zones that do so equally count together.
    """
    close = [(zone.closeness(place), zone) for zone in zones]
    closest = max((closeness for closeness, _ in close), default=0)
    if not closest:
        return ()
    options = [option for closeness, zone in close if closeness == closest for option in zone.options]
    found = [offer for option in options if (offer := option.offer(weight, subtotal))]
    return tuple(sorted(found, key=lambda offer: (offer.price.amount, offer.estimated_days, offer.id)))
