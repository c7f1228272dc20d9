"""What operators ask to be written about taxes, checked before anything is opened or locked."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.catalog.checks import refuse
from commerce_core.kernel.address import COUNTRIES
from commerce_core.kernel.errors import FieldError
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset, given
from commerce_core.taxes.model import TaxRate

_CENT = Decimal("0.01")
_FINEST = Decimal("0.0001")


@frozen
class NewTaxRate:
    """A rate in percent, of a country or one of its regions, from one day to another, both included.

    Without a title buyers read `VAT FR`. `source` says where the number was found. Raises `InvalidInput`.
    """

    country: str
    tax_class: TaxClass
    rate: Decimal
    valid_from: date
    valid_to: date | None = None
    region: str | None = None
    title: str | None = None
    source: str = ""

    def __attrs_post_init__(self) -> None:
        country = None if self.country in COUNTRIES else _country_error()
        region = None if self.region is None else text_error("/region", self.region, limit=100, least=1)
        refuse(
            country,
            region,
            None if self.title is None else text_error("/title", self.title, limit=100, least=1),
            text_error("/source", self.source, limit=500),
            *_rate_errors(self.rate),
            *_class_errors(self.tax_class, self.rate),
            *_day_errors(self.valid_from, self.valid_to),
        )

    def of(self, tax_rate_id: UUID) -> TaxRate:
        """The rate as it begins."""
        return TaxRate(
            id=tax_rate_id,
            country=self.country,
            region=self.region,
            tax_class=self.tax_class,
            rate=written(self.rate),
            title=self.title or f"VAT {self.country}",
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source=self.source,
        )


@frozen
class TaxRateChanges:
    """What is to be different of a rate; its place and class stay. Raises `InvalidInput`.

    Orders keep the rate they were placed at. For a rate that rises, rather begin a new one from that day on.
    """

    rate: Decimal | Unset = UNSET
    title: str | Unset = UNSET
    valid_from: date | Unset = UNSET
    valid_to: date | Unset | None = UNSET
    source: str | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        refuse(
            None if isinstance(self.title, Unset) else text_error("/title", self.title, limit=100, least=1),
            None if isinstance(self.source, Unset) else text_error("/source", self.source, limit=500),
            *(() if isinstance(self.rate, Unset) else _rate_errors(self.rate)),
        )

    def of(self, rate: TaxRate) -> TaxRate:
        """The rate after them, one version on; itself when nothing is different. Raises `InvalidInput`."""
        wanted = evolve(
            rate,
            rate=written(given(self.rate, rate.rate)),
            title=given(self.title, rate.title),
            valid_from=given(self.valid_from, rate.valid_from),
            valid_to=given(self.valid_to, rate.valid_to),
            source=given(self.source, rate.source),
        )
        refuse(*_class_errors(wanted.tax_class, wanted.rate), *_day_errors(wanted.valid_from, wanted.valid_to))
        return rate if wanted == rate else evolve(wanted, version=rate.version + 1)


def written(rate: Decimal) -> Decimal:
    """A rate as it is written: two decimals, more only where they are needed."""
    return rate.quantize(_CENT) if rate == rate.quantize(_CENT) else rate.normalize()


def _rate_errors(rate: Decimal) -> Iterator[FieldError]:
    if not (rate.is_finite() and 0 <= rate <= 100):
        yield FieldError("/rate", "out-of-range", "Must be a percentage from 0 to 100.")
    elif rate != rate.quantize(_FINEST):
        yield FieldError("/rate", "too-long", "May have at most four decimals.")


def _class_errors(tax_class: TaxClass, rate: Decimal) -> Iterator[FieldError]:
    if tax_class is TaxClass.EXEMPT:
        yield FieldError("/tax_class", "contradiction", "What is exempt has no rate.")
    elif tax_class is TaxClass.ZERO and rate.is_finite() and rate:
        yield FieldError("/rate", "contradiction", "Of the class zero, the rate is 0.")


def _day_errors(first: date, last: date | None) -> Iterator[FieldError]:
    if last is not None and last < first:
        yield FieldError("/valid_to", "ends-before-start", "Must not be before the first day.")


def _country_error() -> FieldError:
    return FieldError("/country", "invalid-country", "Must be a two-letter ISO 3166-1 code.")
