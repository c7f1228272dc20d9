"""Sending mail."""

import random
import time
from collections.abc import Callable, Mapping
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.emails.errors import EmailNotDead, EmailNotFound
from commerce_core.emails.model import MAIL_RETRY, MAILS, ClaimedMail, EmailStatus, Mail, OutgoingMail, RenderedMail
from commerce_core.emails.ports import EmailWork, MailSender, Renderer
from commerce_core.emails.views import EmailReader, EmailView
from commerce_core.kernel.errors import Unavailable
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry, told
from commerce_core.kernel.transaction import Begin, must_be_outside_transaction, retried

BATCH = 20
_MARKING = (0.1, 0.5, 2.0, 5.0)  # seconds between tries, well within a lease


@frozen
class EmailService:
    """Sends what was queued: never without the transaction that queued it, and normally once.

    Claim with a lease (commit), send, mark (commit). Two workers never hold the same lease. What no database can rule
    out is a worker that dies, or loses the database, after the provider took the mail and before the mark was
    committed: that mail goes out again when its lease is over, under the same Message-ID. Losing a mail is ruled out; a
    repeat is that rare.
    """

    begin: Begin[EmailWork]
    read: EmailReader
    renderer: Renderer
    sender: MailSender
    decode: Callable[[type[Mail], Mapping[str, object]], Mail]
    policy: Retry = MAIL_RETRY
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def send_due(self, limit: int = BATCH) -> int:
        """Send mail that is due, at most `limit`, and return how many were looked at; 0 when none is due.

        One lease at a time: a mail server that hangs holds up one mail, not a batch whose leases run out meanwhile.
        """
        for looked_at in range(limit):
            claim = self._claim()
            if claim is None:
                return looked_at
            if claim.status is EmailStatus.QUEUED:
                self._deliver(claim)
        return limit

    def list_emails(self, actor: Actor, status: EmailStatus | None, page: PageRequest) -> Page[EmailView]:
        """Mails for an operator, newest first. Raises `PermissionDenied`."""
        actor.must(Permission.OPERATIONS_READ)
        return self.read.emails(status, page)

    @retried
    def retry(self, actor: Actor, email_id: UUID) -> None:
        """Make a dead mail due again. Raises `PermissionDenied`, `EmailNotFound` or `EmailNotDead`."""
        actor.must(Permission.OPERATIONS_WRITE)
        with self.begin() as work:
            status = work.email_claims.lock(email_id)
            if status is None:
                raise EmailNotFound(email_id)
            if status is not EmailStatus.DEAD:
                raise EmailNotDead(email_id, status.value)
            work.email_claims.revive(email_id)
            changes: dict[str, tuple[object, object]] = {"status": (status.value, EmailStatus.QUEUED.value)}
            work.audit.record(AuditEntry(actor, "emails.retry", "email", str(email_id), changes))

    def _deliver(self, claim: ClaimedMail) -> None:
        try:
            mail = self.decode(MAILS[claim.template], claim.payload)
            content = self.renderer.render(mail, claim.locale)
            must_be_outside_transaction()
            provider_id = self.sender.send(OutgoingMail(claim.key, claim.to, claim.locale, claim.queued_at, content))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one mail, the others go out
            self._failed(claim, error)
        else:
            self._mark(claim, content.kept(), provider_id)

    def _mark(self, claim: ClaimedMail, content: RenderedMail, provider_id: str) -> None:
        """Write down that it is sent, stubbornly: a restart of PostgreSQL at this moment should not repeat the mail."""
        for wait in _MARKING:
            try:
                return self._sent(claim, content, provider_id)
            except Unavailable:
                time.sleep(wait)
        return self._sent(claim, content, provider_id)

    @retried
    def _claim(self) -> ClaimedMail | None:
        with self.begin() as work:
            return work.email_claims.claim(self.policy)

    @retried
    def _sent(self, claim: ClaimedMail, content: RenderedMail, provider_id: str) -> None:
        with self.begin() as work:
            work.email_claims.sent(claim, content, provider_id)

    @retried
    def _failed(self, claim: ClaimedMail, error: Exception) -> None:
        given_up = self.policy.is_last(claim.attempts, error)
        delay = None if given_up else self.policy.delay(claim.attempts, self.chance())
        with self.begin() as work:
            work.email_claims.failed(claim, told(error), delay)
