"""Providers' messages in PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.inbox.model import InboxStatus, Received, Waiting
from commerce_core.postgres.database import Database, Session


@frozen
class PostgresInbox:
    """Messages, inside the transaction of the session."""

    session: Session

    def done(self, message_id: UUID) -> None:
        """The message has had its effect."""
        self.session.send("inbox.done", id=message_id)


@frozen
class PostgresInboxStore:
    """Messages, each call committed at once."""

    database: Database

    def store(
        self, message_id: UUID, provider: str, event_id: str, type_: str, payload: bytes, pause: timedelta
    ) -> Received:
        """Keep a message, or find out that it was kept before."""
        with self.database.read() as session:
            [(kept, status)] = session.rows(
                "inbox.store",
                id=message_id,
                provider=provider,
                event_id=event_id,
                type=type_,
                payload=payload,
                pause=pause,
            )
        return Received(kept, InboxStatus(status))

    def mark(self, message_id: UUID, status: InboxStatus, error: str | None, pause: timedelta) -> None:
        """What has become of a message that still waits."""
        with self.database.read() as session:
            session.send("inbox.mark", id=message_id, status=status.value, error=error, pause=pause)

    def claim(self, limit: int, lease: timedelta, most_attempts: int) -> Sequence[Waiting]:
        """Messages that are due, ours until the lease is over."""
        with self.database.read() as session:
            rows = session.rows("inbox.claim", limit=limit, lease=lease, most_attempts=most_attempts)
        return [Waiting(*row[1:]) for row in rows if row[0]]
