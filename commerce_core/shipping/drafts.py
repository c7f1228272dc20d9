"""What operators ask to be written about shipping, checked before anything is opened or locked."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.catalog.checks import count_error, line_errors, range_error, refuse, repeated, slug_error
from commerce_core.kernel.address import COUNTRIES
from commerce_core.kernel.destination import plain_code
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset, given
from commerce_core.shipping.model import Band, Option, PriceBy, Zone

MAX_OPTIONS = 20  # of one zone
MAX_BANDS = 50
MAX_DAYS = 365
MAX_PLACES = 1_000  # regions or postal codes of one zone
MAX_ID = 64


@frozen
class NewOption:
    """A way to send. Its price is by its bands; a flat one has one band without end.

    Without an id it is called after its title. Free from a value of the goods on, discounts taken off.
    Raises `InvalidInput`.
    """

    title: str
    bands: tuple[Band, ...]
    estimated_days: int
    price_by: PriceBy = PriceBy.FLAT
    id: str | None = None
    free_from: Money | None = None
    active: bool = True
    tax_class: TaxClass = TaxClass.STANDARD

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/title", self.title, limit=100, least=1),
            slug_error(self.id, self.title, "/id"),
            None if self.id is None or len(self.id) <= MAX_ID else FieldError("/id", "too-long", f"At most {MAX_ID}."),
            *_option_errors(self.price_by, self.bands, self.free_from, self.estimated_days),
        )

    def of(self, currency: str) -> Option:
        """The option as it begins. Raises `InvalidInput` for a price in another currency than the shop's."""
        option = Option(
            id=self.id or Slug.of(self.title).value[:MAX_ID].rstrip("-"),
            title=self.title,
            price_by=self.price_by,
            bands=self.bands,
            estimated_days=self.estimated_days,
            free_from=self.free_from,
            active=self.active,
            tax_class=self.tax_class,
        )
        refuse(*_currency_errors(option, currency))
        return option


@frozen
class OptionChanges:
    """What is to be different of a way to send; its id stays. Bands are told as a whole. Raises `InvalidInput`."""

    title: str | Unset = UNSET
    price_by: PriceBy | Unset = UNSET
    bands: tuple[Band, ...] | Unset = UNSET
    estimated_days: int | Unset = UNSET
    free_from: Money | Unset | None = UNSET
    active: bool | Unset = UNSET
    tax_class: TaxClass | Unset = UNSET

    def of(self, option: Option, currency: str) -> Option:
        """The option after them. Raises `InvalidInput`."""
        wanted = evolve(
            option,
            title=given(self.title, option.title),
            price_by=given(self.price_by, option.price_by),
            bands=given(self.bands, option.bands),
            estimated_days=given(self.estimated_days, option.estimated_days),
            free_from=given(self.free_from, option.free_from),
            active=given(self.active, option.active),
            tax_class=given(self.tax_class, option.tax_class),
        )
        refuse(
            text_error("/title", wanted.title, limit=100, least=1),
            *_option_errors(wanted.price_by, wanted.bands, wanted.free_from, wanted.estimated_days),
            *_currency_errors(wanted, currency),
        )
        return wanted


@frozen
class NewZone:
    """A part of the world: whole countries, only their regions or postal codes named, or all that no other zone has.

    Raises `InvalidInput`.
    """

    title: str
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    postal_prefixes: tuple[str, ...] = ()
    rest_of_world: bool = False
    options: tuple[NewOption, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/title", self.title, limit=100, least=1),
            *_place_errors(self.countries, self.regions, self.postal_prefixes),
            *_extent_errors(bool(self.countries), bool(self.regions or self.postal_prefixes), self.rest_of_world),
            count_error("/options", self.options, MAX_OPTIONS),
            *repeated("/options/{}/id", [option.id for option in self.options], "duplicate"),
        )

    def of(self, zone_id: UUID) -> Zone:
        """The zone as it begins, still without options."""
        return Zone(
            id=zone_id,
            title=self.title,
            countries=frozenset(self.countries),
            regions=frozenset(self.regions),
            postal_prefixes=frozenset(plain_code(prefix) for prefix in self.postal_prefixes),
            rest_of_world=self.rest_of_world,
        )

    def options_in(self, currency: str) -> tuple[Option, ...]:
        """Its options as they begin. Raises `InvalidInput` for a price in another currency than the shop's."""
        options: list[Option] = []
        errors: list[FieldError] = []
        for n, new in enumerate(self.options):
            try:
                options.append(new.of(currency))
            except InvalidInput as wrong:
                errors.extend(evolve(error, pointer=f"/options/{n}{error.pointer}") for error in wrong.errors)
        refuse(*errors)
        return tuple(options)


