"""What follows from money that has arrived, inside the transaction that learns of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from commerce_core.access.model import SYSTEM, Actor
from commerce_core.inventory.errors import OutOfStock, Shortage
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import Money
from commerce_core.orders.events import OrderCancelled, OrderPaid
from commerce_core.orders.model import Hand, Order, OrderStatus
from commerce_core.payments.events import RefundPlanned
from commerce_core.payments.model import (
    CaseKind,
    Payment,
    PaymentCase,
    Refund,
    RefundId,
    RefundReason,
    RefundStatus,
    reckoned,
)
from commerce_core.payments.parts import RefundPart
from commerce_core.payments.ports import PaymentWork
from commerce_core.payments.provider import Intent

_A_MOMENT = timedelta(minutes=5)  # for units that are held only to be sold in the same transaction


def settle(work: PaymentWork, order: Order, actor: Actor) -> Order:
    """The one way an order becomes PAID: its stock is sold, its buyer thanked, the event written."""
    paid = order.paid(work.now)
    work.orders.save(order, paid, actor)
    work.stock.sell(order.id)
    work.emails.queue(paid.confirmation())
    work.outbox.append(OrderPaid(order.id))
    return paid


def take(
    work: PaymentWork,
    order: Order,
    payments: Sequence[Payment],
    paid: Payment,
    short: Mapping[UUID, int],
    new_id: NewId,
) -> Order:
    """Take the money of an attempt that was just paid. It ends in the order, or goes back once.

    An order that still waits becomes PAID; units whose hold was lost are held again first. When they are gone, it is
    cancelled and the money goes back; so does what comes for an order that no longer waits.
    """
    if order.status is not OrderStatus.PENDING_PAYMENT:
        late = order.status is OrderStatus.CANCELLED
        return _give_back(
            work, order, payments, paid, RefundReason.PAID_TOO_LATE if late else RefundReason.PAID_TWICE, new_id
        )
    try:
        hold_again(work, order, short)
    except OutOfStock:
        cancelled = order.cancelled(Hand.PAYMENT)
        work.orders.save(order, cancelled, SYSTEM, "sold out before it was paid")
        work.stock.give_back(order.id)
        work.discounts.give_back(order.id)
        work.outbox.append(OrderCancelled(order.id))
        return _give_back(work, cancelled, payments, paid, RefundReason.OUT_OF_STOCK, new_id)
    return settle(work, order, SYSTEM)


def hold_again(work: PaymentWork, order: Order, short: Mapping[UUID, int]) -> None:
    """Hold what the order needs and no longer holds. Raises `OutOfStock`; then none of it is held."""
    if short:
        if order.cart_id is None:  # Forgotten since, and a hold is a cart's.
            raise OutOfStock.of(tuple(Shortage(variant_id, needed, 0) for variant_id, needed in short.items()))
        # The whole order first: what it still holds is sold or given back next, and locks are taken in one order.
        work.stock.lock_all([line.variant_id for line in order.lines if line.variant_id is not None])
        work.stock.hold_for_order(order.cart_id, order.id, short, work.now + _A_MOMENT)


def _give_back(
    work: PaymentWork, order: Order, payments: Sequence[Payment], paid: Payment, reason: RefundReason, new_id: NewId
) -> Order:
    plan_refund(work, paid, paid.refundable, reason, SYSTEM, new_id)
    after = reckoned(order, payments)
    if after is not order:
        work.orders.save(order, after, SYSTEM)
    return after


def plan_refund(
    work: PaymentWork, payment: Payment, amount: Money, reason: RefundReason, actor: Actor, new_id: NewId,
    parts: Sequence[RefundPart] = (), note: str = "",
) -> Refund:  # fmt: skip
    """Decide that money goes back: it counts from now on, and the worker asks the provider for it after the commit.

    `parts` are what it gives back of the sale. For use cases that hold the order's lock, whatever else they write about
    it. Raises `RefundTooLarge`.
    """
    refund = Refund(
        RefundId(new_id()), payment.order_id, payment.id, amount, reason, RefundStatus.CREATED, work.now, note=note
    )
    work.refunds.add(refund, actor, parts)
    work.outbox.append(RefundPlanned(refund.order_id, refund.id))
    return refund


def differing(payment: Payment, intent: Intent) -> PaymentCase:
    """The case of a payment over something else than was asked."""
    return PaymentCase(
        CaseKind.AMOUNT_DIFFERS, payment.provider, intent.id, payment.order_id, payment.amount, intent.received
    )


def unplaced(provider: str, intent: Intent, *, known_order: bool) -> PaymentCase:
    """The case of money for an order, or for an attempt of one, that is not in our books."""
    detail = f"its metadata names the order {intent.order_id}"
    return PaymentCase(
        CaseKind.PAID_WITHOUT_ORDER, provider, intent.id, intent.order_id if known_order else None,
        received=intent.received, detail=detail,
    )  # fmt: skip
