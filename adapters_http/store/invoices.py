"""A buyer's own invoice."""

from uuid import UUID

from attrs import frozen

from adapters_http.admin.invoices import PDF, as_file
from adapters_http.operation import Answer, operation
from adapters_http.store.checkout import OrderToken
from commerce_core.access.model import Actor, ActorKind
from commerce_core.customers.profile import ProfileService
from commerce_core.invoices.errors import InvoiceNotFound, PrinterMissing
from commerce_core.invoices.service import InvoiceService
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
        if shopper.kind is ActorKind.CUSTOMER and headers.x_order_token is None:
            return as_file(self.profile.invoice(shopper, order_id))
        return as_file(self.invoices.pdf_for_buyer(order_id, headers.x_order_token or ""))