@frozen
class ZoneChanges:
    """What is to be different of a zone. Countries, regions and postal codes are told as a whole."""

    title: str | Unset = UNSET
    countries: tuple[str, ...] | Unset = UNSET
    regions: tuple[str, ...] | Unset = UNSET
    postal_prefixes: tuple[str, ...] | Unset = UNSET
    rest_of_world: bool | Unset = UNSET

    def of(self, zone: Zone) -> Zone:
        """The zone after them. Raises `InvalidInput`."""
        wanted = NewZone(
            title=given(self.title, zone.title),
            countries=given(self.countries, tuple(sorted(zone.countries))),
            regions=given(self.regions, tuple(sorted(zone.regions))),
            postal_prefixes=given(self.postal_prefixes, tuple(sorted(zone.postal_prefixes))),
            rest_of_world=given(self.rest_of_world, zone.rest_of_world),
        )
        return evolve(wanted.of(zone.id), options=zone.options, version=zone.version)


def _place_errors(
    countries: Sequence[str], regions: Sequence[str], prefixes: Sequence[str]
) -> Iterator[FieldError | None]:
    for n, country in enumerate(countries):
        if country not in COUNTRIES:
            yield FieldError(f"/countries/{n}", "invalid-country", "Must be a two-letter ISO 3166-1 code.")
    yield from repeated("/countries/{}", countries, "duplicate")
    yield count_error("/regions", regions, MAX_PLACES)
    yield from line_errors("/regions", regions, 100)
    yield count_error("/postal_prefixes", prefixes, MAX_PLACES)
    for n, prefix in enumerate(prefixes):
        if not (plain_code(prefix) and len(prefix) <= 20):
            yield FieldError(f"/postal_prefixes/{n}", "invalid-value", "Must be how a postal code begins.")


def _extent_errors(countries: bool, places: bool, rest_of_world: bool) -> Iterator[FieldError]:  # noqa: FBT001
    if rest_of_world and (countries or places):
        yield FieldError("/rest_of_world", "contradiction", "The rest of the world names no places.")
    elif not rest_of_world and not countries:
        yield FieldError("/countries", "required", "A zone names countries, or is the rest of the world.")


def _option_errors(
    price_by: PriceBy, bands: Sequence[Band], free_from: Money | None, days: int
) -> Iterator[FieldError | None]:
    yield range_error("/estimated_days", days, MAX_DAYS)
    if free_from is not None:
        yield range_error("/free_from/amount", free_from.amount, MAX_AMOUNT)
    if not bands:
        yield FieldError("/bands", "required", "A price needs one band at least.")
    yield count_error("/bands", bands, MAX_BANDS)
    for n, band in enumerate(bands):
        yield range_error(f"/bands/{n}/price/amount", band.price.amount, MAX_AMOUNT)
    if price_by is PriceBy.FLAT:
        if len(bands) > 1 or any(band.up_to is not None for band in bands):
            yield FieldError("/bands", "contradiction", "A flat price is one band without end.")
    else:
        yield from _rising_errors(bands)


def _rising_errors(bands: Sequence[Band]) -> Iterator[FieldError]:
    """Each band reaches further than the one before; only the last has no end."""
    reached = -1
    for n, band in enumerate(bands):
        pointer = f"/bands/{n}/up_to"
        if band.up_to is None:
            if n < len(bands) - 1:
                yield FieldError(pointer, "required", "Only the last band is without end.")
        elif not reached < band.up_to <= MAX_AMOUNT:
            yield FieldError(pointer, "must-rise", f"Must be above {reached}, the end of the band before.")
        reached = reached if band.up_to is None else max(reached, band.up_to)


def _currency_errors(option: Option, currency: str) -> Iterator[FieldError]:
    prices = {f"/bands/{n}/price": band.price for n, band in enumerate(option.bands)}
    if option.free_from is not None:
        prices["/free_from"] = option.free_from
    for pointer, price in prices.items():
        if price.currency != currency:
            yield FieldError(f"{pointer}/currency", "wrong-currency", f"This shop sells in {currency}.")
