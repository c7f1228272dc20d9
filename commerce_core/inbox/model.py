"""A message from a provider and how far it got."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.retry import Retry


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
    """A stored message that is due to be tried again, or dead by now: then it is not."""

    id: UUID
    provider: str
    payload: bytes = field(repr=False)
    attempts: int
    status: InboxStatus


KEPT = timedelta(days=90)

RETRY = Retry(
    lease=timedelta(seconds=30), most_attempts=14, first=timedelta(seconds=30), longest=timedelta(hours=12)
)  # a day and a half in all, or less by chance
