"""What can be refused about messages."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound


@frozen
class MessageNotFound(NotFound):
    """No provider has ever told us that."""

    code = "webhook-event-not-found"
    detail = "There is no such webhook event."
    message_id: UUID


@frozen
class MessageNotDead(Conflict):
    """Only what was given up can be told to try again."""

    code = "webhook-event-not-dead"
    detail = "The webhook event was not given up: it is {status}."
    message_id: UUID
    status: str
