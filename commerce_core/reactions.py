"""What the shop does about what has happened: event → reactions, the whole table.

A reaction runs in the worker, after the commit, at least once and perhaps more often: it calls one idempotent use case.
What must be true together with the event belongs in the event's own transaction instead.
"""

from commerce_core.catalog.events import ProductChanged
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.service import CustomersService
from commerce_core.inventory.events import StockLow
from commerce_core.orders.events import OrderCancelled, OrderCompleted, OrderFulfilled, OrderPaid, OrderPlaced
from commerce_core.outbox.model import Reactions
from commerce_core.payments.events import DisputeClosed, DisputeOpened, RefundFailed, RefundMade, RefundPlanned
from commerce_core.payments.refunds import RefundService


def reactions(*, customers: CustomersService, checkout: CheckoutService, refunds: RefundService) -> Reactions:
    """The table of every event there is. One with no reaction is kept as a record of what happened."""
    return {
        ProductChanged: {},
        OrderPlaced: {"remember-buyer": lambda event: customers.remember_buyer(event.order_id)},
        OrderPaid: {},
        OrderCancelled: {"withdraw-payments": lambda event: checkout.withdraw_payments(event.order_id)},
        OrderFulfilled: {},
        OrderCompleted: {},
        RefundPlanned: {"ask-provider": lambda event: refunds.execute(event.order_id, event.refund_id)},
        RefundMade: {},
        RefundFailed: {},
        DisputeOpened: {},
        DisputeClosed: {},
        StockLow: {},
    }
