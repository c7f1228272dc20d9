"""What was told to whom, and what became of it, for operators."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, CursorPage, PageRequest
from commerce_core.subscriptions.deliveries import DeliveryService
from commerce_core.subscriptions.errors import DeliveryNotFound, SubscriptionNotActive, SubscriptionNotFound
from commerce_core.subscriptions.model import DeliveryStatus
from commerce_core.subscriptions.service import SubscriptionService
from commerce_core.subscriptions.views import DeliveryView, SubscriptionView


@frozen
class DeliveryQuery:
    """Which deliveries, and which page of them. `cursor` is the `next_cursor` of the page before."""

    status: DeliveryStatus | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24
    cursor: Annotated[str, Limits(most=100)] | None = None


@frozen
class ResendFrom:
    """The time from which everything that has happened is sent again."""

    since: datetime

    example: ClassVar[dict[str, Any]] = {"since": "2026-11-20T00:00:00Z"}


@frozen
class AdminDeliveries:
    """`/v1/admin/subscriptions/{subscription_id}/deliveries`."""

    deliveries: DeliveryService

    @operation(
        "List deliveries",
        answers={200: CursorPage[DeliveryView]},
        refusals=(SubscriptionNotFound,),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_READ,
    )
    def on_get(self, actor: Actor, subscription_id: UUID, query: DeliveryQuery) -> Answer:
        """The newest event first, each with what the endpoint said last."""
        page = PageRequest(query.page, query.per_page)
        return Answer(self.deliveries.list_all(actor, subscription_id, query.status, page, query.cursor))


@frozen
class AdminDelivery:
    """`/v1/admin/subscriptions/{subscription_id}/deliveries/{event_id}`."""

    deliveries: DeliveryService

    @operation(
        "Read a delivery",
        answers={200: DeliveryView},
        refusals=(DeliveryNotFound,),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_READ,
    )
    def on_get(self, actor: Actor, subscription_id: UUID, event_id: UUID) -> Answer:
        """What is sent, and how that went."""
        return Answer(self.deliveries.find(actor, subscription_id, event_id))


@frozen
class AdminDeliveryRetry:
    """`/v1/admin/subscriptions/{subscription_id}/deliveries/{event_id}/retry`."""

    deliveries: DeliveryService

    @operation(
        "Send an event again",
        answers={204: None},
        refusals=(SubscriptionNotFound, SubscriptionNotActive, DeliveryNotFound),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, subscription_id: UUID, event_id: UUID) -> Answer:
        """Now, whatever became of it, and under the same id."""
        self.deliveries.retry(actor, subscription_id, event_id)
        return Answer.nothing()


@frozen
class AdminResend:
    """`/v1/admin/subscriptions/{subscription_id}/resend`."""

    deliveries: DeliveryService
    subscriptions: SubscriptionService

    @operation(
        "Send everything again from a date",
        answers={202: SubscriptionView},
        refusals=(SubscriptionNotFound, SubscriptionNotActive),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, subscription_id: UUID, body: ResendFrom) -> Answer:
        """As far back as events are kept, under the same ids, also what was never sent. The worker does it in parts."""
        self.deliveries.resend(actor, subscription_id, body.since)
        return Answer(self.subscriptions.find(actor, subscription_id), 202)


@frozen
class AdminTestDelivery:
    """`/v1/admin/subscriptions/{subscription_id}/test`."""

    deliveries: DeliveryService

    @operation(
        "Send a test event",
        answers={201: DeliveryView},
        refusals=(SubscriptionNotFound, SubscriptionNotActive),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, subscription_id: UUID) -> Answer:
        """An event that says nothing, sent within seconds; read the delivery to see what came of it."""
        made = self.deliveries.test(actor, subscription_id)
        return Answer.created(made, f"/v1/admin/subscriptions/{subscription_id}/deliveries/{made.event_id}")
