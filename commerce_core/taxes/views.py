"""Tax rates as operators look at them."""

from datetime import date
from typing import Protocol

from attrs import field, frozen

from commerce_core.kernel.page import Page, PageRequest
from commerce_core.taxes.model import TaxRate


@frozen
class TaxRateQuery:
    """Which rates: of a country, in force on a day; None for all. Raises `InvalidInput` for a page there cannot be."""

    country: str | None = None
    on: date | None = None
    page: PageRequest = field(factory=PageRequest)


@frozen
class EuRatesLoaded:
    """What came of loading the table of the European Union: rates added, and those left as the shop had them."""

    added: int
    kept: int


class TaxRateReader(Protocol):
    """Reads rates."""

    def rates(self, query: TaxRateQuery) -> Page[TaxRate]:
        """Rates by country, region and class, the latest first."""
        ...
