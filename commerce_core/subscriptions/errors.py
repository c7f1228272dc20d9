"""What can be refused about webhooks out."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion


@frozen
class SubscriptionNotFound(NotFound):
    """There is no such subscription, or not any more."""

    code = "subscription-not-found"
    detail = "There is no subscription {subscription_id}."
    subscription_id: UUID


@frozen
class SubscriptionVersionStale(StaleVersion):
    """Somebody changed the subscription since the caller read it."""

    code = "subscription-version-stale"
    detail = "The subscription is at version {version} by now."
    version: int


@frozen
class SubscriptionNotActive(Conflict):
    """Nothing is sent to it, so there is nothing to try."""

    code = "subscription-not-active"
    detail = "The subscription is {status}. Enable it first."
    status: str


@frozen
class TooManySubscriptions(Conflict):
    """Every event is written down once for each of them, so there is an end to it."""

    code = "too-many-subscriptions"
    detail = "There are {most} subscriptions, which is all there can be."
    most: int


@frozen
class DeliveryNotFound(NotFound):
    """The subscription has no delivery of this event, or not any more."""

    code = "delivery-not-found"
    detail = "There is no delivery of the event {event_id} here."
    event_id: UUID
