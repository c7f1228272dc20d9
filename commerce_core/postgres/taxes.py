"""Tax rates in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from attrs import asdict, frozen

from commerce_core.kernel.page import Page
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.taxes.model import TaxRate
from commerce_core.taxes.views import TaxRateQuery


@frozen
class PostgresTaxRates:
    """Reads and writes rates in the transaction of the session."""

    session: Session

    def find(self, tax_rate_id: UUID) -> TaxRate | None:
        """The rate with this id."""
        row = self.session.row("taxes.one", id=tax_rate_id)
        return None if row is None else tax_rate(row)

    def of_countries(self, countries: Sequence[str]) -> Sequence[TaxRate]:
        """Every rate of these countries."""
        return [tax_rate(row) for row in self.session.rows("taxes.of_countries", countries=list(countries))]

    def write(self, rate: TaxRate) -> None:
        """Add or change a rate."""
        self.session.send("taxes.write", **asdict(rate) | {"tax_class": rate.tax_class.value})

    def remove(self, tax_rate_id: UUID) -> None:
        """Take a rate away."""
        self.session.send("taxes.remove", id=tax_rate_id)


@frozen
class PostgresTaxRateReader:
    """Reads rates for operators."""

    database: Database

    def rates(self, query: TaxRateQuery) -> Page[TaxRate]:
        """Rates by country, region and class."""
        page = query.page
        with self.database.read() as session:
            rows = session.rows(
                "taxes.page", country=query.country, on=query.on, limit=page.per_page, offset=page.offset
            )
            total = session.value("taxes.count", country=query.country, on=query.on)
        return Page(tuple(tax_rate(row) for row in rows), page.page, page.per_page, total)


def tax_rate(row: Row) -> TaxRate:
    """A rate as its columns tell it."""
    rate_id, country, region, tax_class, *rest = row
    return TaxRate(rate_id, country, region, TaxClass(tax_class), *rest)
