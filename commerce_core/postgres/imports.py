"""What imports and exports ask of PostgreSQL beyond the catalogue and the shelf."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from commerce_core.imports.views import ExportedProduct
from commerce_core.postgres.database import Database, Session
from commerce_core.postgres.payload import decode


@frozen
class PostgresHandles:
    """Old addresses of products, in the transaction of the session."""

    session: Session

    def retired(self, slugs: Iterable[str]) -> Mapping[str, str]:
        """Those of these slugs that are old addresses."""
        return dict(self.session.rows("imports.retired_slugs", slugs=list(slugs)))


@frozen
class PostgresProductExport:
    """Reads the whole catalogue."""

    database: Database

    def page(self, after: str, limit: int) -> Sequence[ExportedProduct]:
        """The products whose slugs come after this one."""
        with self.database.read() as session:
            rows = session.rows("imports.exported_products", after=after, limit=limit)
        return [decode(ExportedProduct, row[0]) for row in rows]
