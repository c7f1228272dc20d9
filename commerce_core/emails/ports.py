"""What mail asks of the database and of the world."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.emails.model import (
    ClaimedMail,
    EmailStatus,
    Locale,
    Mail,
    OutgoingMail,
    QueuedMail,
    RenderedMail,
)
from commerce_core.kernel.retry import Retry
from commerce_core.kernel.transaction import Work


class EmailQueue(Protocol):
    """Mail of one transaction."""

    def queue(self, mail: QueuedMail) -> None:
        """Write the mail, once per key, and wake the worker when this transaction commits; none to who was erased."""
        ...


class EmailClaims(Protocol):
    """The mail that waits to be sent. What is written of a claim whose lease another has by now changes nothing."""

    def claim(self, retry: Retry) -> ClaimedMail | None:
        """Lease a due mail nobody else has, counting the attempt now; None when there is none."""
        ...

    def sent(self, claim: ClaimedMail, content: RenderedMail, provider_id: str) -> None:
        """Keep what was sent, and the id the provider gave it."""
        ...

    def failed(self, claim: ClaimedMail, error: str, delay: timedelta | None) -> None:
        """Try again after `delay`; None gives the mail up."""
        ...

    def lock(self, email_id: UUID) -> EmailStatus | None:
        """Lock a mail and tell where it stands; None when there is none."""
        ...

    def revive(self, email_id: UUID) -> None:
        """Make a dead mail due again, with all its attempts, and wake the worker."""
        ...


class EmailWork(Work, Protocol):
    """What a transaction about mail touches."""

    @property
    def email_claims(self) -> EmailClaims:
        """The mail that waits."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...


class Renderer(Protocol):
    """Turns a mail's variables into what its reader sees."""

    def render(self, mail: Mail, locale: Locale) -> RenderedMail:
        """Subject, HTML and plain text. A variable the template asks for and the mail lacks is an error."""
        ...


class MailSender(Protocol):
    """A way out. Every call has a timeout and none is made while a transaction is open."""

    def send(self, mail: OutgoingMail) -> str:
        """Hand the mail over and return the id it is known by there. Raises `MailRefused` or `MailUnavailable`.

        Two mails of one key carry the same Message-ID, so that a repeat can be recognised.
        """
        ...
