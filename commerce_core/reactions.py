"""What the shop does about what has happened: event → reactions, the whole table.

A reaction runs in the worker, after the commit, at least once and perhaps more often: it calls one idempotent use case.
What must be true together with the event belongs in the event's own transaction instead.

Beside the reactions, every event that stands in `TOLD` is passed on to webhooks out.
"""

from commerce_core.catalog.events import ProductChanged
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.accounts import AccountService
from commerce_core.customers.events import CustomerErasedForGood, CustomerRegistered, ProofRequested
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
from commerce_core.staff.events import StaffResetRequested
from commerce_core.staff.passwords import PasswordService
from commerce_core.subscriptions.model import Catalogue, Published

# What the outside may hear of, with the version of its fields. Proofs and the like are between us and one person.
TOLD: Catalogue = {
    ProductChanged.type: Published(1, "product"),
    OrderPlaced.type: Published(1, "order"),
    OrderPaid.type: Published(1, "order"),
    OrderCancelled.type: Published(1, "order"),
    OrderShipped.type: Published(1, "order"),
    OrderDelivered.type: Published(1, "order"),
    ShipmentCancelled.type: Published(1, "order"),
    OrderFulfilled.type: Published(1, "order"),
    OrderCompleted.type: Published(1, "order"),
    RefundPlanned.type: Published(1, "order"),
    RefundMade.type: Published(1, "order"),
    RefundSucceeded.type: Published(1, "order"),
    RefundFailed.type: Published(1, "order"),
    DisputeOpened.type: Published(1, "order"),
    DisputeClosed.type: Published(1, "order"),
    StockLow.type: Published(1, "variant"),
    CustomerRegistered.type: Published(1, "customer"),
    CustomerErasedForGood.type: Published(1, "customer"),
}


def reactions(
    *,
    customers: CustomersService,
    accounts: AccountService,
    checkout: CheckoutService,
    refunds: RefundService,
    passwords: PasswordService,
    invoices: InvoiceService,
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
        StaffResetRequested: {"send-reset": lambda event: passwords.send_reset(event.reset_id)},
        ProofRequested: {"send-proof": lambda event: accounts.send_proof(event.proof_id)},
        CustomerRegistered: {},
        CustomerErasedForGood: {},
    }
