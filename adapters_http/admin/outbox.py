"""What has happened here, for operators."""

from typing import Annotated
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.outbox.errors import EventNotDead, EventNotFound
from commerce_core.outbox.model import EventStatus
from commerce_core.outbox.service import OutboxService
from commerce_core.outbox.views import OutboxEventView


@frozen
class OutboxQuery:
    """Which events, and which page of them."""

    status: EventStatus | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminOutbox:
    """`/v1/admin/outbox`."""

    outbox: OutboxService

    @operation(
        "List events",
        answers={200: Page[OutboxEventView]},
        access=Access.STAFF,
        permission=Permission.OPERATIONS_READ,
    )
    def on_get(self, actor: Actor, query: OutboxQuery) -> Answer:
        """Newest first. Those that are dead say why."""
        return Answer(self.outbox.list_events(actor, query.status, PageRequest(query.page, query.per_page)))


@frozen
class AdminOutboxEvent:
    """`/v1/admin/outbox/{event_id}`."""

    outbox: OutboxService

    @operation(
        "Read an event",
        answers={200: OutboxEventView},
        refusals=(EventNotFound,),
        access=Access.STAFF,
        permission=Permission.OPERATIONS_READ,
    )
    def on_get(self, actor: Actor, event_id: UUID) -> Answer:
        """What it tells, and how its handling went."""
        return Answer(self.outbox.show(actor, event_id))


@frozen
class AdminOutboxRetry:
    """`/v1/admin/outbox/{event_id}/retry`."""

    outbox: OutboxService

    @operation(
        "Handle an event again",
        answers={204: None},
        refusals=(EventNotFound, EventNotDead),
        access=Access.STAFF,
        permission=Permission.OPERATIONS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, event_id: UUID) -> Answer:
        """For one that was given up. Later events about the same thing may have been handled meanwhile."""
        self.outbox.retry(actor, event_id)
        return Answer.nothing()
