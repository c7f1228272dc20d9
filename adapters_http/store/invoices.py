"""A buyer's own invoice."""

from uuid import UUID

from attrs import frozen

from adapters_http.admin.invoices import PDF, as_file
from adapters_http.operation import Answer, operation
from adapters_http.store.checkout import OrderToken
from commerce_core.invoices.errors import InvoiceNotFound, PrinterMissing
from commerce_core.invoices.service import InvoiceService
from commerce_core.orders.errors import OrderNotFound


@frozen
class StoreOrderInvoice:
    """`/v1/store/orders/{order_id}/invoice.pdf`."""

    invoices: InvoiceService

    @operation(
        "Read the invoice of an order", answers={200: PDF}, refusals=(OrderNotFound, InvoiceNotFound, PrinterMissing)
    )
    def on_get(self, order_id: UUID, headers: OrderToken) -> Answer:
        """Needs `X-Order-Token`. There is none until the order is paid and the invoice issued, soon after that."""
        return as_file(self.invoices.pdf_for_buyer(order_id, headers.x_order_token or ""))
