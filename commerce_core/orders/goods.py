"""What follows for an order when its goods move or are refunded, inside the transaction that learns of it."""

from commerce_core.orders.events import OrderCompleted, OrderFulfilled
from commerce_core.orders.model import Order, OrderStatus
from commerce_core.orders.ports import OrderWork

_SENT = {OrderStatus.FULFILLED, OrderStatus.COMPLETED}


def tell_of_goods(work: OrderWork, before: Order, after: Order) -> None:
    """Write the events of an order that `following_goods` has moved on. One that stayed has none."""
    if after.status in _SENT and before.status not in _SENT:
        work.outbox.append(OrderFulfilled(after.id))
    if after.status is OrderStatus.COMPLETED is not before.status:
        work.outbox.append(OrderCompleted(after.id))
