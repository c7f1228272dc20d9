"""Events reach their reactions: once when all is well, again when a worker dies, never for ever."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from attrs import evolve, field, frozen

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import SYSTEM, Actor, Origin, Role
from commerce_core.kernel.errors import Conflict, Unavailable
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.retry import Retry, told
from commerce_core.outbox.errors import EventNotDead, EventNotFound
from commerce_core.outbox.model import EventStatus, Outcome, Reaction
from commerce_core.outbox.service import OutboxService
from commerce_core.outbox.views import OutboxEventView
from commerce_core.postgres.database import Database
from commerce_core.postgres.outbox import PostgresOutboxReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.work import PostgresBegin

AT_ONCE = Retry(lease=timedelta(minutes=1), most_attempts=3, first=timedelta(0), longest=timedelta(0))
NO_LEASE = evolve(AT_ONCE, lease=timedelta(0))
EVERYTHING = PageRequest(per_page=100)


@frozen
class ParcelLost:
    """An event of these tests."""

    type: ClassVar[str] = "parcel_lost"
    parcel_id: UUID = field(factory=uuid7)
    note: str = ""
    at: datetime = datetime(2026, 11, 22, 10, tzinfo=UTC)

    @property
    def aggregate_id(self) -> UUID:
        return self.parcel_id


@frozen
class ParcelFound(ParcelLost):
    type: ClassVar[str] = "parcel_found"


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after it runs."""


class Refused(Conflict):
    """A refusal of these tests."""


