"""What follows from a refund that is planned, accepted or failed, inside the transaction that learns of it."""

from collections.abc import Sequence

from commerce_core.access.model import SYSTEM, Actor
from commerce_core.emails.model import OrderRefunded, QueuedMail
from commerce_core.kernel.ids import NewId
from commerce_core.orders.goods import tell_of_goods
from commerce_core.orders.model import Order
from commerce_core.payments.events import RefundFailed, RefundMade, RefundSucceeded
from commerce_core.payments.model import (
    BY_HAND,
    CaseKind,
    Payment,
    PaymentCase,
    PaymentId,
    Refund,
    RefundReason,
    RefundStatus,
    reckoned,
)
from commerce_core.payments.ports import PaymentWork


def record(
    work: PaymentWork, order: Order, payments: Sequence[Payment], before: Refund, after: Refund, new_id: NewId
) -> None:
    """Write what has become of a refund, and what follows: the order's state, stock, mail, event, perhaps a case.

    Units come back on the shelf once the provider has accepted: a refund that is refused moves no goods, and one that
    fails after all takes none away again.
    """
    work.refunds.save(after)
    failed = after.failed and not before.failed
    accepted = after.accepted and not before.accepted
    current = work.orders.find(order.id) if failed else order  # Its units are no longer refunded.
    write_order(work, current, reckoned(current, payments).following_goods() if failed else reckoned(order, payments))
    if accepted:
        work.outbox.append(RefundMade(order.id, after.id))
        if after.reason is not RefundReason.MADE_ELSEWHERE:  # Whoever made it there speaks with the buyer.
            work.emails.queue(_mail(order, after))
        if after.reason in BY_HAND and (returned := work.refunds.count_restocked(order.id)):
            work.stock.take_back(order.id, returned)
    if after.status is RefundStatus.SUCCEEDED is not before.status:
        work.outbox.append(RefundSucceeded(order.id, after.id))
    if failed:
        work.outbox.append(RefundFailed(order.id, after.id))
        work.payment_cases.open(new_id(), _failed(_provider(payments, after.payment_id), after))


def count_goods(work: PaymentWork, order: Order, actor: Actor) -> None:
    """Write what has become of an order whose units are refunded from now on: they are not sent any more."""
    current = work.orders.find(order.id)
    write_order(work, current, current.following_goods(), actor)


def write_order(work: PaymentWork, before: Order, after: Order, actor: Actor = SYSTEM) -> None:
    """Write the order if it has changed, and tell of its goods."""
    if after is not before:
        work.orders.save(before, after, actor)
        tell_of_goods(work, before, after)


def _provider(payments: Sequence[Payment], payment_id: PaymentId) -> str:
    return next(payment.provider for payment in payments if payment.id == payment_id)


def _failed(provider: str, refund: Refund) -> PaymentCase:
    """The case of a refund that came to nothing, under the provider's id, or ours if it never had one."""
    return PaymentCase(
        CaseKind.REFUND_FAILED, provider, refund.provider_refund_id or str(refund.id), refund.order_id,
        expected=refund.amount, detail=refund.failure or "",
    )  # fmt: skip


def _mail(order: Order, refund: Refund) -> QueuedMail:
    address = order.buyer.shipping_address
    mail = OrderRefunded(
        order_number=order.reference,
        customer_name=address.name if address else "",
        amount=refund.amount,
        reason="by_hand" if refund.reason in BY_HAND else refund.reason.value,
    )
    return QueuedMail(f"{mail.template}:{refund.id}:0", order.buyer.email, order.buyer.locale, mail)
