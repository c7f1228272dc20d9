"""Rates of tax, and which of them counts at a place on a day. Pure."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from attrs import define, field, frozen

from commerce_core.kernel.destination import plain_code
from commerce_core.kernel.tax_class import TaxClass

# Members of the European Union's VAT territory by ISO code. Parts outside of it (the Canary Islands, overseas
# departments) are regions with rates of their own.
EU_COUNTRIES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)

_HUNDRED = Decimal(100)


@frozen
class TaxRate:
    """One rate of one country or region, for one class of goods, from one day to another, both included.

    `rate` is in percent. `source` says where the number was found.
    """

    id: UUID
    country: str
    region: str | None
    tax_class: TaxClass
    rate: Decimal = field()
    title: str
    valid_from: date
    valid_to: date | None = None
    source: str = ""
    version: int = 1

    @rate.validator
    def _is_a_rate(self, _attribute: object, value: Decimal) -> None:
        if not (value.is_finite() and 0 <= value <= _HUNDRED):
            raise ValueError(f"not a tax rate in percent: {value}")

    def counts_on(self, day: date) -> bool:
        """Whether it is in force."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: "TaxRate") -> bool:
        """Whether on some day nobody could tell which of the two counts."""
        same = (self.country, plain_code(self.region), self.tax_class) == (
            other.country,
            plain_code(other.region),
            other.tax_class,
        )
        return (
            same and self.valid_from <= (other.valid_to or date.max) and other.valid_from <= (self.valid_to or date.max)
        )


@define(frozen=True, slots=False)  # no slots, for the index that is made on first use
class TaxTable:
    """Every rate of the shop."""

    rates: tuple[TaxRate, ...] = ()

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, TaxClass], list[TaxRate]]:
        found: dict[tuple[str, str, TaxClass], list[TaxRate]] = {}
        for rate in self.rates:
            found.setdefault((rate.country, plain_code(rate.region), rate.tax_class), []).append(rate)
        return found

    def rate_for(self, country: str, region: str | None, tax_class: TaxClass, day: date) -> TaxRate | None:
        """The rate in force: the region's own before the whole country's. None where nothing is taxed.

        Where there is no reduced rate, the standard one counts; a zero rate need not be written down.
        """
        if tax_class is TaxClass.EXEMPT:
            return None
        for place in dict.fromkeys((plain_code(region), "")):
            for rate in self._by_place.get((country, place, tax_class), ()):
                if rate.counts_on(day):
                    return rate
        if tax_class is TaxClass.REDUCED:
            return self.rate_for(country, region, TaxClass.STANDARD, day)
        return None
