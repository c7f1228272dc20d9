"""Documents in PostgreSQL: numbered under a lock, kept as they were said."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from attrs import frozen

from commerce_core.invoices.model import Document, DocumentKind, LineBack, Paper, Reference
from commerce_core.invoices.views import DocumentSummary
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import CursorPage, PageRequest
from commerce_core.merchant.numbering import Series
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.exported import ExportedOrder
from commerce_core.orders.model import OrderId
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.order_exports import exported_orders
from commerce_core.postgres.payload import decode, encode

_NEWEST = UUID(int=(1 << 128) - 1)  # behind every id


@frozen
class PostgresInvoices:
    """Documents, inside the transaction of the session."""

    session: Session

    def of_order(self, order_id: UUID) -> Sequence[Document]:
        """Those of an order."""
        return [_document(row) for row in self.session.rows("invoices.of_order", order_id=order_id)]

    def draw(self, series: Series, day: date) -> tuple[int, date]:
        """The next number of a series, and its day."""
        row = self.session.row("invoices.draw", head=series.head, first=series.first, day=day)
        if row is None:
            raise LookupError(f"the series {series.head} gave no number")
        return row[0], row[1]

    def add(self, document: Document) -> None:
        """Keep a document."""
        paper = document.paper
        self.session.send(
            "invoices.add",
            id=document.id,
            kind=document.kind.value,
            series=document.series,
            ordinal=document.ordinal,
            number=document.number,
            order_id=document.order_id,
            refund_id=document.refund_id,
            refers_to_id=document.refers_to.id if document.refers_to else None,
            issued_on=document.issued_on,
            issued_at=document.issued_at,
            currency=paper.total.currency,
            net=paper.net.amount,
            tax=paper.tax.amount,
            total=paper.total.amount,
            paper=encode(paper),
        )

    def printed(self, document_id: UUID, sha256: bytes) -> bytes:
        """What the first print was."""
        first = self.session.row("invoices.printed", id=document_id, digest=sha256)
        return bytes(first[0]) if first else sha256  # The first one's transaction is not over: both are of this moment.


@frozen
class PostgresSales:
    """What was sold, inside the transaction of the session."""

    session: Session

    def of(self, order_id: UUID) -> ExportedOrder:
        """An order with every share of its tax."""
        found = exported_orders(self.session, [order_id])
        if order_id not in found:
            raise OrderNotFound
        return found[order_id]

    def given_back(self, order_id: UUID) -> Mapping[UUID, Sequence[LineBack]]:
        """What each refund takes back of the lines."""
        found: dict[UUID, list[LineBack]] = {}
        for refund_id, *line in self.session.rows("invoices.given_back", order_id=order_id):
            found.setdefault(refund_id, []).append(LineBack(*line))
        return found


@frozen
class PostgresInvoiceReader:
    """Documents as operators look for them."""

    database: Database

    def page(self, kind: DocumentKind | None, before: UUID | None, request: PageRequest) -> CursorPage[DocumentSummary]:
        """Documents, the latest first."""
        part = {
            "before": before or _NEWEST,
            "limit": request.per_page + 1,
            "offset": 0 if before else request.offset,
        }
        with self.database.read() as session:
            if kind is None:
                rows, total = session.rows("invoices.page", **part), session.value("invoices.count")
            else:
                rows = session.rows("invoices.page_of_kind", kind=kind.value, **part)
                total = session.value("invoices.count_of_kind", kind=kind.value)
        items = [_summary(row) for row in rows[: request.per_page]]
        following = str(items[-1].id) if len(rows) > request.per_page else None
        return CursorPage(items, request.page, request.per_page, total, following)

    def of_order(self, order_id: UUID) -> tuple[DocumentSummary, ...]:
        """Those of an order."""
        with self.database.read() as session:
            return tuple(_summary(row) for row in session.rows("invoices.summaries_of_order", order_id=order_id))

    def find(self, document_id: UUID) -> Document | None:
        """One document."""
        with self.database.read() as session:
            row = session.row("invoices.find", id=document_id)
        return _document(row) if row else None

    def numbered(self, number: str) -> Document | None:
        """The document with this number."""
        with self.database.read() as session:
            row = session.row("invoices.numbered", number=number)
        return _document(row) if row else None

    def invoice_of(self, order_id: UUID) -> Document | None:
        """The invoice of an order."""
        with self.database.read() as session:
            row = session.row("invoices.invoice_of", order_id=order_id)
        return _document(row) if row else None

    def journal(self, first: date, last: date, after: Document | None, limit: int) -> Sequence[Document]:
        """Documents of this period, in the order of their days and numbers."""
        with self.database.read() as session:
            rows = session.rows(
                "invoices.journal",
                after_day=after.issued_on if after else first,
                after_number=after.number if after else "",
                last=last,
                limit=limit,
            )
        return [_document(row) for row in rows]

    def uninvoiced(self, since: datetime, limit: int) -> Sequence[OrderId]:
        """Orders paid since then that have no invoice."""
        with self.database.read() as session:
            return [OrderId(row[0]) for row in session.rows("invoices.uninvoiced", since=since, limit=limit)]


def _document(row: Row) -> Document:
    return Document(
        id=row[0],
        kind=DocumentKind(row[1]),
        number=row[2],
        series=row[3],
        ordinal=row[4],
        issued_on=row[5],
        issued_at=row[6],
        order_id=row[7],
        refund_id=row[8],
        refers_to=Reference(row[9], row[10], row[11]) if row[9] else None,
        paper=decode(Paper, row[12]),
    )


def _summary(row: Row) -> DocumentSummary:
    net, tax, total = (Money(amount, row[9]) for amount in row[10:13])
    return DocumentSummary(
        row[0], DocumentKind(row[1]), row[2], row[3], row[4], row[5], row[6], row[7], row[8], net, tax, total
    )
