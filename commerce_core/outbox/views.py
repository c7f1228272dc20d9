"""What operators see of the outbox."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.page import Page, PageRequest
from commerce_core.outbox.model import EventStatus


@frozen
class OutboxEventView:
    """One event and how its handling went.

    `sequence` counts the events of one thing. `branch` names the subscriber whose line this is; empty, the event is
    handled, or was handed on, as a whole.
    """

    id: UUID
    type: str
    aggregate_id: UUID
    sequence: int
    branch: str
    payload: dict[str, object]
    status: EventStatus = field(converter=EventStatus)
    attempts: int
    next_retry_at: datetime
    error: str | None
    created_at: datetime
    processed_at: datetime | None


class OutboxReader(Protocol):
    """Reads events for operators."""

    def events(self, status: EventStatus | None, page: PageRequest) -> Page[OutboxEventView]:
        """Events, newest first."""
        ...

    def event(self, event_id: UUID) -> OutboxEventView | None:
        """One event; None when there is none."""
        ...
