"""Events and how they are kept until somebody has reacted."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable
from uuid import UUID

from attrs import AttrsInstance, field, frozen

from commerce_core.kernel.retry import Retry


@runtime_checkable
class Event(AttrsInstance, Protocol):
    """Something that has happened, told in the past tense: a frozen attrs class with a `type` and what it is about.

    Its fields are its payload: UUID, str, int, datetime or enums.
    """

    type: ClassVar[str]

    @property
    def aggregate_id(self) -> UUID:
        """The order, product or cart it happened to."""
        ...


# What is done about an event. A reaction may run more than once for one event, so it is idempotent.
Reaction = Callable[[Any], object]
# By the event's class, each under the name of its branch. Rows hold these names: under another one, what waits is lost.
Reactions = Mapping[type[Event], Mapping[str, Reaction]]


class EventStatus(StrEnum):
    """Where an event stands."""

    PENDING = "pending"
    PROCESSED = "processed"
    DEAD = "dead"  # Given up; an operator may say retry.


OUTBOX_RETRY = Retry(
    lease=timedelta(seconds=30), most_attempts=8, first=timedelta(seconds=5), longest=timedelta(minutes=15)
)


@frozen
class ClaimedEvent:
    """An event that is ours for one lease. `attempts` counts this claim and tells it from a later one.

    `branch` names the one reaction that this is about; empty, it is about all of them. `status` is dead when too many
    leases ran out: no worker survived the event.
    """

    id: UUID
    type: str
    branch: str
    attempts: int
    status: EventStatus
    payload: Mapping[str, object] = field(repr=False)


@frozen
class Outcome:
    """What became of one claim: processed, to be tried again after `delay`, or dead.

    One that is `split_into` branches is processed itself; each of them goes on as an event of its own.
    """

    claim: ClaimedEvent
    status: EventStatus
    delay: timedelta = timedelta(0)
    error: str | None = None
    split_into: tuple[str, ...] = ()
