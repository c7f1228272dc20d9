"""What the shop asks of a payment provider and of the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.model import Actor
from commerce_core.access.ports import AuditLog
from commerce_core.discounts.ports import Discounts
from commerce_core.emails.ports import EmailQueue
from commerce_core.inbox.ports import Inbox
from commerce_core.inventory.model import Quantities
from commerce_core.inventory.ports import Stock
from commerce_core.kernel.transaction import Work
from commerce_core.orders.model import Order, OrderId
from commerce_core.orders.ports import Orders
from commerce_core.outbox.ports import Outbox
from commerce_core.payments.model import CaseStatus, Dispute, Payment, PaymentCase, PaymentStatus, Refund, RefundId
from commerce_core.payments.parts import RefundPart, SoldPart
from commerce_core.payments.provider import (
    Intent,
    IntentRequest,
    ProviderEvent,
    ProviderPage,
    ProviderRefund,
    RefundRequest,
)


class PaymentGateway(Protocol):
    """A payment provider.

    Every call has a timeout and none is made while a transaction is open. All raise `GatewayUnavailable` when nothing
    is known about the outcome, `GatewayRefused` when the provider said no.
    """

    @property
    def name(self) -> str:
        """The provider's name in our tables: `stripe`, `manual`."""
        ...

    @property
    def publishable_key(self) -> str | None:
        """What a browser needs to talk to the provider, if it talks to it at all."""
        ...

    def create_intent(self, request: IntentRequest) -> Intent:
        """Ask for a payment. Asking again with the same idempotency key returns the same intent."""
        ...

    def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as the provider sees it now."""
        ...

    def cancel_intent(self, intent_id: str) -> Intent:
        """Make sure it can no longer be paid, or find out that it already was: the answer's status tells."""
        ...

    def create_refund(self, request: RefundRequest) -> ProviderRefund:
        """Give money back. However often and however late it is asked again, it stays the same refund.

        Raises `GatewayRefused` when the intent was not paid or less than that is left of it.
        """
        ...

    def retrieve_refund(self, refund_id: str) -> ProviderRefund:
        """The refund as the provider sees it now, by the provider's id."""
        ...

    def list_intents(self, since: datetime, cursor: str | None = None) -> ProviderPage[Intent]:
        """Intents made since then, as they stand now, whoever made them. A provider without a list has none."""
        ...

    def list_refunds(self, since: datetime, cursor: str | None = None) -> ProviderPage[ProviderRefund]:
        """Refunds made since then, as they stand now, whoever made them. A provider without a list has none."""
        ...

    def verify_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """Check the signature on the raw body and decode it. Raises `InvalidSignature`; touches no network."""
        ...

    def read_event(self, body: bytes) -> ProviderEvent:
        """Decode a message whose signature was checked when it came in. Raises `MalformedEvent`."""
        ...


class Payments(Protocol):
    """Attempts to be paid, inside one transaction."""

    def add(self, payment: Payment) -> None:
        """A new attempt."""
        ...

    def lock_order(self, order_id: OrderId) -> tuple[Order, Sequence[Payment]]:
        """The order, ours until the transaction ends, and its attempts, the first one first. Raises `OrderNotFound`."""
        ...

    def lock_to_settle(self, order_id: OrderId) -> tuple[Order, Sequence[Payment], Mapping[UUID, int]]:
        """The same, and how much of each counted variant has to be held for the order where less is held than it needs.

        Nothing, as long as nobody has ended the order's holds.
        """
        ...

    def find_order(self, order_id: OrderId) -> tuple[Order, Sequence[Payment]]:
        """The same without locking."""
        ...

    def order_of(self, provider: str, intent_id: str) -> OrderId | None:
        """The order whose attempt has this intent."""
        ...

    def save(self, payment: Payment) -> None:
        """What has become of an attempt."""
        ...

    def record_intent(self, payment: Payment, intent: Intent) -> None:
        """What the provider calls this attempt, if nobody has recorded it yet."""
        ...

    def unasked(self, older_than: timedelta, limit: int) -> Sequence[OrderId]:
        """Orders with an attempt whose answer from the provider was never recorded."""
        ...

    def left_open(self, older_than: timedelta, limit: int) -> Sequence[OrderId]:
        """Orders that were cancelled so long ago, with an attempt that could still be paid. None that a bank is at."""
        ...


