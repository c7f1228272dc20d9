"""Who is told, and with which secret."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import Unset, given
from commerce_core.subscriptions.drafts import NewSubscription, Rules, SubscriptionChanges
from commerce_core.subscriptions.errors import SubscriptionNotFound, SubscriptionVersionStale, TooManySubscriptions
from commerce_core.subscriptions.model import (
    MAX_SUBSCRIPTIONS,
    WELL,
    DeliveryPolicy,
    Subscription,
    SubscriptionStatus,
)
from commerce_core.subscriptions.ports import SubscriptionWork
from commerce_core.subscriptions.signature import new_secret, sealed
from commerce_core.subscriptions.views import EventTypeView, SecretView, SubscriptionReader, SubscriptionView


@frozen
class SubscriptionService:
    """Keeps the endpoints that want to hear of what happens here."""

    begin: Begin[SubscriptionWork]
    read: SubscriptionReader
    new_id: NewId
    secret: SecretKey
    rules: Rules
    policy: DeliveryPolicy = field(factory=DeliveryPolicy)

    def event_types(self, actor: Actor) -> tuple[EventTypeView, ...]:
        """What can be subscribed to. Raises `PermissionDenied`."""
        actor.must(Permission.SUBSCRIPTIONS_READ)
        known = sorted(self.rules.catalogue.items())
        return tuple(EventTypeView(name, told.version, told.aggregate) for name, told in known)

    def list_all(self, actor: Actor, page: PageRequest) -> Page[SubscriptionView]:
        """Subscriptions, the newest first. Raises `PermissionDenied`."""
        actor.must(Permission.SUBSCRIPTIONS_READ)
        return self.read.page(page)

    def find(self, actor: Actor, subscription_id: UUID) -> SubscriptionView:
        """One subscription. Raises `PermissionDenied` or `SubscriptionNotFound`."""
        actor.must(Permission.SUBSCRIPTIONS_READ)
        return self._seen(subscription_id)

    def create(self, actor: Actor, new: NewSubscription) -> SecretView:
        """Tell one more endpoint of what happens from now on. Its secret is shown here and never again.

        Raises `PermissionDenied`, `InvalidInput` or `TooManySubscriptions`; then nothing has changed.
        """
        actor.must(Permission.SUBSCRIPTIONS_WRITE)
        wanted, secret, subscription_id = new.checked(self.rules), new_secret(), self.new_id()
        made = Subscription(
            id=subscription_id,
            url=wanted.url,
            description=wanted.description,
            event_types=wanted.event_types,
            status=SubscriptionStatus.ACTIVE,
            secret=sealed(self.secret, subscription_id, secret),
        )
        self._add(actor, made)
        return SecretView(secret, self._seen(subscription_id))

    @retried
    def change(
        self, actor: Actor, subscription_id: UUID, changes: SubscriptionChanges, expected_version: int | None = None
    ) -> None:
        """Change a subscription. At another address, or enabled again, what waits is sent at once.

        Raises `PermissionDenied`, `SubscriptionNotFound`, `SubscriptionVersionStale` or `InvalidInput`; then nothing
        has changed.
        """
        actor.must(Permission.SUBSCRIPTIONS_WRITE)
        with self.begin() as work:
            before = locked(work, subscription_id, expected_version)
            after = self._changed(before, changes)
            if after == before:
                return
            work.subscriptions.write(evolve(after, version=before.version + 1))
            if (after.url, after.status) != (before.url, before.status) and after.status is SubscriptionStatus.ACTIVE:
                work.subscriptions.write_health(subscription_id, WELL)
                work.deliveries.renew(subscription_id)
            was, now = _told(before), _told(after)
            record(work, actor, "changed", subscription_id, {
                name: (was[name], now[name]) for name in now if getattr(before, name) != getattr(after, name)
            })  # fmt: skip

    def rotate_secret(self, actor: Actor, subscription_id: UUID) -> SecretView:
        """Give it another secret, shown here and never again. The old one signs beside it for 24 hours.

        Raises `PermissionDenied` or `SubscriptionNotFound`; then nothing has changed.
        """
        actor.must(Permission.SUBSCRIPTIONS_WRITE)
        secret = new_secret()
        self._rotate(actor, subscription_id, sealed(self.secret, subscription_id, secret))
        return SecretView(secret, self._seen(subscription_id))

    @retried
    def delete(self, actor: Actor, subscription_id: UUID, expected_version: int | None = None) -> None:
        """Tell it nothing any more, not even what waits. What it was told is kept for as long as all deliveries are.

        Raises `PermissionDenied`, `SubscriptionNotFound` or `SubscriptionVersionStale`; then nothing has changed.
        """
        actor.must(Permission.SUBSCRIPTIONS_WRITE)
        with self.begin() as work:
            gone = locked(work, subscription_id, expected_version)
            work.subscriptions.delete(subscription_id)
            record(work, actor, "deleted", subscription_id, {name: (was, None) for name, was in _told(gone).items()})

    @retried
    def _add(self, actor: Actor, made: Subscription) -> None:
        with self.begin() as work:
            if work.subscriptions.count() >= MAX_SUBSCRIPTIONS:
                raise TooManySubscriptions(MAX_SUBSCRIPTIONS)
            work.subscriptions.add(made)
            record(work, actor, "created", made.id, {name: (None, now) for name, now in _told(made).items()})

    @retried
    def _rotate(self, actor: Actor, subscription_id: UUID, secret: bytes) -> None:
        with self.begin() as work:
            rotated = locked(work, subscription_id).rotated(secret, work.now, self.policy)
            work.subscriptions.write(rotated)
            until = rotated.old_secret_until
            changes: Changes = {"old_one_signs_until": (None, until.isoformat() if until else None)}
            record(work, actor, "secret_rotated", subscription_id, changes)

    def _changed(self, before: Subscription, changes: SubscriptionChanges) -> Subscription:
        wanted = NewSubscription(
            given(changes.url, before.url),
            given(changes.description, before.description),
            before.event_types if isinstance(changes.event_types, Unset) else changes.event_types,
        ).checked(self.rules)
        status = before.status
        if not isinstance(changes.enabled, Unset):
            status = SubscriptionStatus.ACTIVE if changes.enabled else SubscriptionStatus.DISABLED
        return evolve(
            before, url=wanted.url, description=wanted.description, event_types=wanted.event_types, status=status
        )

    def _seen(self, subscription_id: UUID) -> SubscriptionView:
        found = self.read.subscription(subscription_id)
        if found is None:
            raise SubscriptionNotFound(subscription_id)
        return found


def locked(work: SubscriptionWork, subscription_id: UUID, expected_version: int | None = None) -> Subscription:
    """The subscription, ours to change. Raises `SubscriptionNotFound` or `SubscriptionVersionStale`."""
    found = work.subscriptions.lock(subscription_id)
    if found is None:
        raise SubscriptionNotFound(subscription_id)
    if expected_version not in {None, found.version}:
        raise SubscriptionVersionStale(found.version)
    return found


def record(work: SubscriptionWork, actor: Actor, what: str, subscription_id: UUID, changes: Changes) -> None:
    """Write down in the audit log what an operator did to a subscription."""
    work.audit.record(AuditEntry(actor, f"subscriptions.{what}", "subscription", str(subscription_id), changes))


def _told(subscription: Subscription) -> Mapping[str, object]:
    """The subscription as an auditor reads it. Of its address only the host: the rest may hold a token."""
    return {
        "url": urlsplit(subscription.url).netloc,
        "description": subscription.description,
        "event_types": list(subscription.event_types),
        "status": subscription.status.value,
    }
