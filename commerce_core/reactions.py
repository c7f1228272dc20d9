"""What the shop does about what has happened: event → reactions, the whole table.

A reaction runs in the worker, after the commit, at least once and perhaps more often: it calls one idempotent use case.
What must be true together with the event belongs in the event's own transaction instead.
"""

from commerce_core.catalog.events import ProductChanged
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.service import CustomersService
from commerce_core.inventory.events import StockLow
from commerce_core.invoices.service import InvoiceService
from commerce_core.orders.events import OrderCancelled, OrderCompleted, OrderFulfilled, OrderPaid, OrderPlaced
from commerce_core.outbox.model import Reactions
from commerce_core.payments.events import (
    DisputeClosed,
    DisputeOpened,
    RefundFailed,
    RefundMade,
    RefundPlanned,
    RefundSucceeded,
)
from commerce_core.payments.refunds import RefundService
from commerce_core.shipments.events import OrderDelivered, OrderShipped, ShipmentCancelled


def reactions(
    *, customers: CustomersService, checkout: CheckoutService, refunds: RefundService, invoices: InvoiceService
) -> Reactions:
    """The table of every event there is. One with no reaction is kept as a record of what happened.

    Documents are numbered one after the other. Here nobody waits for that but the worker; a buyer who pays does not.
    """
    documents = {"issue-documents": lambda event: invoices.follow(event.order_id)}
    return {
        ProductChanged: {},
        OrderPlaced: {"remember-buyer": lambda event: customers.remember_buyer(event.order_id)},
        OrderPaid: documents,
        OrderCancelled: {"withdraw-payments": lambda event: checkout.withdraw_payments(event.order_id)},
        OrderShipped: {},
        OrderDelivered: {},
        ShipmentCancelled: {},
        OrderFulfilled: {},
        OrderCompleted: {},
        RefundPlanned: {"ask-provider": lambda event: refunds.execute(event.order_id, event.refund_id)},
        RefundMade: {},
        RefundSucceeded: documents,
        RefundFailed: documents,
        DisputeOpened: {},
        DisputeClosed: {},
        StockLow: {},
    }
