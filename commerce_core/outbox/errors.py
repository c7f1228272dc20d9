"""What can be refused about events."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound


@frozen
class EventNotFound(NotFound):
    """There is no such event."""

    code = "event-not-found"
    detail = "There is no such event."
    event_id: UUID


@frozen
class EventNotDead(Conflict):
    """Only what was given up can be told to try again."""

    code = "event-not-dead"
    detail = "The event was not given up: it is {status}."
    event_id: UUID
    status: str
