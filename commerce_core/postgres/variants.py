"""Variants in PostgreSQL: what operators read about one."""

from collections.abc import Sequence
from uuid import UUID

from attrs import frozen

from commerce_core.catalog.staff_views import PriceView, VariantPlace
from commerce_core.kernel.money import Money
from commerce_core.postgres.database import Database


@frozen
class PostgresVariantReader:
    """Reads about variants."""

    database: Database

    def by_sku(self, sku: str) -> VariantPlace | None:
        """The variant with this SKU."""
        with self.database.read() as session:
            row = session.row("catalog.variant_by_sku", sku=sku)
        return None if row is None else VariantPlace(*row)

    def by_id(self, variant_id: UUID) -> VariantPlace | None:
        """The variant with this id."""
        with self.database.read() as session:
            row = session.row("catalog.variant_by_id", id=variant_id)
        return None if row is None else VariantPlace(*row)

    def prices(self, product_id: UUID, variant_id: UUID) -> Sequence[PriceView]:
        """The last 100 prices of a variant, the present one first."""
        with self.database.read() as session:
            rows = session.rows("catalog.prices_of_variant", product_id=product_id, variant_id=variant_id)
        return [
            PriceView(at, Money(price, currency), None if former is None else Money(former, currency))
            for at, price, former, currency in rows
        ]
