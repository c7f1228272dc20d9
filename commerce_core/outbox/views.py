"""What operators see of the outbox."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.page import Page, PageRequest
from commerce_core.outbox.model import EventStatus


@frozen
class OutboxEventView:
    """One event and how its handling went."""

    id: UUID
    type: str
    aggregate_id: UUID
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