class Away(Unavailable):
    """A dependency of these tests that does not answer."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database.at(database_url)
    yield opened
    opened.close()


@pytest.fixture
def begin(database: Database) -> PostgresBegin:
    return PostgresBegin(database)


@pytest.fixture
def outbox(database: Database, begin: PostgresBegin) -> Callable[..., OutboxService]:
    def reacting(*reactions: Reaction, policy: Retry = AT_ONCE) -> OutboxService:
        table = {ParcelLost: {f"reaction-{place}": reaction for place, reaction in enumerate(reactions)}}
        return OutboxService(begin, PostgresOutboxReader(database), table, decode, policy)

    return reacting


def append(begin: PostgresBegin, *events: ParcelLost) -> None:
    with begin() as work:
        for event in events:
            work.outbox.append(event)


def end_leases(database: Database) -> None:
    """As if so much time had passed that whatever a dead worker had is due again."""
    with database.pool.connection() as connection:
        connection.execute("UPDATE outbox_events SET next_retry_at = shop_now() WHERE status = 'pending'")


def events_of(service: OutboxService, status: EventStatus | None = None) -> tuple[OutboxEventView, ...]:
    return service.list_events(SYSTEM, status, EVERYTHING).items


def test_a_reaction_gets_the_event_as_it_was_written(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[ParcelLost] = []
    service = outbox(seen.append)
    lost = ParcelLost(note="somewhere near Łódź")
    append(begin, lost)

    assert service.drain() == 1
    assert service.drain() == 0

    assert seen == [lost]
    (view,) = events_of(service)
    assert (view.status, view.attempts, view.aggregate_id, view.error) == ("processed", 1, lost.parcel_id, None)
    assert view.processed_at is not None


def test_an_event_nobody_knows_is_kept_as_processed(begin: PostgresBegin, outbox: Callable[..., OutboxService]) -> None:
    service = outbox()
    append(begin, ParcelFound())

    assert service.drain() == 1
    assert [view.status for view in events_of(service)] == ["processed"]


def test_an_event_of_a_transaction_that_failed_never_was(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    def fail() -> None:
        with begin() as work:
            work.outbox.append(ParcelLost())
            raise Refused

    with pytest.raises(Refused):
        fail()

    assert events_of(outbox()) == ()


def test_events_are_handled_in_the_order_they_were_written(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[ParcelLost] = []
    written = [ParcelLost(note=str(number)) for number in range(20)]
    for event in written:
        append(begin, event)

    outbox(seen.append).drain()

    assert [event.note for event in seen] == [event.note for event in written]


def test_two_drains_at_once_handle_every_event_once(begin: PostgresBegin, outbox: Callable[..., OutboxService]) -> None:
    seen: Counter[UUID] = Counter()
    service = outbox(lambda event: seen.update([event.parcel_id]))
    append(begin, *(ParcelLost() for _ in range(200)))
    together = threading.Barrier(4)

    def drain() -> None:
        together.wait(timeout=10)
        while service.drain(7):
            pass

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(drain) for _ in range(4)]:
            worker.result(timeout=30)

    assert len(seen) == 200
    assert set(seen.values()) == {1}


def test_an_event_that_always_fails_is_given_up_while_the_others_flow(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[str] = []

    def react(event: ParcelLost) -> None:
        seen.append(event.note)
        if event.note == "bad":
            raise RuntimeError("first line\nsecond line with a secret")

    service = outbox(react)
    append(begin, ParcelLost(note="good"), ParcelLost(note="bad"), ParcelLost(note="fine"))

    while service.drain():
        pass

    assert seen == ["good", "bad", "fine", "bad", "bad"]
    (dead,) = events_of(service, EventStatus.DEAD)
    assert (dead.payload["note"], dead.attempts, dead.error) == ("bad", 3, "RuntimeError: first line")


def test_fresh_events_do_not_wait_behind_those_that_are_due_again_nor_these_behind_them(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[str] = []

    def react(event: ParcelLost) -> None:
        seen.append(event.note)
        if event.note == "bad":
            raise Away

    service = outbox(react, policy=evolve(AT_ONCE, most_attempts=100))
    append(begin, *(ParcelLost(note="bad") for _ in range(6)))
    service.drain(limit=6)
    append(begin, *(ParcelLost(note="good") for _ in range(6)))
    seen.clear()

    assert [service.drain(limit=3), service.drain(limit=3)] == [4, 4]
    assert seen == ["good", "good", "good", "bad"] * 2


def test_what_the_shop_refused_by_name_is_not_tried_again_but_what_was_away_is(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    def react(event: ParcelLost) -> None:
        raise Refused if event.note == "refused" else Away

    service = outbox(react, policy=evolve(AT_ONCE, first=timedelta(hours=1), longest=timedelta(hours=1)))
    append(begin, ParcelLost(note="refused"), ParcelLost(note="away"))

    service.drain()

    found = {view.payload["note"]: view for view in events_of(service)}
    assert found["refused"].status is EventStatus.DEAD
    assert found["away"].status is EventStatus.PENDING
    assert found["away"].next_retry_at - found["away"].created_at > timedelta(minutes=29)
    assert service.drain() == 0


def test_an_event_whose_worker_was_killed_is_handled_by_the_next(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[ParcelLost] = []
    append(begin, ParcelLost())

    def die(_event: ParcelLost) -> None:
        raise Killed

    with pytest.raises(Killed):
        outbox(die, policy=NO_LEASE).drain()
    outbox(seen.append).drain()

    assert len(seen) == 1


def test_an_event_stays_with_a_living_worker_until_the_lease_is_over(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    append(begin, ParcelLost())
    with begin() as work:
        work.outbox_claims.claim_fresh(10, AT_ONCE)

    assert outbox().drain() == 0


def test_an_event_that_kills_every_worker_goes_dead_alone(
    database: Database, begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    handled: list[str] = []

    def react(event: ParcelLost) -> None:
        if event.note == "killer":
            raise Killed
        handled.append(event.note)

    service = outbox(react, policy=evolve(AT_ONCE, most_attempts=8))
    append(begin, ParcelLost(note="before"), ParcelLost(note="killer"), ParcelLost(note="after"))

    deaths = 0
    while events_of(service, EventStatus.PENDING):
        try:
            service.drain()
        except Killed:
            deaths += 1
            end_leases(database)

    assert deaths == 3
    assert [view.payload["note"] for view in events_of(service, EventStatus.DEAD)] == ["killer"]
    assert sorted(handled) == ["after", "before", "before"]  # The one handled beside the killer was not marked in time.


def test_an_event_that_fails_often_and_never_kills_has_all_its_attempts(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    def react(_event: ParcelLost) -> None:
        raise Away

    service = outbox(react, policy=evolve(AT_ONCE, most_attempts=6))
    append(begin, ParcelLost())
    while service.drain():
        pass

    assert [(view.status, view.attempts) for view in events_of(service)] == [(EventStatus.DEAD, 6)]


def test_a_worker_that_lost_its_lease_does_not_speak_for_the_event(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    append(begin, ParcelLost())
    with begin() as work:
        (paused,) = work.outbox_claims.claim_fresh(1, NO_LEASE)
    with begin() as work:
        work.outbox_claims.claim_tried(AT_ONCE)

    with begin() as work:
        work.outbox_claims.settle([Outcome(paused, EventStatus.DEAD, error="too late")])

    (view,) = events_of(outbox())
    assert (view.status, view.error, view.attempts) == (EventStatus.PENDING, None, 2)


def test_an_operator_gives_a_dead_event_another_life(
    database: Database, begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    broken = [True]

    def react(_event: ParcelLost) -> None:
        if broken:
            raise Refused

    service = outbox(react)
    append(begin, ParcelLost())
    service.drain()
    (dead,) = events_of(service, EventStatus.DEAD)
    broken.clear()

    service.retry(SYSTEM, dead.id)
    service.drain()

    assert [view.status for view in events_of(service)] == [EventStatus.PROCESSED]
    with database.pool.connection() as connection:
        rows = connection.execute("SELECT action, entity_id FROM audit_logs").fetchall()
    assert rows == [("outbox.retry", str(dead.id))]


def test_only_who_may_operate_retries_and_only_what_is_dead(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    service = outbox()
    append(begin, ParcelLost())
    (pending,) = events_of(service)
    support = Actor.staff(uuid7(), "Ana", Role.SUPPORT, Origin())

    with pytest.raises(PermissionDenied):
        service.retry(support, pending.id)
    with pytest.raises(PermissionDenied):
        service.list_events(support, None, EVERYTHING)
    with pytest.raises(EventNotDead):
        service.retry(SYSTEM, pending.id)
    with pytest.raises(EventNotFound):
        service.retry(SYSTEM, uuid7())


def test_waits_double_up_to_the_longest_and_chance_shortens_them_by_half_at_most() -> None:
    retry = Retry(timedelta(1), most_attempts=5, first=timedelta(seconds=2), longest=timedelta(seconds=10))

    assert [retry.delay(attempts, 0).total_seconds() for attempts in (1, 2, 3, 4, 1000)] == [2, 4, 8, 10, 10]
    assert retry.delay(1, 1).total_seconds() == 1


def test_an_error_without_words_is_told_by_its_name() -> None:
    assert told(KeyError()) == "KeyError"
    assert len(told(ValueError("x" * 10_000))) == 300
