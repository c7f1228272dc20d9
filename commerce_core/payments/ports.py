"""What the shop asks of a payment provider and of the database."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from commerce_core.access.ports import AuditLog
from commerce_core.emails.ports import EmailQueue
from commerce_core.inbox.ports import Inbox
from commerce_core.inventory.ports import Stock
from commerce_core.kernel.transaction import Work
from commerce_core.orders.model import Order, OrderId
from commerce_core.orders.ports import Orders
from commerce_core.outbox.ports import Outbox
from commerce_core.payments.model import Intent, IntentRequest, Payment, ProviderEvent


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

    def find_order(self, order_id: OrderId) -> tuple[Order, Sequence[Payment]]:
        """The same without locking."""
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
    def stock(self) -> Stock:
        """The shelf."""
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
