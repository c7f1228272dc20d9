"""Providers' messages in PostgreSQL."""

from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.inbox.model import InboxStatus, Received, Waiting
from commerce_core.inbox.views import MessageDetail, MessageView
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry
from commerce_core.postgres.database import Database, Session


@frozen
class PostgresInbox:
    """Messages, inside the transaction of the session."""

    session: Session

    def done(self, message_id: UUID) -> None:
        """The message has had its effect."""
        self.session.send("inbox.done", id=message_id)

    def lock(self, message_id: UUID) -> InboxStatus | None:
        """Lock a message and tell where it stands."""
        row = self.session.locked(self.session.send("inbox.lock", id=message_id))
        return None if row is None else InboxStatus(row[0])

    def revive(self, message_id: UUID) -> None:
        """Make a message due again."""
        self.session.send("inbox.revive", id=message_id)

    def prune(self, age: timedelta, limit: int) -> int:
        """Forget what was done with so long ago."""
        return len(self.session.rows("inbox.prune", done_before=self.session.now - age, limit=limit))


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

    def claim(self, retry: Retry) -> Waiting | None:
        """The message that has been due for longest."""
        with self.database.read() as session:
            row = session.row(
                "inbox.claim", lease=retry.lease, most_attempts=retry.most_attempts, most_deaths=retry.most_deaths
            )
        return Waiting(row[0], row[1], row[2], row[3], InboxStatus(row[4])) if row else None


@frozen
class PostgresInboxReader:
    """Reads messages for operators."""

    database: Database

    def messages(self, status: InboxStatus | None, page: PageRequest) -> Page[MessageView]:
        """Messages, newest first."""
        window = {"limit": page.per_page, "offset": page.offset}
        with self.database.read() as session:
            if status is None:
                rows, total = session.rows("inbox.page", **window), session.value("inbox.count")
            else:
                rows = session.rows("inbox.page_with_status", status=status.value, **window)
                total = session.value("inbox.count_with_status", status=status.value)
        return Page(tuple(MessageView(*row) for row in rows), page.page, page.per_page, total)

    def message(self, message_id: UUID) -> MessageDetail | None:
        """One message."""
        with self.database.read() as session:
            row = session.row("inbox.message", id=message_id)
        return MessageDetail(*row) if row else None
