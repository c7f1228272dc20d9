"""The next attempt to pay an order that waits: of a draft's link, or where the last one came to nothing."""

from commerce_core.checkout.errors import OrderNoLongerPayable
from commerce_core.checkout.model import PaymentMethod, Placed
from commerce_core.checkout.placing import Placing
from commerce_core.checkout.ports import CheckoutWork
from commerce_core.orders.model import OrderId, OrderStatus
from commerce_core.payments.model import PaymentStatus
from commerce_core.payments.settling import hold_again


def next_attempt(work: CheckoutWork, placing: Placing, order_id: OrderId) -> Placed:
    """The order, locked, and the attempt by which to pay it: the last one as long as it can be paid, else a new one.

    Units whose hold was lost are held again first, so that nobody pays for what is sold to somebody else. An order that
    was paid answers with the attempt that did it. Raises `OrderNoLongerPayable`, `PaymentMethodNotOffered` or
    `OutOfStock`; then nothing has changed.
    """
    order, payments, short = work.payments.lock_to_settle(order_id)
    last = payments[-1] if payments else None
    if order.status is OrderStatus.CANCELLED:
        raise OrderNoLongerPayable(order.id)
    if order.status is not OrderStatus.PENDING_PAYMENT:
        return Placed(order, next((payment for payment in payments if payment.paid), last))
    if order.expires_at is None or order.expires_at <= work.now:
        raise OrderNoLongerPayable(order.id)
    if last is not None and last.status is not PaymentStatus.CANCELED:
        return Placed(order, last)
    hold_again(work, order, short)
    provider = last.provider if last else placing.provider(PaymentMethod.CARD)
    return Placed(order, placing.attempt(work, order, provider, last.attempt + 1 if last else 1))
