"""Issuing documents, and giving them to those who may have them."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Permission
from commerce_core.invoices import drafting, journal
from commerce_core.invoices.errors import InvoiceNotFound, OrderNotInvoiceable, SellerIncomplete
from commerce_core.invoices.model import Document, DocumentKind, Paper, Reference
from commerce_core.invoices.ports import InvoiceWork, OrderDoor, Typesetter
from commerce_core.invoices.views import DocumentList, DocumentSummary, InvoiceReader, Pdf, Period
from commerce_core.kernel.csv import Cell, csv_lines
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import CursorPage, PageRequest
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.merchant.model import Merchant
from commerce_core.orders.model import OrderId

_BATCH = 200
_log = logging.getLogger(__name__)


@frozen
class InvoiceService:
    """Invoices of orders, credit notes of refunds, and what cancels those whose refund came to nothing.

    `of_environment` says who sells until somebody has written the settings.
    """

    begin: Begin[InvoiceWork]
    read: InvoiceReader
    of_environment: Merchant
    typesetter: Typesetter
    door: OrderDoor
    new_id: NewId

    @retried
    def issue(self, actor: Actor, order_id: OrderId) -> DocumentList:
        """Give an order the documents it lacks: its invoice, and what its refunds ask for. Doing it again adds nothing.

        A number is drawn last and in the transaction that keeps the document, so that no number is without one.
        Raises `PermissionDenied`, `OrderNotFound`, `OrderNotInvoiceable` or `SellerIncomplete`; then nothing has
        changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            _Issue(work, actor, order_id, self.of_environment, self.new_id).everything()
        return DocumentList(self.read.of_order(order_id))

    @retried
    def follow(self, order_id: UUID) -> None:
        """Bring the documents of an order to where it stands, as a reaction to what has happened to it.

        It begins with an invoice only where the settings want that by themselves and say who sells; what refunds take
        back of an invoice follows in any case. Doing it again changes nothing.
        """
        with self.begin() as work:
            issue = _Issue(work, SYSTEM, OrderId(order_id), self.of_environment, self.new_id)
            if issue.begun or issue.automatic:
                issue.everything()

    def issue_missing(self, actor: Actor, since: date) -> int:
        """Invoice every order that was paid on this day of the shop or later and has none; returns how many.

        Each is a transaction of its own. Raises `PermissionDenied`, or `SellerIncomplete` at the first one it meets.
        """
        actor.must(Permission.ORDERS_WRITE)
        from_then = datetime.combine(since, time(), ZoneInfo(self._merchant().timezone))
        issued = 0
        while orders := self.read.uninvoiced(from_then, _BATCH):
            for order_id in orders:
                self.issue(actor, order_id)
            issued += len(orders)
        return issued

    def of_order(self, actor: Actor, order_id: UUID) -> DocumentList:
        """The documents of an order, the first first. Raises `PermissionDenied` or `OrderNotFound`."""
        self.door.show(actor, order_id)
        return DocumentList(self.read.of_order(order_id))

    def list_documents(
        self, actor: Actor, page: PageRequest, kind: DocumentKind | None = None, before: UUID | None = None
    ) -> CursorPage[DocumentSummary]:
        """Documents, the latest first. Raises `PermissionDenied`."""
        actor.must(Permission.ORDERS_READ)
        return self.read.page(kind, before, page)

    def show(self, actor: Actor, document_id: UUID) -> Document:
        """One document and all that it says. Raises `PermissionDenied` or `InvoiceNotFound`."""
        actor.must(Permission.ORDERS_READ)
        return _found(self.read.find(document_id))

    def numbered(self, actor: Actor, number: str) -> Document:
        """The document with this number. Raises `PermissionDenied` or `InvoiceNotFound`."""
        actor.must(Permission.ORDERS_READ)
        return _found(self.read.numbered(number))

    def pdf(self, actor: Actor, document_id: UUID) -> Pdf:
        """A document for people: the same bytes each time.

        Raises `PermissionDenied`, `InvoiceNotFound` or `PrinterMissing`.
        """
        return self._printed(self.show(actor, document_id))

    def pdf_for_buyer(self, order_id: UUID, order_token: str) -> Pdf:
        """The invoice of an order, for whoever holds its token.

        Raises `OrderNotFound`, also for a wrong token, `InvoiceNotFound` as long as there is none, or `PrinterMissing`.
        """
        self.door.order(order_id, order_token)
        return self._printed(_found(self.read.invoice_of(order_id)))

    def of_order_for_buyer(self, order_id: UUID, order_token: str) -> DocumentList:
        """The documents of an order, the first first, for whoever holds its token. Raises `OrderNotFound`."""
        self.door.order(order_id, order_token)
        return DocumentList(self.read.of_order(order_id))

    def one_for_buyer(self, order_id: UUID, order_token: str, document_id: UUID) -> Pdf:
        """Any document of an order, for whoever holds the order's token.

        Raises `OrderNotFound`, `InvoiceNotFound` also for a document of another order, or `PrinterMissing`.
        """
        self.door.order(order_id, order_token)
        document = _found(self.read.find(document_id))
        if document.order_id != order_id:
            raise InvoiceNotFound
        return self._printed(document)

    def export(self, actor: Actor, period: Period) -> Iterator[str]:
        """The documents of a period as the lines of a CSV file, a row for each tax rate, in the order of their numbers.

        What takes an invoice back is negative. Raises `PermissionDenied`, here and not with the first line.
        """
        actor.must(Permission.ORDERS_READ)
        return csv_lines(chain([journal.HEADER], self._journal(period)))

    def _journal(self, period: Period) -> Iterator[tuple[Cell, ...]]:
        last = None
        while page := self.read.journal(*period.days, last, _BATCH):
            for document in page:
                yield from journal.rows(document)
            last = page[-1]

    def _printed(self, document: Document) -> Pdf:
        content = self.typesetter.pdf(document)
        digest = hashlib.sha256(content).digest()
        if self._first_print(document.id, digest) != digest:  # Another release of the printer sets it otherwise.
            _log.warning("a document is set differently from its first print", extra={"number": document.number})
        return Pdf(document.filename, content)

    @retried
    def _first_print(self, document_id: UUID, digest: bytes) -> bytes:
        with self.begin() as work:
            return work.invoices.printed(document_id, digest)

    def _merchant(self) -> Merchant:
        with self.begin() as work:
            return work.merchant.find() or self.of_environment


