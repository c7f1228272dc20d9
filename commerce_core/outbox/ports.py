"""What the outbox asks of the database."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.kernel.retry import Retry
from commerce_core.kernel.transaction import Work
from commerce_core.outbox.model import ClaimedEvent, Event, EventStatus, Outcome


class Outbox(Protocol):
    """The events of one transaction."""

    def append(self, event: Event) -> None:
        """Write the event, and wake the worker when this transaction commits."""
        ...


class OutboxClaims(Protocol):
    """The events that wait for a reaction."""

    def claim_fresh(self, limit: int, retry: Retry) -> tuple[ClaimedEvent, ...]:
        """Lease due events nobody has tried, counting the attempt now.

        Never an event while an earlier one about the same thing is not done with, in its own branch.
        """
        ...

    def claim_tried(self, retry: Retry) -> ClaimedEvent | None:
        """Lease one due event that was tried before; None when there is none.

        One at a time, and the attempt is counted now, so that an event which kills its worker is dead in the end, and
        alone in that.
        """
        ...

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what became of claims. A claim whose lease was lost to a later one changes nothing."""
        ...

    def prune(self, age: timedelta, limit: int) -> int:
        """Forget events that were processed so long ago, at most `limit`; returns how many."""
        ...

    def lock(self, event_id: UUID) -> EventStatus | None:
        """Lock an event and tell where it stands; None when there is none."""
        ...

    def revive(self, event_id: UUID) -> None:
        """Make a dead event due again, with all its attempts, and wake the worker."""
        ...


class OutboxWork(Work, Protocol):
    """What a transaction of the outbox touches."""

    @property
    def outbox_claims(self) -> OutboxClaims:
        """The events that wait."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
