"""Invoices and credit notes for operators."""

from typing import Annotated
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, Media, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.invoices.errors import InvoiceNotFound, OrderNotInvoiceable, PrinterMissing, SellerIncomplete
from commerce_core.invoices.model import Document, DocumentKind
from commerce_core.invoices.service import InvoiceService
from commerce_core.invoices.views import DocumentList, DocumentSummary, Pdf, Period
from commerce_core.kernel.csv import csv_blocks
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, CursorPage, PageRequest
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import OrderId

PDF = Media("application/pdf")


def as_file(pdf: Pdf) -> Answer:
    """A PDF that browsers show, under its name."""
    return Answer(pdf.content, headers={"Content-Disposition": f'inline; filename="{pdf.filename}"'})


@frozen
class DocumentQuery:
    """Which documents: of one kind, a page, or what follows the answer whose `next_cursor` this is."""

    kind: DocumentKind | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24
    cursor: UUID | None = None


@frozen
class AdminInvoices:
    """`/v1/admin/invoices`."""

    invoices: InvoiceService

    @operation(
        "List invoices and credit notes",
        answers={200: CursorPage[DocumentSummary]},
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, query: DocumentQuery) -> Answer:
        """The latest first."""
        page = PageRequest(query.page, query.per_page)
        return Answer(self.invoices.list_documents(actor, page, query.kind, query.cursor))


@frozen
class AdminInvoiceExport:
    """`/v1/admin/invoices/export.csv`."""

    invoices: InvoiceService

    @operation(
        "Export invoices and credit notes",
        answers={200: Media("text/csv; charset=utf-8")},
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, query: Period) -> Answer:
        """A row for each tax rate of each document, by their days and numbers; credit notes are negative."""
        headers = {"Content-Disposition": 'attachment; filename="invoices.csv"'}
        return Answer(csv_blocks(self.invoices.export(actor, query)), headers=headers)


@frozen
class AdminInvoice:
    """`/v1/admin/invoices/{invoice_id}`."""

    invoices: InvoiceService

    @operation(
        "Read an invoice or a credit note",
        answers={200: Document},
        refusals=(InvoiceNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, invoice_id: UUID) -> Answer:
        """All that it says, as it was issued. `reversal` takes back a credit note whose refund failed later."""
        return Answer(self.invoices.show(actor, invoice_id))


@frozen
class AdminInvoicePdf:
    """`/v1/admin/invoices/{invoice_id}.pdf`."""

    invoices: InvoiceService

    @operation(
        "Read an invoice or a credit note as PDF",
        answers={200: PDF},
        refusals=(InvoiceNotFound, PrinterMissing),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, invoice_id: UUID) -> Answer:
        """In the buyer's language. The same bytes each time."""
        return as_file(self.invoices.pdf(actor, invoice_id))


@frozen
class AdminOrderInvoices:
    """`/v1/admin/orders/{order_id}/invoices`."""

    invoices: InvoiceService

    @operation(
        "List the documents of an order",
        answers={200: DocumentList},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID) -> Answer:
        """Its invoice, a credit note for each refund, and what cancels one whose refund failed later."""
        return Answer(self.invoices.of_order(actor, order_id))

    @operation(
        "Issue the documents an order lacks",
        answers={200: DocumentList},
        refusals=(OrderNotFound, OrderNotInvoiceable, SellerIncomplete),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
        resumable=True,
    )
    def on_post(self, actor: Actor, order_id: UUID) -> Answer:
        """An order has one invoice, however often this is called."""
        return Answer(self.invoices.issue(actor, OrderId(order_id)))
