"""A buyer's own invoice, and what refunds took back of it."""

from uuid import UUID

from attrs import frozen

from adapters_http.admin.invoices import PDF, as_file
from adapters_http.operation import Answer, operation
from adapters_http.store.checkout import OrderToken
from commerce_core.access.model import Actor
from commerce_core.customers.profile import ProfileService
from commerce_core.invoices.errors import InvoiceNotFound, PrinterMissing
from commerce_core.invoices.service import InvoiceService
from commerce_core.invoices.views import DocumentList
from commerce_core.orders.errors import OrderNotFound


@frozen
class StoreOrderInvoice:
    """`/v1/store/orders/{order_id}/invoice.pdf`."""

    invoices: InvoiceService
    profile: ProfileService

    @operation(
        "Read the invoice of an order", answers={200: PDF}, refusals=(OrderNotFound, InvoiceNotFound, PrinterMissing)
    )
    def on_get(self, shopper: Actor, order_id: UUID, headers: OrderToken) -> Answer:
        """Needs `X-Order-Token`, or the token of the customer whose order it is.

        There is none until the order is paid and the invoice issued, soon after that.
        """
        token = self.profile.order_token(shopper, order_id, headers.x_order_token)
        return as_file(self.invoices.pdf_for_buyer(order_id, token))


@frozen
class StoreOrderInvoices:
    """`/v1/store/orders/{order_id}/invoices`."""

    invoices: InvoiceService
    profile: ProfileService

    @operation("List the documents of an order", answers={200: DocumentList}, refusals=(OrderNotFound,))
    def on_get(self, shopper: Actor, order_id: UUID, headers: OrderToken) -> Answer:
        """Its invoice, and a credit note for each refund. Needs what the order does."""
        token = self.profile.order_token(shopper, order_id, headers.x_order_token)
        return Answer(self.invoices.of_order_for_buyer(order_id, token))


@frozen
class StoreOrderInvoicePdf:
    """`/v1/store/orders/{order_id}/invoices/{invoice_id}.pdf`."""

    invoices: InvoiceService
    profile: ProfileService

    @operation(
        "Read a document of an order", answers={200: PDF}, refusals=(OrderNotFound, InvoiceNotFound, PrinterMissing)
    )
    def on_get(self, shopper: Actor, order_id: UUID, invoice_id: UUID, headers: OrderToken) -> Answer:
        """Any of those that the list names, an invoice or a credit note. Needs what the order does."""
        token = self.profile.order_token(shopper, order_id, headers.x_order_token)
        return as_file(self.invoices.one_for_buyer(order_id, token, invoice_id))
