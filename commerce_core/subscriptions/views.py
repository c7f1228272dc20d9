"""What operators see of webhooks out."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.page import CursorPage, Page, PageRequest
from commerce_core.subscriptions.model import DeliveryStatus, SubscriptionStatus


@frozen
class SubscriptionView:
    """An endpoint and how it does. Its secret is shown once, when it is made, and never here.

    Without `event_types` it is told of everything. While `old_secret_until` has not come, both secrets sign. `failures`
    are those in a row; nothing is sent to it before `rests_until`. `resending_from` is how far a resend has come.
    """

    id: UUID
    url: str
    description: str
    event_types: tuple[str, ...] = field(converter=tuple)
    status: SubscriptionStatus = field(converter=SubscriptionStatus)
    old_secret_until: datetime | None
    failures: int
    failing_since: datetime | None
    rests_until: datetime | None
    resending_from: datetime | None
    pending: int
    dead: int
    version: int
    created_at: datetime
    updated_at: datetime


@frozen
class SecretView:
    """A subscription and its secret, for the only time. While it is rotated, the old one signs as well."""

    secret: str = field(repr=False)
    subscription: SubscriptionView


@frozen
class EventTypeView:
    """Something that can be subscribed to: the version of its data, and what kind of thing it happens to."""

    type: str
    version: int
    aggregate: str


@frozen
class AggregateView:
    """What an event happened to."""

    type: str
    id: UUID


@frozen
class DeliveryView:
    """One event for one endpoint, and what became of it. `event_id` is what the endpoint knows it by.

    `sequence` counts the events of one aggregate. `answer` is the beginning of what the endpoint said last.
    """

    event_id: UUID
    type: str
    version: int
    aggregate: AggregateView
    sequence: int
    occurred_at: datetime
    data: dict[str, object]
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime
    answered_status: int | None
    answer: str | None
    error: str | None
    created_at: datetime
    delivered_at: datetime | None


class SubscriptionReader(Protocol):
    """Reads for operators."""

    def page(self, page: PageRequest) -> Page[SubscriptionView]:
        """Subscriptions, the newest first, without those that are deleted."""
        ...

    def subscription(self, subscription_id: UUID) -> SubscriptionView | None:
        """One of them."""
        ...

    def deliveries(
        self, subscription_id: UUID, status: DeliveryStatus | None, before: UUID | None, page: PageRequest
    ) -> CursorPage[DeliveryView]:
        """Its deliveries by their events' ids, the newest first; those before an event, where one is given."""
        ...

    def delivery(self, subscription_id: UUID, event_id: UUID) -> DeliveryView | None:
        """One of them."""
        ...
