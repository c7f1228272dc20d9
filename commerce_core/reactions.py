"""What the shop does about what has happened: event → reactions, the whole table.

A reaction runs in the worker, after the commit, at least once and perhaps more often: it calls one idempotent use case.
What must be true together with the event belongs in the event's own transaction instead.
"""

from commerce_core.catalog.events import ProductChanged
from commerce_core.customers.accounts import AccountService
from commerce_core.customers.events import CustomerErasedForGood, CustomerRegistered, ProofRequested
from commerce_core.customers.service import CustomersService
from commerce_core.inventory.events import StockLow
from commerce_core.orders.events import OrderCancelled, OrderCompleted, OrderFulfilled, OrderPaid, OrderPlaced
from commerce_core.outbox.model import Reactions


def reactions(*, customers: CustomersService, accounts: AccountService) -> Reactions:
    """The table of every event there is. One with no reaction is kept as a record of what happened."""
    return {
        ProductChanged: (),
        OrderPlaced: (lambda event: customers.remember_buyer(event.order_id),),
        OrderPaid: (),
        OrderCancelled: (),
        OrderFulfilled: (),
        OrderCompleted: (),
        StockLow: (),
        ProofRequested: (lambda event: accounts.send_proof(event.proof_id),),
        CustomerRegistered: (),
        CustomerErasedForGood: (),
    }
