"""Stock as people look at it, from PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from attrs import frozen

from commerce_core.catalog.search import SearchWords
from commerce_core.inventory.model import MovementType
from commerce_core.inventory.views import (
    Discrepancy,
    Drift,
    Explanation,
    HoldView,
    MovementView,
    Problem,
    StockQuery,
    StockView,
)
from commerce_core.kernel.page import CursorPage, Page, PageRequest
from commerce_core.postgres.database import Database, Row
from commerce_core.postgres.payload import decode

T = TypeVar("T", MovementView, HoldView)

_HOLDS = 100  # of an explanation
_NEWEST = 2**63 - 1  # beyond any id


@frozen
class PostgresInventoryReader:
    """Reads that need no transaction."""

    database: Database

    def variant(self, sku: str) -> UUID | None:
        """The variant with this SKU."""
        with self.database.read() as session:
            row = session.row("inventory.variant", sku=sku)
        return row[0] if row else None

    def stock(self, variant_id: UUID) -> StockView | None:
        """One tracked variant."""
        with self.database.read() as session:
            row = session.row("inventory.stock", variant_id=variant_id)
        return StockView(*row) if row else None

    def page(self, query: StockQuery, request: PageRequest) -> Page[StockView]:
        """Tracked variants, the newest first."""
        part = {"limit": request.per_page, "offset": request.offset}
        with self.database.read() as session:
            if query.text is None:
                rows = session.rows("inventory.page", low=query.low, out=query.out, **part)
                total = session.value("inventory.page_total", low=query.low, out=query.out)
            else:
                words = SearchWords.of(query.text)
                where = {
                    "text": query.text, "words": words.text, "unfinished": words.unfinished,
                    "low": query.low, "out": query.out,
                }  # fmt: skip
                rows = session.rows("inventory.page_matching", **where, **part)
                total = session.value("inventory.page_matching_total", **where)
        return Page([StockView(*row) for row in rows], request.page, request.per_page, total)

    def movements(self, variant_id: UUID, before: int | None, request: PageRequest) -> CursorPage[MovementView]:
        """The ledger of a variant, the latest first."""
        with self.database.read() as session:
            rows = session.rows("inventory.movements", variant_id=variant_id, **_part(before, request))
            total = session.value("inventory.movements_total", variant_id=variant_id)
        return _cursor_page(rows, _movement, request, total)

    def reservations(self, variant_id: UUID, before: int | None, request: PageRequest) -> CursorPage[HoldView]:
        """The active holds on a variant, the latest first."""
        with self.database.read() as session:
            rows = session.rows("inventory.reservations", variant_id=variant_id, **_part(before, request))
            total = session.value("inventory.reservations_total", variant_id=variant_id)
        return _cursor_page(rows, lambda row: HoldView(*row), request, total)

    def explanation(self, variant_id: UUID) -> Explanation | None:
        """All numbers of one moment."""
        with self.database.read() as session:
            row = session.row("inventory.explanation", variant_id=variant_id, limit=_HOLDS)
        return decode(Explanation, row[0]) if row else None

    def variants_after(self, variant_id: UUID | None, limit: int) -> Sequence[UUID]:
        """Variants by their ids."""
        with self.database.read() as session:
            if variant_id is None:
                rows = session.rows("inventory.first_variants", limit=limit)
            else:
                rows = session.rows("inventory.variants_after", variant_id=variant_id, limit=limit)
        return [row[0] for row in rows]

    def discrepancies(self, variant_ids: Sequence[UUID]) -> list[Discrepancy]:
        """Those whose counters disagree."""
        with self.database.read() as session:
            rows = session.rows("inventory.discrepancies", variant_ids=list(variant_ids))
            drifts = session.rows("inventory.drifts", variant_ids=[row[0] for row in rows]) if rows else []
        by_variant = {row[0]: Drift(row[1], MovementType(row[2]), *row[3:]) for row in drifts}
        return [_discrepancy(row, by_variant.get(row[0])) for row in rows]


def _part(before: int | None, request: PageRequest) -> dict[str, int]:
    """One row more than a page holds tells whether there is a next one."""
    offset = request.offset if before is None else 0
    return {"before": _NEWEST if before is None else before, "limit": request.per_page + 1, "offset": offset}


def _cursor_page(rows: list[Row], view: Callable[[Row], T], request: PageRequest, total: int) -> CursorPage[T]:
    items = [view(row) for row in rows[: request.per_page]]
    following = str(items[-1].id) if len(rows) > request.per_page else None
    return CursorPage(items, request.page, request.per_page, total, following)


def _movement(row: Row) -> MovementView:
    return MovementView(row[0], MovementType(row[1]), *row[2:])


def _discrepancy(row: Row, drift: Drift | None) -> Discrepancy:
    variant_id, sku, available, reserved, moved, held, orphaned = row
    missing = available is None
    wrong = {
        Problem.MISSING: missing and (moved != 0 or held != 0),
        Problem.ON_HAND: not missing and available + reserved != moved,
        Problem.RESERVED: not missing and reserved != held,
        Problem.ORPHANS: orphaned != 0,
    }
    problems = tuple(problem for problem, is_so in wrong.items() if is_so)
    return Discrepancy(variant_id, sku, available, reserved, moved, held, orphaned, problems, drift)
