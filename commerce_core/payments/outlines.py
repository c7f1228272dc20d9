"""A refund on paper: from which payment, how much, and of what. The preview shows it, the plan writes it."""

from collections.abc import Sequence
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.orders.model import Order
from commerce_core.payments.drafts import NewRefund
from commerce_core.payments.errors import NothingToRefund, RefundTooLarge
from commerce_core.payments.model import Payment
from commerce_core.payments.parts import RefundPart, SoldPart, by_amount, by_lines, everything


@frozen
class RefundOutline:
    """What would go back. The parts come to the amount, or to less where money goes back that was no sale."""

    payment: Payment
    amount: Money
    parts: tuple[RefundPart, ...]


def outlined(order: Order, payments: Sequence[Payment], sold: Sequence[SoldPart], wanted: NewRefund) -> RefundOutline:
    """What this wish comes to for this order.

    Raises `InvalidInput` for what is not this order's, `NothingToRefund`, `RefundTooLarge`, `RefundQuantityTooLarge` or
    `RefundShippingTooLarge`.
    """
    currency = order.total.currency
    for pointer, money in (("/amount", wanted.amount), ("/shipping", wanted.shipping)):
        if money is not None and money.currency != currency:
            raise InvalidInput.at(f"{pointer}/currency", "wrong-currency", f"Must be an amount of {currency}.")
    if wanted.amount is not None:
        amount, parts = wanted.amount, of_amount(order, payments, sold, wanted.amount)
    elif order.paid_at is None and wanted.everything:
        amount, parts = _most(order, payments, wanted.payment_id).refundable, ()
    else:
        parts = _of_the_sale(order, sold, wanted)
        amount = Money(sum(part.amount for part in parts), currency)
    payment = _enough(order, payments, amount, wanted.payment_id)
    return RefundOutline(payment, amount, parts)


def of_amount(
    order: Order, payments: Sequence[Payment], sold: Sequence[SoldPart], amount: Money
) -> tuple[RefundPart, ...]:
    """What an amount gives back of the sale: nothing where there was none, and money beside the sale goes first."""
    if order.paid_at is None:
        return ()
    there = sum(payment.refundable.amount for payment in payments)
    beside = max(there - sum(part.amount_left for part in sold), 0)
    return by_amount(sold, max(amount.amount - beside, 0))


def _of_the_sale(order: Order, sold: Sequence[SoldPart], wanted: NewRefund) -> tuple[RefundPart, ...]:
    if order.paid_at is None:
        raise NothingToRefund(order.id)
    if wanted.everything:
        return everything(sold, restock=wanted.restock)
    known = {part.item_id for part in sold if part.item_id}
    for place, item in enumerate(wanted.items):
        if item.item_id not in known:
            raise InvalidInput.at(f"/items/{place}/item_id", "unknown-item", "Is not a line of this order.")
    units = {
        item.item_id: (item.quantity, wanted.restock if item.restock is None else item.restock) for item in wanted.items
    }
    return by_lines(sold, units, wanted.shipping.amount if wanted.shipping else 0)


def _enough(order: Order, payments: Sequence[Payment], amount: Money, payment_id: UUID | None) -> Payment:
    """The first payment that has so much left."""
    most = _most(order, payments, payment_id)
    if not amount:
        raise NothingToRefund(order.id)
    if amount.amount > most.refundable.amount:
        raise RefundTooLarge(most.id, amount)
    return next(p for p in _asked(payments, payment_id) if p.refundable.amount >= amount.amount)


def _most(order: Order, payments: Sequence[Payment], payment_id: UUID | None) -> Payment:
    """The payment that has most left."""
    asked = _asked(payments, payment_id)
    if not asked and payment_id:
        raise InvalidInput.at("/payment_id", "unknown-payment", "Is not a payment of this order.")
    most = max(asked, key=lambda payment: payment.refundable.amount, default=None)
    if most is None or not most.refundable:
        raise NothingToRefund(order.id)
    return most


def _asked(payments: Sequence[Payment], payment_id: UUID | None) -> list[Payment]:
    return [payment for payment in payments if payment_id in {None, payment.id}]
