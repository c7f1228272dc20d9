"""What the inbox asks of the database."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.inbox.model import InboxStatus, Received, Waiting


class Inbox(Protocol):
    """Messages, inside one transaction."""

    def done(self, message_id: UUID) -> None:
        """The message has had its effect, in this very transaction."""
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

    def claim(self, limit: int, lease: timedelta, most_attempts: int) -> Sequence[Waiting]:
        """Messages that are due, counted as tried once more and ours until the lease is over.

        One that was tried so often already, and never got to say why, is given up instead.
        """
        ...
