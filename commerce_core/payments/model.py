"""What a payment is, what may go back of it, and what a person has to look at."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from attrs import Factory, evolve, field, frozen

from commerce_core.kernel.money import Money, total
from commerce_core.orders.model import Order
from commerce_core.payments.errors import PaymentUnknown
from commerce_core.payments.provider import (
    DisputeStatus,
    Intent,
    IntentStatus,
    ProviderDispute,
    ProviderRefund,
    ProviderRefundStatus,
)

PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)


class PaymentStatus(StrEnum):
    """How one attempt to be paid stands."""

    CREATED = "created"  # Written before the provider was asked.
    PENDING = "pending"  # The provider knows; the buyer has not paid.
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    MISMATCHED = "mismatched"  # Paid, but not what was asked: a person decides.


_FOLLOWS = {
    IntentStatus.REQUIRES_PAYMENT_METHOD: PaymentStatus.PENDING,
    IntentStatus.REQUIRES_CONFIRMATION: PaymentStatus.PENDING,
    IntentStatus.REQUIRES_ACTION: PaymentStatus.PENDING,
    IntentStatus.PROCESSING: PaymentStatus.PROCESSING,
    IntentStatus.REQUIRES_CAPTURE: PaymentStatus.PROCESSING,
    IntentStatus.SUCCEEDED: PaymentStatus.SUCCEEDED,
    IntentStatus.CANCELED: PaymentStatus.CANCELED,
}


class RefundStatus(StrEnum):
    """How giving money back stands."""

    CREATED = "created"  # Written before the provider was asked.
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # The money is with the shop again, or never left it.
    CANCELED = "canceled"


class RefundReason(StrEnum):
    """Why money goes back."""

    PAID_TOO_LATE = "paid_too_late"  # The order no longer waited for it.
    PAID_TWICE = "paid_twice"  # The order was paid already.
    OUT_OF_STOCK = "out_of_stock"  # What was paid for is sold to somebody else.
    MADE_ELSEWHERE = "made_elsewhere"  # Somebody made it in the provider's dashboard.
    REQUESTED = "requested"  # The buyer asked for it.
    RETURNED = "returned"  # The goods came back.
    CANCELLED = "cancelled"  # The paid order was cancelled before it was sent.
    UNAVAILABLE = "unavailable"  # The shop cannot send what it sold.
    DAMAGED = "damaged"  # It arrived broken, or not as described.
    NOT_DELIVERED = "not_delivered"
    DUPLICATE = "duplicate"  # Ordered twice by mistake.
    FRAUDULENT = "fraudulent"  # Whoever paid was not the owner of the money.
    GOODWILL = "goodwill"
    OTHER = "other"


# What people may say; the others are the shop's own, and say how money came that was no sale.
BY_HAND = frozenset(RefundReason) - {
    RefundReason.PAID_TOO_LATE,
    RefundReason.PAID_TWICE,
    RefundReason.OUT_OF_STOCK,
    RefundReason.MADE_ELSEWHERE,
}


# A refund only ever moves on in this order; one that has succeeded may fail weeks later.
_PLACE = {
    RefundStatus.CREATED: 0,
    RefundStatus.PENDING: 1,
    RefundStatus.SUCCEEDED: 2,
    RefundStatus.FAILED: 3,
    RefundStatus.CANCELED: 3,
}
_REFUND_FOLLOWS = {
    ProviderRefundStatus.PENDING: RefundStatus.PENDING,
    ProviderRefundStatus.REQUIRES_ACTION: RefundStatus.PENDING,
    ProviderRefundStatus.SUCCEEDED: RefundStatus.SUCCEEDED,
    ProviderRefundStatus.FAILED: RefundStatus.FAILED,
    ProviderRefundStatus.CANCELED: RefundStatus.CANCELED,
}


@frozen
class Refund:
    """Some of a payment that goes back. Its id is its idempotency key: the provider makes one refund of it, ever."""

    id: RefundId
    order_id: UUID
    payment_id: PaymentId
    amount: Money
    reason: RefundReason
    status: RefundStatus
    created_at: datetime
    provider_refund_id: str | None = None
    failure: str | None = None
    note: str = ""  # for the operators; known where the refund is made, not where it is followed

    @property
    def failed(self) -> bool:
        """Whether nothing came of it: the money is still, or again, the shop's."""
        return self.status in {RefundStatus.FAILED, RefundStatus.CANCELED}

    @property
    def accepted(self) -> bool:
        """Whether the money has gone back, or the provider is about it."""
        return self.status in {RefundStatus.PENDING, RefundStatus.SUCCEEDED}

    def follow(self, told: ProviderRefund) -> Self:
        """What this refund is once the provider is believed. Old news changes nothing."""
        status = _REFUND_FOLLOWS[told.status]
        if _PLACE[status] < _PLACE[self.status] or self.failed:
            status = self.status
        return evolve(self, status=status, provider_refund_id=told.id, failure=told.failure or self.failure)

    def refused(self, reason: str) -> Self:
        """The refund that the provider refused to make."""
        return evolve(self, status=RefundStatus.FAILED, failure=reason)


@frozen
class Dispute:
    """What a buyer's bank wants back, as the provider told it at `told_at`."""

    id: UUID
    provider_dispute_id: str
    status: DisputeStatus
    reason: str
    amount: Money
    due_by: datetime | None
    told_at: datetime

    def follow(self, told: ProviderDispute, at: datetime) -> Self:
        """What this dispute is after these news. Old ones change nothing, and what is closed stays closed."""
        if at < self.told_at or (self.status.closed and not told.status.closed):
            return self
        return evolve(self, status=told.status, reason=told.reason, amount=told.amount, due_by=told.due_by, told_at=at)


