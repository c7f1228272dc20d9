"""Webhooks out for operators: who is told of what happens here."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.subscriptions.drafts import NewSubscription, SubscriptionChanges
from commerce_core.subscriptions.errors import SubscriptionNotFound, SubscriptionVersionStale, TooManySubscriptions
from commerce_core.subscriptions.service import SubscriptionService
from commerce_core.subscriptions.views import EventTypeView, SecretView, SubscriptionView


@frozen
class SubscriptionQuery:
    """Which page."""

    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class CreateSubscription(NewSubscription):
    """An endpoint to be told, on https. Without `event_types` it is told of all, also of what later releases add."""

    example: ClassVar[dict[str, Any]] = {
        "url": "https://erp.example.com/hooks/shop",
        "description": "Bookkeeping",
        "event_types": ["order_paid", "refund_made"],
    }


@frozen
class ChangeSubscription(SubscriptionChanges):
    """What is to be different. `enabled` false keeps what waits; true sends it, also to an endpoint that was gone."""

    example: ClassVar[dict[str, Any]] = {"event_types": ["order_paid", "order_cancelled"]}


@frozen
class EventTypes:
    """Everything that can be subscribed to."""

    items: tuple[EventTypeView, ...]


@frozen
class AdminSubscriptions:
    """`/v1/admin/subscriptions`."""

    subscriptions: SubscriptionService

    @operation(
        "List subscriptions",
        answers={200: Page[SubscriptionView]},
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_READ,
    )
    def on_get(self, actor: Actor, query: SubscriptionQuery) -> Answer:
        """The newest first, with how each has answered lately and what waits for it."""
        return Answer(self.subscriptions.list_all(actor, PageRequest(query.page, query.per_page)))

    @operation(
        "Create a subscription",
        answers={201: SecretView},
        refusals=(TooManySubscriptions,),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateSubscription) -> Answer:
        """It is told of what happens from now on. The secret in the answer is shown this once."""
        made = self.subscriptions.create(actor, body)
        where = f"/v1/admin/subscriptions/{made.subscription.id}"
        return Answer.created(made, where).at_version(made.subscription.version)


@frozen
class AdminEventTypes:
    """`/v1/admin/subscriptions/event-types`."""

    subscriptions: SubscriptionService

    @operation(
        "List what can be subscribed to",
        answers={200: EventTypes},
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_READ,
    )
    def on_get(self, actor: Actor) -> Answer:
        """With the version of each event's data, and what kind of thing it happens to."""
        return Answer(EventTypes(self.subscriptions.event_types(actor)))


@frozen
class AdminSubscription:
    """`/v1/admin/subscriptions/{subscription_id}`."""

    subscriptions: SubscriptionService

    @operation(
        "Read a subscription",
        answers={200: SubscriptionView},
        refusals=(SubscriptionNotFound,),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_READ,
    )
    def on_get(self, actor: Actor, subscription_id: UUID) -> Answer:
        """Without its secret."""
        found = self.subscriptions.find(actor, subscription_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a subscription",
        answers={200: SubscriptionView},
        refusals=(SubscriptionNotFound, SubscriptionVersionStale),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_WRITE,
    )
    def on_patch(self, actor: Actor, subscription_id: UUID, body: ChangeSubscription, if_match: int | None) -> Answer:
        """JSON Merge Patch. At another address, or enabled again, what waits is sent at once."""
        self.subscriptions.change(actor, subscription_id, body, if_match)
        found = self.subscriptions.find(actor, subscription_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Delete a subscription",
        answers={204: None},
        refusals=(SubscriptionNotFound, SubscriptionVersionStale),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_WRITE,
    )
    def on_delete(self, actor: Actor, subscription_id: UUID, if_match: int | None) -> Answer:
        """It is told nothing any more, not even what waits."""
        self.subscriptions.delete(actor, subscription_id, if_match)
        return Answer.nothing()


@frozen
class AdminSubscriptionSecret:
    """`/v1/admin/subscriptions/{subscription_id}/rotate-secret`."""

    subscriptions: SubscriptionService

    @operation(
        "Give a subscription another secret",
        answers={200: SecretView},
        refusals=(SubscriptionNotFound,),
        access=Access.STAFF,
        permission=Permission.SUBSCRIPTIONS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, subscription_id: UUID) -> Answer:
        """Shown this once. For 24 hours the old one signs as well, so that nothing is missed meanwhile."""
        return Answer(self.subscriptions.rotate_secret(actor, subscription_id))
