"""Webhooks out in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attrs import frozen
from psycopg.types.json import Jsonb

from commerce_core.kernel.page import CursorPage, Page, PageRequest
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.subscriptions.model import (
    Answer,
    Catalogue,
    ClaimedDelivery,
    DeliveryPolicy,
    DeliveryStatus,
    Health,
    Message,
    Subscription,
    SubscriptionStatus,
)
from commerce_core.subscriptions.views import AggregateView, DeliveryView, SubscriptionView

_NEWEST = UUID(int=2**128 - 1)  # beyond any id


@frozen
class PostgresSubscriptions:
    """The subscriptions, inside the transaction of the session."""

    session: Session

    def count(self) -> int:
        """How many there are; nobody else adds one until the transaction ends."""
        counted: int = self.session.value("subscriptions.count")
        return counted

    def add(self, subscription: Subscription) -> None:
        """Write down a new one."""
        self.session.send(
            "subscriptions.add",
            id=subscription.id,
            url=subscription.url,
            description=subscription.description,
            event_types=list(subscription.event_types),
            status=subscription.status.value,
            secret=subscription.secret,
        )

    def lock(self, subscription_id: UUID) -> Subscription | None:
        """A subscription, ours until the transaction ends."""
        row = self.session.locked(self.session.send("subscriptions.lock", id=subscription_id))
        if row is None:
            return None
        return Subscription(
            id=row[0],
            url=row[1],
            description=row[2],
            event_types=tuple(row[3]),
            status=SubscriptionStatus(row[4]),
            secret=row[5],
            old_secret=row[6],
            old_secret_until=row[7],
            health=Health(*row[8:11]),
            version=row[11],
        )

    def write(self, subscription: Subscription) -> None:
        """Write what an operator has made of it."""
        self.session.send(
            "subscriptions.write",
            id=subscription.id,
            url=subscription.url,
            description=subscription.description,
            event_types=list(subscription.event_types),
            status=subscription.status.value,
            secret=subscription.secret,
            old_secret=subscription.old_secret,
            old_secret_until=subscription.old_secret_until,
            version=subscription.version,
            now=self.session.now,
        )

    def write_health(self, subscription_id: UUID, health: Health) -> None:
        """Write how it answers."""
        self.session.send(
            "subscriptions.write_health",
            id=subscription_id,
            failures=health.failures,
            failing_since=health.failing_since,
            rests_until=health.rests_until,
        )

    def gone(self, subscription_id: UUID) -> None:
        """The endpoint wants nothing any more."""
        self.session.send("subscriptions.gone", id=subscription_id, now=self.session.now)

    def delete(self, subscription_id: UUID) -> None:
        """Delete it; its row goes with its last delivery."""
        self.session.send("subscriptions.delete", id=subscription_id, now=self.session.now)

    def resend(self, subscription_id: UUID, since: datetime) -> None:
        """Note that everything since then is to be written down again."""
        self.session.send("subscriptions.ask_resend", id=subscription_id, since=since, now=self.session.now)


@frozen
class PostgresDeliveries:
    """What is to be told to whom, inside the transaction of the session."""

    session: Session

    def relay(self, event_ids: Sequence[UUID], catalogue: Catalogue) -> None:
        """Write down events of the outbox for everybody who wants them."""
        self.session.send("subscriptions.relay", event_ids=list(event_ids), **_columns(catalogue))

    def add(self, subscription_id: UUID, message: Message) -> None:
        """Write down one message for one subscription."""
        self.session.send(
            "subscriptions.add_delivery",
            subscription_id=subscription_id,
            event_id=message.id,
            type=message.type,
            version=message.version,
            aggregate_type=message.aggregate_type,
            aggregate_id=message.aggregate_id,
            sequence=message.sequence,
            occurred_at=message.occurred_at,
            data=Jsonb(message.data),
        )

    def claim(self, policy: DeliveryPolicy, *, troubled: bool) -> ClaimedDelivery | None:
        """Lease one due delivery."""
        at_once = 1 if troubled else policy.at_once
        turn = self.session.row("subscriptions.whose_turn", troubled=troubled, at_once=at_once)
        row = turn and self.session.row("subscriptions.claim", id=turn[0], at_once=at_once, lease=policy.lease)
        return _claimed(turn[0], row) if turn and row else None

    def delivered(self, claim: ClaimedDelivery, answer: Answer) -> None:
        """It was heard."""
        self.session.send("subscriptions.delivered", now=self.session.now, **_settled(claim, answer))

    def failed(self, claim: ClaimedDelivery, answer: Answer, wait: timedelta | None) -> None:
        """It was not heard."""
        told = _settled(claim, answer)
        self.session.send("subscriptions.failed", now=self.session.now, error=answer.problem, wait=wait, **told)

    def put_back(self, claim: ClaimedDelivery, answer: Answer) -> None:
        """It waits as it did before."""
        told = _settled(claim, answer)
        self.session.send("subscriptions.put_back", now=self.session.now, error=answer.problem, **told)

    def give_up(self, subscription_id: UUID, waiting_for: timedelta, limit: int) -> None:
        """What has been due for so long is dead."""
        due_before = self.session.now - waiting_for
        self.session.send("subscriptions.give_up", subscription_id=subscription_id, due_before=due_before, limit=limit)

    def bring_forward(self, subscription_id: UUID) -> None:
        """What waits for another try is due now."""
        self.session.send("subscriptions.bring_forward", subscription_id=subscription_id, now=self.session.now)

    def renew(self, subscription_id: UUID) -> None:
        """What waits is due now, and has all its time."""
        self.session.send("subscriptions.renew", subscription_id=subscription_id, now=self.session.now)

    def revive(self, subscription_id: UUID, event_id: UUID) -> DeliveryStatus | None:
        """One delivery is due now, whatever became of it."""
        row = self.session.row(
            "subscriptions.revive", subscription_id=subscription_id, event_id=event_id, now=self.session.now
        )
        return DeliveryStatus(row[0]) if row else None

    def resend(self, catalogue: Catalogue, limit: int) -> int:
        """Write down the next events of one resend."""
        turn = self.session.row("subscriptions.resend_next")
        if turn is None:
            return 0
        names = ("id", "resend_from", "resend_after", "resend_until")
        where = dict(zip(names, turn, strict=True))
        slice_ = self.session.rows("subscriptions.resend_slice", **where, **_columns(catalogue), limit=limit)
        if len(slice_) < limit:
            self.session.send("subscriptions.resend_done", id=turn[0])
        else:
            reached, last = slice_[-1]
            self.session.send("subscriptions.resend_reached", id=turn[0], resend_from=reached, resend_after=last)
        return len(slice_)

    def prune(self, age: timedelta, limit: int) -> int:
        """Forget what was delivered so long ago, and what belonged to deleted subscriptions."""
        before = self.session.now - age
        pruned: int = self.session.value("subscriptions.prune", before=before, limit=limit)
        if pruned < limit:
            pruned += self.session.value("subscriptions.prune_deleted", before=before, limit=limit - pruned)
        if pruned < limit:
            self.session.send("subscriptions.prune_subscriptions", before=before)
        return pruned


@frozen
class PostgresSubscriptionReader:
    """Reads webhooks out for operators."""

    database: Database

    def page(self, page: PageRequest) -> Page[SubscriptionView]:
        """Subscriptions, the newest first."""
        with self.database.read() as session:
            rows = session.rows("subscriptions.page", limit=page.per_page, offset=page.offset)
            total = session.value("subscriptions.page_total")
        return Page(tuple(SubscriptionView(*row) for row in rows), page.page, page.per_page, total)

    def subscription(self, subscription_id: UUID) -> SubscriptionView | None:
        """One of them."""
        with self.database.read() as session:
            row = session.row("subscriptions.find", id=subscription_id)
        return SubscriptionView(*row) if row else None

    def deliveries(
        self, subscription_id: UUID, status: DeliveryStatus | None, before: UUID | None, page: PageRequest
    ) -> CursorPage[DeliveryView]:
        """Its deliveries, the newest event first. One row more than a page holds tells whether there is a next one."""
        whose = {"subscription_id": subscription_id}
        offset = page.offset if before is None else 0
        part = {"before": before or _NEWEST, "limit": page.per_page + 1, "offset": offset}
        with self.database.read() as session:
            if status is None:
                rows = session.rows("subscriptions.deliveries", **whose, **part)
                total = session.value("subscriptions.deliveries_total", **whose)
            else:
                only = {"status": status.value}
                rows = session.rows("subscriptions.deliveries_with_status", **whose, **only, **part)
                total = session.value("subscriptions.deliveries_with_status_total", **whose, **only)
        items = tuple(_delivery(row) for row in rows[: page.per_page])
        following = str(items[-1].event_id) if len(rows) > page.per_page else None
        return CursorPage(items, page.page, page.per_page, total, following)

    def delivery(self, subscription_id: UUID, event_id: UUID) -> DeliveryView | None:
        """One of them."""
        with self.database.read() as session:
            row = session.row("subscriptions.delivery", subscription_id=subscription_id, event_id=event_id)
        return _delivery(row) if row else None


def _columns(catalogue: Catalogue) -> dict[str, list[Any]]:
    told = catalogue.values()
    return {
        "types": list(catalogue),
        "versions": [one.version for one in told],
        "aggregates": [one.aggregate for one in told],
    }


def _claimed(subscription_id: UUID, row: Row) -> ClaimedDelivery:
    url, secret, old_secret, event_id, kind, version, at, sequence, aggregate_type, aggregate_id, data = row[:11]
    attempts, failures, first_failed_at, now = row[11:]
    return ClaimedDelivery(
        subscription_id=subscription_id,
        url=url,
        secrets=(secret,) if old_secret is None else (secret, old_secret),
        message=Message(event_id, kind, version, at, sequence, aggregate_type, aggregate_id, data),
        attempts=attempts,
        failures=failures,
        first_failed_at=first_failed_at,
        claimed_at=now,
    )


def _settled(claim: ClaimedDelivery, answer: Answer) -> dict[str, object]:
    return {
        "subscription_id": claim.subscription_id,
        "event_id": claim.message.id,
        "attempts": claim.attempts,
        "answered_status": answer.status,
        "answer": answer.text or None,
    }


def _delivery(row: Row) -> DeliveryView:
    event_id, kind, version, aggregate_type, aggregate_id, sequence, at, data, status = row[:9]
    aggregate = AggregateView(aggregate_type, aggregate_id)
    return DeliveryView(event_id, kind, version, aggregate, sequence, at, data, DeliveryStatus(status), *row[9:])
