"""Shipping zones in PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from attrs import evolve, frozen
from psycopg.types.json import Jsonb

from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.shipping.model import Band, Option, PriceBy, Zone


@frozen
class PostgresZones:
    """Reads and writes zones in the transaction of the session."""

    session: Session

    def all(self) -> Sequence[Zone]:
        """Every zone."""
        return zones_of(self.session.rows("shipping.zones"))

    def write(self, zone: Zone) -> None:
        """Add or change a zone with its options."""
        self.session.send(
            "shipping.write_zone",
            id=zone.id,
            title=zone.title,
            countries=sorted(zone.countries),
            regions=sorted(zone.regions),
            postal_prefixes=sorted(zone.postal_prefixes),
            rest_of_world=zone.rest_of_world,
            version=zone.version,
            now=self.session.now,
        )
        self.session.send("shipping.drop_options", zone_id=zone.id, kept=[option.id for option in zone.options])
        for position, option in enumerate(zone.options, 1):
            self._write_option(zone.id, position, option)

    def _write_option(self, zone_id: UUID, position: int, option: Option) -> None:
        self.session.send(
            "shipping.write_option",
            id=option.id,
            zone_id=zone_id,
            position=position,
            title=option.title,
            price_by=option.price_by.value,
            bands=Jsonb([[band.up_to, band.price.amount] for band in option.bands]),
            free_from_amount=None if option.free_from is None else option.free_from.amount,
            currency=option.bands[0].price.currency,
            estimated_days=option.estimated_days,
            active=option.active,
            tax_class=option.tax_class.value,
        )

    def remove(self, zone_id: UUID) -> None:
        """Take a zone away."""
        self.session.send("shipping.remove_zone", id=zone_id)


@frozen
class PostgresZoneReader:
    """Reads zones for operators."""

    database: Database

    def zones(self) -> Sequence[Zone]:
        """Every zone."""
        with self.database.read() as session:
            return zones_of(session.rows("shipping.zones"))


def zones_of(rows: Iterable[Row]) -> tuple[Zone, ...]:
    """The zones in rows of `shipping.zones`."""
    zones: dict[UUID, Zone] = {}
    for zone_id, title, countries, regions, prefixes, rest_of_world, version, *option in rows:
        if zone_id not in zones:
            places = (frozenset(countries), frozenset(regions), frozenset(prefixes))
            zones[zone_id] = Zone(zone_id, title, *places, rest_of_world, version=version)
        if option[0] is not None:
            zone = zones[zone_id]
            zones[zone_id] = evolve(zone, options=(*zone.options, _option(option)))
    return tuple(zones.values())


def _option(columns: Row | list[Any]) -> Option:
    option_id, title, price_by, bands, free_from, currency, days, active, tax_class = columns
    return Option(
        id=option_id,
        title=title,
        price_by=PriceBy(price_by),
        bands=tuple(Band(up_to, Money(amount, currency)) for up_to, amount in bands),
        estimated_days=days,
        free_from=None if free_from is None else Money(free_from, currency),
        active=active,
        tax_class=TaxClass(tax_class),
    )
