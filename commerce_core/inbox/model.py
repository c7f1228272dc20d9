"""A message from a provider and how far it got."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from attrs import field, frozen


class InboxStatus(StrEnum):
    """Waiting, applied, of no interest, or given up."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    DEAD = "dead"


@frozen
class Received:
    """A stored message. However often it is delivered, it is stored once."""

    id: UUID
    status: InboxStatus


@frozen
class Waiting:
    """A stored message that is due to be tried again."""

    id: UUID
    provider: str
    payload: bytes = field(repr=False)
    attempts: int


@frozen
class InboxPolicy:
    """How often a message is tried: a day and a half in all, the pauses doubling."""

    attempts: int = 12
    first_pause: timedelta = timedelta(seconds=30)

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after so many tries."""
        return self.first_pause * (1 << min(attempts, 12))
