"""What the shop asks of a payment provider and what it hears from one, in Stripe's words."""

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.money import Money

T = TypeVar("T")


class IntentStatus(StrEnum):
    """The states of a provider's payment intent.

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


class ProviderRefundStatus(StrEnum):
    """The states of a provider's refund. None is final for certain: a refund that succeeded may fail weeks later.

    Source: https://docs.stripe.com/refunds
    """

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"  # The buyer has to say where the money shall go.
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # The money is back with the shop.
    CANCELED = "canceled"


class DisputeStatus(StrEnum):
    """The states of a dispute.

    Source: https://docs.stripe.com/disputes/how-disputes-work
    """

    WARNING_NEEDS_RESPONSE = "warning_needs_response"  # An inquiry: the money has not moved.
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    APPEAL_NEEDS_RESPONSE = "appeal_needs_response"
    APPEAL_UNDER_REVIEW = "appeal_under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"

    @property
    def closed(self) -> bool:
        """Whether the bank has spoken, or never will."""
        return self in {self.WARNING_CLOSED, self.WON, self.LOST, self.PREVENTED}


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
class RefundRequest:
    """What the shop asks to have given back of a paid intent. The same `refund_id` always means the same refund."""

    refund_id: UUID
    order_id: UUID
    intent_id: str
    amount: Money

    @property
    def idempotency_key(self) -> str:
        """What tells the provider that it was asked this before."""
        return str(self.refund_id)


@frozen
class ProviderRefund:
    """A provider's refund as it stands now.

    `refund_id` is what our metadata on it says: None for one that somebody made in the provider's dashboard.
    """

    id: str
    status: ProviderRefundStatus
    amount: Money
    intent_id: str | None
    charge_id: str | None
    refund_id: UUID | None
    failure: str | None = None


@frozen
class ProviderDispute:
    """A buyer's bank wants money back, as the provider tells it now. The shop answers by `due_by` or loses it."""

    id: str
    status: DisputeStatus
    amount: Money
    reason: str
    intent_id: str | None
    charge_id: str | None
    due_by: datetime | None


@frozen
class ProviderCharge:
    """Money that one attempt took. `refunded` is what has gone back of it so far, by whomever."""

    id: str
    intent_id: str | None
    refunded: Money


Subject = Intent | ProviderRefund | ProviderDispute | ProviderCharge


@frozen
class ProviderEvent:
    """A provider's authentic message: verified, not yet believed in its details.

    `about` is its subject as it was when the message was written, None for what the shop has no use for.
    """

    provider: str
    id: str
    type: str
    created: datetime
    payload: bytes = field(repr=False)
    about: Subject | None

    @property
    def intent_id(self) -> str | None:
        """The intent it concerns in the end, whatever it is about; None when it does not say."""
        if self.about is None:
            return None
        return self.about.id if isinstance(self.about, Intent) else self.about.intent_id


@frozen
class ProviderPage(Generic[T]):
    """Some of a provider's list, the newest first. Asking again with `cursor` goes on; None means that was all."""

    items: tuple[T, ...]
    cursor: str | None = None