class Refunds(Protocol):
    """Money that goes back, inside one transaction in which the order is locked."""

    def sold(self, order_id: OrderId) -> Sequence[SoldPart]:
        """The parts of the order as they were sold, the shipping last, and what has gone back of them."""
        ...

    def add(self, refund: Refund, actor: Actor, parts: Sequence[RefundPart] = ()) -> None:
        """A new refund and what it gives back of the sale, counted at once.

        Raises `RefundTooLarge` for more than is left of the payment.
        """
        ...

    def save(self, refund: Refund) -> None:
        """What has become of a refund. One that comes to nothing is no longer counted."""
        ...

    def count_restocked(self, order_id: OrderId) -> Quantities:
        """The units that accepted refunds bring back to the shelf and that are not there yet; from now on they are."""
        ...

    def unasked(self, older_than: timedelta, limit: int) -> Sequence[tuple[OrderId, RefundId]]:
        """Refunds whose answer from the provider was never recorded."""
        ...


class PaymentCases(Protocol):
    """What a person has to look at, inside one transaction."""

    def open(self, case_id: UUID, case: PaymentCase) -> None:
        """Write the case, unless the same thing was found before."""
        ...

    def lock(self, case_id: UUID) -> CaseStatus | None:
        """The case, ours until the transaction ends; None when there is none."""
        ...

    def resolve(self, case_id: UUID, actor: Actor, note: str) -> None:
        """Write down who has looked and what came of it."""
        ...


class Disputes(Protocol):
    """What buyers' banks want back, inside one transaction in which the order is locked."""

    def save(self, payment: Payment, dispute: Dispute) -> None:
        """A new dispute of this payment, or what has become of one."""
        ...


class Books(Protocol):
    """Our books as a comparison reads them, and the mark that it leaves."""

    def compared_up_to(self, provider: str) -> datetime | None:
        """Up to when the books were compared with the provider's; None for never."""
        ...

    def mark_compared(self, provider: str, up_to: datetime) -> None:
        """They were compared up to then. Earlier marks do not undo later ones."""
        ...

    def attempts(self, provider: str, intent_ids: Sequence[str]) -> Mapping[str, PaymentStatus]:
        """How the attempts with these intents stand."""
        ...

    def refunds(self, provider: str, refund_ids: Sequence[str]) -> Mapping[str, str]:
        """The status of the refunds that the provider calls so."""
        ...

    def paid_between(self, provider: str, since: datetime, until: datetime) -> Mapping[str, OrderId]:
        """The intents of attempts made in this time that our books call paid, and their orders."""
        ...

    def open_intents(self, provider: str, before: datetime, limit: int) -> Sequence[str]:
        """The intents of attempts made before, that nothing has come of yet, the oldest first."""
        ...

    def open_refunds(self, provider: str, before: datetime, limit: int) -> Sequence[str]:
        """What the provider calls the refunds made before, that it was still about when we last heard."""
        ...


class PaymentWork(Work, Protocol):
    """What one transaction about a payment touches."""

    @property
    def orders(self) -> Orders:
        """Orders."""
        ...

    @property
    def payments(self) -> Payments:
        """Attempts to be paid."""
        ...

    @property
    def refunds(self) -> Refunds:
        """Money that goes back."""
        ...

    @property
    def payment_cases(self) -> PaymentCases:
        """What a person has to look at."""
        ...

    @property
    def disputes(self) -> Disputes:
        """What banks want back."""
        ...

    @property
    def stock(self) -> Stock:
        """The shelf."""
        ...

    @property
    def discounts(self) -> Discounts:
        """Discounts."""
        ...

    @property
    def emails(self) -> EmailQueue:
        """Mail to send."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What has happened."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What providers told us."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...


class ReconciliationWork(Work, Protocol):
    """What one transaction of a comparison touches."""

    @property
    def books(self) -> Books:
        """Our books."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