class _Issue:
    """One order's documents in an open transaction: what there is, and what is due."""

    def __init__(
        self, work: InvoiceWork, actor: Actor, order_id: OrderId, of_environment: Merchant, new_id: NewId
    ) -> None:
        self._work, self._actor, self._new_id = work, actor, new_id
        self._order = work.orders.lock(order_id)  # Whoever issues for this order waits for us here.
        self._sale = work.sales.of(order_id)
        self._back = work.sales.given_back(order_id)
        self._merchant = work.merchant.find() or of_environment
        self._known = list(work.invoices.of_order(order_id))

    @property
    def begun(self) -> bool:
        """Whether the order has its invoice."""
        return bool(self._known)

    @property
    def automatic(self) -> bool:
        """Whether the invoice is the shop's to issue by itself, and can be."""
        if not self._merchant.invoice_automatic or self._order.paid_at is None:
            return False
        lacking = drafting.missing(self._merchant, self._sale)
        if lacking:
            _log.info("no invoice: the settings do not say who sells", extra={"missing": lacking})
        return not lacking

    def everything(self) -> None:
        """Issue what is due, the earliest first. Raises `OrderNotInvoiceable` or `SellerIncomplete`."""
        invoice = self._of(DocumentKind.INVOICE) or self._invoice()
        for refund in self._sale.refunds:
            if refund.succeeded and not self._of(DocumentKind.CREDIT_NOTE, refund.id):
                back = self._back.get(refund.id, ())
                paper = drafting.credit_note(invoice.paper, self._sale, back, self._merchant)
                if paper.lines:
                    self._keep(DocumentKind.CREDIT_NOTE, paper, refund.id, invoice)
        standing = {refund.id for refund in self._sale.refunds if refund.succeeded and not refund.failed}
        for note in [known for known in self._known if known.kind is DocumentKind.CREDIT_NOTE]:
            if note.refund_id not in standing and not self._of(DocumentKind.REVERSAL, note.refund_id):
                paper = drafting.reissued(note.paper, self._sale, self._merchant)
                self._keep(DocumentKind.REVERSAL, paper, note.refund_id, note)

    def _of(self, kind: DocumentKind, refund_id: UUID | None = None) -> Document | None:
        return next((known for known in self._known if known.kind is kind and known.refund_id == refund_id), None)

    def _invoice(self) -> Document:
        if self._order.paid_at is None:
            raise OrderNotInvoiceable(self._order.id)
        if lacking := drafting.missing(self._merchant, self._sale):
            raise SellerIncomplete(lacking)
        paper = drafting.invoice(self._order, self._sale, self._merchant)
        return self._keep(DocumentKind.INVOICE, paper, None, None)

    def _keep(self, kind: DocumentKind, paper: Paper, refund_id: UUID | None, refers_to: Document | None) -> Document:
        today = self._work.now.astimezone(ZoneInfo(self._merchant.timezone)).date()
        numbering = self._merchant.numbering
        draw = numbering.credit_notes if kind is DocumentKind.CREDIT_NOTE else numbering.invoices
        series = draw(today.year)
        ordinal, issued_on = self._work.invoices.draw(series, today)
        document = Document(
            id=self._new_id(),
            kind=kind,
            number=series.number(ordinal),
            series=series.head,
            ordinal=ordinal,
            issued_on=issued_on,
            issued_at=self._work.now,
            order_id=self._order.id,
            refund_id=refund_id,
            refers_to=Reference(refers_to.id, refers_to.number, refers_to.issued_on) if refers_to else None,
            paper=paper,
        )
        self._work.invoices.add(document)
        self._work.audit.record(
            AuditEntry(
                self._actor, f"{kind.value}.issued", "invoice", str(document.id), {"number": (None, document.number)}
            )
        )
        self._known.append(document)
        return document


def _found(document: Document | None) -> Document:
    if document is None:
        raise InvoiceNotFound
    return document
