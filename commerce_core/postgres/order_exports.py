"""Orders for a file, read from PostgreSQL page by page. No connection is held between two pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from commerce_core.orders.exported import EntryKind, ExportedOrder, LedgerEntry
from commerce_core.orders.queries import OrderCursor, OrderFilter, OrderSort
from commerce_core.postgres.database import Database, Session
from commerce_core.postgres.order_lists import listed, microseconds
from commerce_core.postgres.payload import decode

_FIRST = UUID(int=0)  # before every id
_PLACES = {
    EntryKind.SALE: 1,
    EntryKind.SURPLUS: 2,
    EntryKind.REFUND: 3,
    EntryKind.SURPLUS_REFUND: 3,
    EntryKind.REFUND_FAILED: 4,
}


@frozen
class PostgresOrderExport:
    """Reads orders of any number."""

    database: Database

    def orders(
        self, wanted: OrderFilter, zone: ZoneInfo, after: ExportedOrder | None, limit: int
    ) -> Sequence[ExportedOrder]:
        """These orders after this one, as a list of them goes."""
        behind = OrderCursor(microseconds(after.placed_at), after.id) if after else None
        with self.database.read() as session:
            rows = listed(session, wanted, zone, OrderSort.OLDEST, behind, limit)
            ids = [row[0] for row in rows]
            found = exported_orders(session, ids)
        return [found[id_] for id_ in ids if id_ in found]

    def ledger(self, since: datetime, until: datetime, after: LedgerEntry | None, limit: int) -> Sequence[LedgerEntry]:
        """What moved money in this period after this entry."""
        with self.database.read() as session:
            rows = session.rows(
                "order_exports.entries",
                after_at=after.at if after else since,
                after_place=_PLACES[after.kind] if after else 0,
                after_key=after.key if after else _FIRST,
                until=until,
                limit=limit,
            )
            found = exported_orders(session, {row[3] for row in rows})
        return [LedgerEntry(row[0], EntryKind(row[1]), row[2], found[row[3]]) for row in rows]


def exported_orders(session: Session, ids: Iterable[UUID]) -> dict[UUID, ExportedOrder]:
    """These orders by their ids, with all that is told of them."""
    rows = session.rows("order_exports.orders", ids=list(ids))
    return {row[0]: decode(ExportedOrder, row[1]) for row in rows}
