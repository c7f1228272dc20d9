"""The outbox in PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.ids import NewId, uuid7
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry
from commerce_core.outbox.model import ClaimedEvent, Event, EventStatus, Outcome
from commerce_core.outbox.views import OutboxEventView
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.doorbell import Doorbell
from commerce_core.postgres.payload import encode


@frozen
class PostgresOutbox:
    """Adds events in the transaction of the session."""

    session: Session
    doorbell: Doorbell
    new_id: NewId = uuid7

    def append(self, event: Event) -> None:
        """Write the event, and wake the worker when this transaction commits."""
        self.session.send(
            "outbox.append",
            id=self.new_id(), type=event.type, aggregate_id=event.aggregate_id, payload=encode(event),
        )  # fmt: skip
        self.doorbell.press()


@frozen
class PostgresOutboxClaims:
    """Leases events to one worker at a time."""

    session: Session
    doorbell: Doorbell
    new_id: NewId = uuid7

    def claim_fresh(self, limit: int, retry: Retry) -> tuple[ClaimedEvent, ...]:
        """Lease due events nobody has tried, in the order they were written: within a millisecond ids have none."""
        rows = self.session.rows("outbox.claim_fresh", limit=limit, lease=retry.lease)
        return tuple(_claimed(row) for row in sorted(rows, key=lambda row: row[:2]))

    def claim_tried(self, retry: Retry) -> ClaimedEvent | None:
        """Lease the event that has been due again for longest."""
        row = self.session.row(
            "outbox.claim_tried", lease=retry.lease, most_attempts=retry.most_attempts, most_deaths=retry.most_deaths
        )
        return None if row is None else _claimed(row)

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what became of claims, all in one statement."""
        for outcome in outcomes:
            if outcome.split_into:
                self._split(outcome)
        self.session.send(
            "outbox.settle",
            ids=[outcome.claim.id for outcome in outcomes],
            attempts=[outcome.claim.attempts for outcome in outcomes],
            statuses=[outcome.status.value for outcome in outcomes],
            delays=[outcome.delay for outcome in outcomes],
            errors=[outcome.error for outcome in outcomes],
        )

    def _split(self, outcome: Outcome) -> None:
        self.session.send(
            "outbox.split",
            event_id=outcome.claim.id,
            attempts=outcome.claim.attempts,
            ids=[self.new_id() for _ in outcome.split_into],
            branches=list(outcome.split_into),
        )
        self.doorbell.press()

    def prune(self, age: timedelta, limit: int) -> int:
        """Forget what was done so long ago."""
        pruned: int = self.session.value("outbox.prune", done_before=self.session.now - age, limit=limit)
        return pruned

    def lock(self, event_id: UUID) -> EventStatus | None:
        """Lock an event and tell where it stands."""
        row = self.session.locked(self.session.send("outbox.lock", id=event_id))
        return None if row is None else EventStatus(row[0])

    def revive(self, event_id: UUID) -> None:
        """Make an event due again and wake the worker."""
        self.session.send("outbox.revive", id=event_id)
        self.doorbell.press()


def _claimed(row: Row) -> ClaimedEvent:
    _, event_id, kind, branch, attempts, payload, status = row
    return ClaimedEvent(event_id, kind, branch, attempts, EventStatus(status), payload)


@frozen
class PostgresOutboxReader:
    """Reads events for operators."""

    database: Database

    def events(self, status: EventStatus | None, page: PageRequest) -> Page[OutboxEventView]:
        """Events, newest first."""
        window = {"limit": page.per_page, "offset": page.offset}
        with self.database.read() as session:
            if status is None:
                rows, total = session.rows("outbox.page", **window), session.value("outbox.count")
            else:
                rows = session.rows("outbox.page_with_status", status=status.value, **window)
                total = session.value("outbox.count_with_status", status=status.value)
        return Page(tuple(OutboxEventView(*row) for row in rows), page.page, page.per_page, total)

    def event(self, event_id: UUID) -> OutboxEventView | None:
        """One event."""
        with self.database.read() as session:
            row = session.row("outbox.event", id=event_id)
        return OutboxEventView(*row) if row else None
