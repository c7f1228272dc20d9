"""What operators see of the mail queue."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.emails.model import EmailStatus
from commerce_core.kernel.page import Page, PageRequest


@frozen
class EmailView:
    """One mail and how sending it went."""

    id: UUID
    key: str
    to: str
    template: str
    locale: str
    status: EmailStatus = field(converter=EmailStatus)
    attempts: int
    next_retry_at: datetime
    subject: str | None
    provider_id: str | None
    error: str | None
    created_at: datetime
    sent_at: datetime | None


class EmailReader(Protocol):
    """Reads the mail queue for operators."""

    def emails(self, status: EmailStatus | None, page: PageRequest) -> Page[EmailView]:
        """Mails, newest first."""
        ...
