"""What a payment is, and which intent states end it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.kernel.money import Money
from commerce_core.payments.errors import PaidTooLate, PaymentMismatch, PaymentUnknown

PaymentId = NewType("PaymentId", UUID)


class IntentStatus(StrEnum):
    """The states of a provider's payment intent, in Stripe's words.

    Source: https://docs.stripe.com/payments/paymentintents/lifecycle
    """

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


FINAL = frozenset({IntentStatus.SUCCEEDED, IntentStatus.CANCELED})


class PaymentStatus(StrEnum):
    """How one attempt to be paid stands."""

    CREATED = "created"  # Written before the provider was asked.
    PENDING = "pending"  # The provider knows; the buyer has not paid.
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@frozen
class IntentRequest:
    """What the shop asks of a provider. The same `idempotency_key` always means the same intent."""

    order_id: UUID
    order_number: int
    amount: Money
    email: str
    idempotency_key: str


@frozen
class Intent:
    """A provider's payment intent as it stands now.

    `order_id` is what our metadata on it says, None when it is not ours. `received` is what the buyer has really paid.
    `client_secret` lets a browser pay this intent: it is handed to the buyer, never stored, never logged.
    """

    id: str
    status: IntentStatus
    amount: Money
    received: Money
    order_id: UUID | None
    client_secret: str | None = field(default=None, repr=False)
    failure: str | None = None


@frozen
class ProviderEvent:
    """A provider's authentic message: verified, not yet believed in its details."""

    provider: str
    id: str
    type: str
    created: datetime
    payload: bytes = field(repr=False)
    intent: Intent | None  # The intent it is about, as the event shows it; None for everything else.


_FOLLOWS = {
    IntentStatus.REQUIRES_PAYMENT_METHOD: PaymentStatus.PENDING,
    IntentStatus.REQUIRES_CONFIRMATION: PaymentStatus.PENDING,
    IntentStatus.REQUIRES_ACTION: PaymentStatus.PENDING,
    IntentStatus.PROCESSING: PaymentStatus.PROCESSING,
    IntentStatus.REQUIRES_CAPTURE: PaymentStatus.PROCESSING,
    IntentStatus.SUCCEEDED: PaymentStatus.SUCCEEDED,
    IntentStatus.CANCELED: PaymentStatus.CANCELED,
}


@frozen
class Payment:
    """One attempt to be paid, as we know it."""

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

    @classmethod
    def attempted(
        cls, order_id: UUID, provider: str, amount: Money, attempt: int, *, payment_id: PaymentId, at: datetime
    ) -> Self:
        """A new attempt. Its key at the provider holds the attempt, because a provider replays even failures by key."""
        key = f"order-{order_id}-payment-{attempt}"
        return cls(payment_id, order_id, attempt, provider, key, amount, PaymentStatus.CREATED, at)

    @property
    def ended(self) -> bool:
        """Whether this attempt can no longer change."""
        return self.status in {PaymentStatus.SUCCEEDED, PaymentStatus.CANCELED}

    def follow(self, intent: Intent) -> Self:
        """What this attempt is once the provider's intent is believed. Nothing undoes a success.

        Raises `PaymentMismatch` when the buyer paid another amount or currency than was asked, `PaidTooLate` when we
        had taken the attempt for cancelled.
        """
        if self.status is PaymentStatus.CANCELED and intent.status is IntentStatus.SUCCEEDED:
            raise PaidTooLate(intent.id, self.status.value)
        if self.ended:
            return self
        status = _FOLLOWS[intent.status]
        if status is PaymentStatus.SUCCEEDED and intent.received != self.amount:
            raise PaymentMismatch(intent.id, str(self.amount), str(intent.received))
        if status is PaymentStatus.PENDING and intent.failure:
            status = PaymentStatus.FAILED
        return evolve(self, intent_id=intent.id, status=status, failure=intent.failure)

    def abandoned(self, reason: str) -> Self:
        """The attempt that the provider refused to make: there is no intent, and there will be none."""
        return evolve(self, status=PaymentStatus.CANCELED, failure=reason)


def payment_for(intent: Intent, provider: str, payments: Iterable[Payment]) -> Payment:
    """The attempt this intent belongs to: by its id, or the one whose answer from the provider we never recorded.

    Raises `PaymentUnknown`.
    """
    ours = [payment for payment in payments if payment.provider == provider]
    for payment in ours:
        if payment.intent_id == intent.id:
            return payment
    for payment in ours:
        if payment.intent_id is None and payment.amount == intent.amount:
            return payment
    raise PaymentUnknown(intent.id)
