"""Shipping zones as operators look at them."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.shipping.model import Band, Option, PriceBy, Zone


@frozen
class ZoneOptionView:
    """A way to send into a zone."""

    id: str
    title: str
    price_by: PriceBy
    bands: tuple[Band, ...]
    free_from: Money | None
    estimated_days: int
    active: bool
    tax_class: TaxClass

    @classmethod
    def of(cls, option: Option) -> "ZoneOptionView":
        """The option, field by field."""
        return cls(
            id=option.id,
            title=option.title,
            price_by=option.price_by,
            bands=option.bands,
            free_from=option.free_from,
            estimated_days=option.estimated_days,
            active=option.active,
            tax_class=option.tax_class,
        )


@frozen
class ZoneView:
    """A part of the world with its ways to send; `version` is of both."""

    id: UUID
    title: str
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    postal_prefixes: tuple[str, ...]
    rest_of_world: bool
    options: tuple[ZoneOptionView, ...]
    version: int

    @classmethod
    def of(cls, zone: Zone) -> "ZoneView":
        """The zone, its places in order."""
        return cls(
            id=zone.id,
            title=zone.title,
            countries=tuple(sorted(zone.countries)),
            regions=tuple(sorted(zone.regions)),
            postal_prefixes=tuple(sorted(zone.postal_prefixes)),
            rest_of_world=zone.rest_of_world,
            options=tuple(ZoneOptionView.of(option) for option in zone.options),
            version=zone.version,
        )


@frozen
class ZonesView:
    """Every zone."""

    items: tuple[ZoneView, ...]
