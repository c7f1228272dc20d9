"""What payment providers told us, for operators."""

from typing import Annotated
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.inbox.errors import MessageNotDead, MessageNotFound
from commerce_core.inbox.model import InboxStatus
from commerce_core.inbox.service import InboxService
from commerce_core.inbox.views import MessageDetail, MessageView
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest


@frozen
class WebhookEventQuery:
    """Which webhook events, and which page of them."""

    status: InboxStatus | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminWebhookEvents:
    """`/v1/admin/webhook-events`."""

    inbox: InboxService

    @operation(
        "List webhook events",
        answers={200: Page[MessageView]},
        access=Access.STAFF,
        permission=Permission.OPERATIONS_READ,
    )
    def on_get(self, actor: Actor, query: WebhookEventQuery) -> Answer:
        """Newest first. Those that are dead say why."""
        return Answer(self.inbox.list_messages(actor, query.status, PageRequest(query.page, query.per_page)))


@frozen
class AdminWebhookEvent:
    """`/v1/admin/webhook-events/{message_id}`."""

    inbox: InboxService

    @operation(
        "Read a webhook event",
        answers={200: MessageDetail},
        refusals=(MessageNotFound,),
        access=Access.STAFF,
        permission=Permission.OPERATIONS_READ,
    )
    def on_get(self, actor: Actor, message_id: UUID) -> Answer:
        """With what the provider said, its secrets taken out."""
        return Answer(self.inbox.show(actor, message_id))


@frozen
class AdminWebhookEventRetry:
    """`/v1/admin/webhook-events/{message_id}/retry`."""

    inbox: InboxService

    @operation(
        "Apply a webhook event again",
        answers={204: None},
        refusals=(MessageNotFound, MessageNotDead),
        access=Access.STAFF,
        permission=Permission.OPERATIONS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, message_id: UUID) -> Answer:
        """For one that was given up; the worker applies it within seconds."""
        self.inbox.retry(actor, message_id)
        return Answer.nothing()