@frozen
class Payment:
    """One attempt to be paid, as we know it. `captured` is what the buyer has really paid, in its currency."""

    id: PaymentId
    order_id: UUID
    attempt: int
    provider: str
    idempotency_key: str
    amount: Money
    status: PaymentStatus
    created_at: datetime
    intent_id: str | None = None
    failure: str | None = None
    captured: Money = field(default=Factory(lambda self: Money.zero(self.amount.currency), takes_self=True))
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @classmethod
    def attempted(
        cls, order_id: UUID, provider: str, amount: Money, attempt: int, *, payment_id: PaymentId, at: datetime
    ) -> Self:
        """A new attempt. Its key at the provider holds the attempt, because a provider replays even failures by key."""
        key = f"order-{order_id}-payment-{attempt}"
        return cls(payment_id, order_id, attempt, provider, key, amount, PaymentStatus.CREATED, at)

    @property
    def ended(self) -> bool:
        """Whether this attempt can no longer be paid."""
        return self.paid or self.status is PaymentStatus.CANCELED

    @property
    def paid(self) -> bool:
        """Whether money was taken, the right amount or not."""
        return self.status in {PaymentStatus.SUCCEEDED, PaymentStatus.MISMATCHED}

    @property
    def refundable(self) -> Money:
        """What may still go back: what was captured without what has gone back or is planned to."""
        return self.captured - total([r.amount for r in self.refunds if not r.failed], self.amount.currency)

    @property
    def returned(self) -> Money:
        """What has gone back, or is on its way."""
        return total([r.amount for r in self.refunds if r.accepted], self.amount.currency)

    def follow(self, intent: Intent) -> Self:
        """What this attempt is once the provider's intent is believed.

        Nothing undoes a success. A success undoes even a cancellation, because the money is there; one over another
        amount or currency than was asked is MISMATCHED.
        """
        if intent.status is IntentStatus.SUCCEEDED and not self.paid:
            status = PaymentStatus.SUCCEEDED if intent.received == self.amount else PaymentStatus.MISMATCHED
            ours = intent.received.currency == self.amount.currency
            captured = intent.received if ours else Money.zero(self.amount.currency)
            return evolve(self, intent_id=intent.id, status=status, captured=captured, failure=None)
        if self.ended:
            return self
        status = _FOLLOWS[intent.status]
        if status is PaymentStatus.PENDING and intent.failure:
            status = PaymentStatus.FAILED
        return evolve(self, intent_id=intent.id, status=status, failure=intent.failure)

    def abandoned(self, reason: str) -> Self:
        """The attempt that the provider refuses: there is no intent, and there will be none."""
        return evolve(self, status=PaymentStatus.CANCELED, failure=reason)

    def received(self) -> Self:
        """The attempt whose money somebody has seen arrive."""
        return evolve(self, status=PaymentStatus.SUCCEEDED, captured=self.amount)

    def refund_known_as(self, told: ProviderRefund) -> Refund | None:
        """The one of our refunds that the provider tells of: by its own id, or by ours that it carries."""
        by_id = (r for r in self.refunds if r.provider_refund_id == told.id or r.id == told.refund_id)
        return next(by_id, None)

    def with_refund(self, refund: Refund) -> Self:
        """The same with a refund that is new or has changed."""
        others = tuple(known for known in self.refunds if known.id != refund.id)
        return evolve(self, refunds=(*others, refund))


def payment_for(intent: Intent, provider: str, payments: Iterable[Payment]) -> Payment:
    """The attempt this intent belongs to: by its id, or the one whose answer from the provider we never recorded.

    Raises `PaymentUnknown`.
    """
    ours = [payment for payment in payments if payment.provider == provider]
    for payment in ours:
        if payment.intent_id == intent.id:
            return payment
    for payment in sorted(ours, key=lambda payment: payment.ended):
        if payment.intent_id is None and payment.amount == intent.amount:
            return payment
    raise PaymentUnknown(intent.id)


def replaced(payments: Iterable[Payment], changed: Payment) -> tuple[Payment, ...]:
    """The attempts of an order once one has changed."""
    return tuple(changed if payment.id == changed.id else payment for payment in payments)


def reckoned(order: Order, payments: Sequence[Payment]) -> Order:
    """The order once its books are added up: what it keeps of its money decides how far it is refunded.

    What goes back of more money than the order asked for is no refund of the order.
    """
    currency = order.total.currency
    captured = total([payment.captured for payment in payments], currency)
    kept = captured - total([payment.returned for payment in payments], currency)
    due = min(captured, order.total)
    return order.refunded(max(due - kept, Money.zero(currency)), due) if due else order


class CaseKind(StrEnum):
    """What may be wrong with money so that a person has to look."""

    AMOUNT_DIFFERS = "amount_differs"  # Paid, but not the amount or currency that was asked.
    PAID_WITHOUT_ORDER = "paid_without_order"  # Paid for an order, or an attempt of one, that is not in our books.
    ORDER_WITHOUT_PAYMENT = "order_without_payment"  # Paid in our books, and not in the provider's.
    REFUND_FAILED = "refund_failed"  # Promised to the buyer, and not given.
    REFUND_MADE_ELSEWHERE = "refund_made_elsewhere"  # Given at the provider; what becomes of the goods nobody has said.


class CaseStatus(StrEnum):
    """Whether somebody has looked."""

    OPEN = "open"
    RESOLVED = "resolved"


@frozen
class PaymentCase:
    """Something about money that a person has to look at. `subject` is the provider's id of what it is about."""

    kind: CaseKind
    provider: str
    subject: str
    order_id: UUID | None
    expected: Money | None = None
    received: Money | None = None
    detail: str = ""
