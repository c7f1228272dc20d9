"""Refusals about invoices."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, Unavailable


@frozen
class InvoiceNotFound(NotFound):
    """There is no such document, or it is somebody else's."""

    code = "invoice-not-found"
    detail = "There is no such invoice or credit note."


@frozen
class OrderNotInvoiceable(Conflict):
    """An invoice tells what was sold, and this order was never paid."""

    code = "order-not-invoiceable"
    detail = "This order has not been paid, so there is nothing to invoice."
    order_id: UUID


@frozen
class SellerIncomplete(Conflict):
    """An invoice has to say who sells, and the settings do not."""

    code = "seller-incomplete"
    detail = "The settings lack what every invoice has to say of the seller: {missing}."
    missing: tuple[str, ...]


@frozen
class PrinterMissing(Unavailable):
    """What writes PDF files is not installed."""

    code = "pdf-not-available"
    detail = "PDF files need the extra `invoices` of this package, which is not installed."
