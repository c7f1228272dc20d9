"""What webhooks out ask of the world."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.kernel.transaction import Work
from commerce_core.subscriptions.model import (
    Answer,
    Catalogue,
    ClaimedDelivery,
    DeliveryPolicy,
    DeliveryStatus,
    Health,
    Message,
    Subscription,
)


class Endpoints(Protocol):
    """The other side. Never called while a transaction is open."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a JSON document and tell what came back, within seconds. Raises nothing for what the network does."""
        ...


class Subscriptions(Protocol):
    """The subscriptions, inside one transaction."""

    def count(self) -> int:
        """How many there are, none added by anybody else until the transaction ends."""
        ...

    def add(self, subscription: Subscription) -> None:
        """Write down a new one."""
        ...

    def lock(self, subscription_id: UUID) -> Subscription | None:
        """A subscription, ours until the transaction ends; None when there is none, or it is deleted."""
        ...

    def write(self, subscription: Subscription) -> None:
        """Write what an operator has made of it. Everything but its health."""
        ...

    def write_health(self, subscription_id: UUID, health: Health) -> None:
        """Write how it answers."""
        ...

    def gone(self, subscription_id: UUID) -> None:
        """The endpoint wants nothing any more."""
        ...

    def delete(self, subscription_id: UUID) -> None:
        """Delete it, its secrets and what is asked of it at once, its deliveries when their time has come."""
        ...

    def resend(self, subscription_id: UUID, since: datetime) -> None:
        """Have everything written down again that has happened from then until now; see `Deliveries.resend`."""
        ...


class Deliveries(Protocol):
    """What is to be told to whom, inside one transaction."""

    def relay(self, event_ids: Sequence[UUID], catalogue: Catalogue) -> None:
        """Write down these events of the outbox for every subscription that wants them. Twice does no harm."""
        ...

    def add(self, subscription_id: UUID, message: Message) -> None:
        """Write down one message for one subscription."""
        ...

    def claim(self, policy: DeliveryPolicy, *, troubled: bool) -> ClaimedDelivery | None:
        """Lease one due delivery, of the endpoint whose turn was longest ago; None when there is none.

        `troubled` endpoints are those that failed last. They have a line of their own, so that they hold up nobody.
        """
        ...

    def delivered(self, claim: ClaimedDelivery, answer: Answer) -> None:
        """It was heard. A claim whose lease was lost to a later one changes nothing, here and below."""
        ...

    def failed(self, claim: ClaimedDelivery, answer: Answer, wait: timedelta | None) -> None:
        """It was not heard: due again after `wait`, or dead."""
        ...

    def put_back(self, claim: ClaimedDelivery, answer: Answer) -> None:
        """It waits as it did before, for an endpoint that is told nothing for now."""
        ...

    def give_up(self, subscription_id: UUID, waiting_for: timedelta, limit: int) -> None:
        """What has been due for so long is dead, at most `limit` of it."""
        ...

    def bring_forward(self, subscription_id: UUID) -> None:
        """What waits for another try is due now."""
        ...

    def renew(self, subscription_id: UUID) -> None:
        """What waits is due now, and has all its time before it."""
        ...

    def revive(self, subscription_id: UUID, event_id: UUID) -> DeliveryStatus | None:
        """One delivery is due now, whatever became of it, and has all its time. Where it stood; None: there is none."""
        ...

    def resend(self, catalogue: Catalogue, limit: int) -> int:
        """Write down, again or for the first time, the next events of one resend; how many were looked at."""
        ...

    def prune(self, age: timedelta, limit: int) -> int:
        """Forget what was delivered so long ago, and what belonged to deleted subscriptions; how many."""
        ...


class SubscriptionWork(Work, Protocol):
    """What one transaction about webhooks out touches."""

    @property
    def subscriptions(self) -> Subscriptions:
        """Who is told."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """What they are told."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
