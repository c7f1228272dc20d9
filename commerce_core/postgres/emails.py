"""The mail queue in PostgreSQL."""

from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.emails.model import ClaimedMail, EmailStatus, Locale, QueuedMail, RenderedMail
from commerce_core.emails.views import EmailView
from commerce_core.kernel.ids import NewId, uuid7
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry
from commerce_core.postgres.database import Database, Session
from commerce_core.postgres.doorbell import Doorbell
from commerce_core.postgres.payload import encode


@frozen
class PostgresEmailQueue:
    """Adds mail in the transaction of the session."""

    session: Session
    doorbell: Doorbell
    new_id: NewId = uuid7

    def queue(self, mail: QueuedMail) -> None:
        """Write the mail, once per key, and wake the worker when this transaction commits; none to who was erased."""
        if mail.for_nobody:
            return
        self.session.send(
            "emails.queue",
            id=self.new_id(), key=mail.key, to=mail.to, template=mail.mail.template, locale=mail.locale.value,
            payload=encode(mail.mail),
        )  # fmt: skip
        self.doorbell.press()


@frozen
class PostgresEmailClaims:
    """Leases mail to one sender at a time."""

    session: Session
    doorbell: Doorbell

    def claim(self, retry: Retry) -> ClaimedMail | None:
        """Lease the mail that has been due for longest."""
        row = self.session.row(
            "emails.claim", lease=retry.lease, most_attempts=retry.most_attempts, most_deaths=retry.most_deaths
        )
        if row is None:
            return None
        email_id, key, to, template, locale, attempts, status, queued_at, payload = row
        return ClaimedMail(
            email_id, key, to, template, Locale(locale), attempts, EmailStatus(status), queued_at, payload
        )

    def sent(self, claim: ClaimedMail, content: RenderedMail, provider_id: str) -> None:
        """Keep what was sent."""
        self.session.send(
            "emails.sent",
            id=claim.id, attempts=claim.attempts, provider_id=provider_id,
            subject=content.subject, html=content.html, text=content.text,
        )  # fmt: skip

    def failed(self, claim: ClaimedMail, error: str, delay: timedelta | None) -> None:
        """Try again after `delay`, or give up."""
        self.session.send("emails.failed", id=claim.id, attempts=claim.attempts, error=error, delay=delay)

    def lock(self, email_id: UUID) -> EmailStatus | None:
        """Lock a mail and tell where it stands."""
        row = self.session.locked(self.session.send("emails.lock", id=email_id))
        return None if row is None else EmailStatus(row[0])

    def revive(self, email_id: UUID) -> None:
        """Make a mail due again and wake the worker."""
        self.session.send("emails.revive", id=email_id)
        self.doorbell.press()


@frozen
class PostgresEmailReader:
    """Reads the mail queue for operators."""

    database: Database

    def emails(self, status: EmailStatus | None, page: PageRequest) -> Page[EmailView]:
        """Mails, newest first."""
        wanted = None if status is None else status.value
        with self.database.read() as session:
            rows = session.rows("emails.page", status=wanted, limit=page.per_page, offset=page.offset)
            total = session.value("emails.count", status=wanted)
        return Page(tuple(EmailView(*row) for row in rows), page.page, page.per_page, total)
