"""What operators see of the inbox."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.inbox.model import InboxStatus
from commerce_core.kernel.page import Page, PageRequest


@frozen
class MessageView:
    """One message of a provider and how far it got. `intent_id` is the payment, or whatever else it is about."""

    id: UUID
    provider: str
    event_id: str
    type: str
    intent_id: str | None
    status: InboxStatus = field(converter=InboxStatus)
    attempts: int
    next_retry_at: datetime
    error: str | None
    received_at: datetime
    processed_at: datetime | None


@frozen
class MessageDetail(MessageView):
    """The same with what the provider said, its secrets taken out when it came in."""

    payload: dict[str, object]


class InboxReader(Protocol):
    """Reads messages for operators."""

    def messages(self, status: InboxStatus | None, page: PageRequest) -> Page[MessageView]:
        """Messages, newest first."""
        ...

    def message(self, message_id: UUID) -> MessageDetail | None:
        """One message; None when there is none."""
        ...
