"""What the inbox asks of the database."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.inbox.model import InboxStatus, Received, Waiting
from commerce_core.kernel.retry import Retry
from commerce_core.kernel.transaction import Work


class Inbox(Protocol):
    """Messages, inside one transaction."""

    def done(self, message_id: UUID) -> None:
        """The message has had its effect, in this very transaction."""
        ...

    def lock(self, message_id: UUID) -> InboxStatus | None:
        """Lock a message and tell where it stands; None when there is none."""
        ...

    def revive(self, message_id: UUID) -> None:
        """Make a dead message due again, with all its attempts."""
        ...

    def prune(self, age: timedelta, limit: int) -> int:
        """Forget messages that were done with so long ago, at most `limit`; returns how many."""
        ...


class InboxStore(Protocol):
    """Messages. Each method is one statement, committed at once."""

    def store(
        self, message_id: UUID, provider: str, event_id: str, type_: str, payload: bytes, pause: timedelta
    ) -> Received:
        """Keep a message, or find out that it was kept before. It is due again after `pause`."""
        ...

    def mark(self, message_id: UUID, status: InboxStatus, error: str | None, pause: timedelta) -> None:
        """What has become of a message that still waits; it is due again after `pause` if it goes on waiting."""
        ...

    def claim(self, retry: Retry) -> Waiting | None:
        """The message that has been due for longest, counted as tried once more and ours for one lease; None: none is.

        One that used up its attempts, or that no worker survives, is given up: it comes back dead, to be passed over.
        """
        ...


class InboxWork(Work, Protocol):
    """What a transaction of an operator about messages touches."""

    @property
    def inbox(self) -> Inbox:
        """Messages."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
