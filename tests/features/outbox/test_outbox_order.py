"""Events of one thing stay in order, subscribers do not disturb one another, and what is old is forgotten."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.transaction import TransactionConflict
from commerce_core.orders.events import OrderPaid
from commerce_core.outbox.errors import EventNotFound
from commerce_core.outbox.model import EventStatus, Reaction
from commerce_core.outbox.service import OutboxService
from commerce_core.postgres.database import Database
from commerce_core.postgres.outbox import PostgresOutboxReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.work import PostgresBegin
from commerce_core.testing.clock import Clock
from tests.features.outbox.test_outbox_drain import (
    AT_ONCE,
    EVERYTHING,
    Away,
    Killed,
    ParcelLost,
    append,
    end_leases,
    events_of,
)


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
    def reacting(**reactions: Reaction) -> OutboxService:
        policy = evolve(AT_ONCE, most_attempts=8)
        return OutboxService(begin, PostgresOutboxReader(database), {ParcelLost: reactions}, decode, policy)

    return reacting


def lost(parcel: UUID, *notes: str) -> list[ParcelLost]:
    return [ParcelLost(parcel, note) for note in notes]


def test_events_of_one_thing_are_numbered_without_a_gap(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    here, there = uuid7(), uuid7()
    append(begin, *lost(here, "a", "b"), *lost(there, "c"))
    append(begin, *lost(here, "d"))

    numbers = {view.payload["note"]: view.sequence for view in events_of(outbox())}
    assert numbers == {"a": 1, "b": 2, "c": 1, "d": 3}


def test_eight_who_tell_of_one_thing_at_once_without_its_lock_still_leave_no_gap(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    service, parcel, together = outbox(), uuid7(), threading.Barrier(8)

    def told() -> bool:
        try:
            append(begin, *lost(parcel, "x"))
        except TransactionConflict:
            return False
        return True

    def tell(_turn: int) -> None:
        together.wait(10)
        for _ in range(5):
            while not told():
                pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, range(8)))

    numbers = sorted(view.sequence for view in events_of(service))
    assert numbers == list(range(1, 41))


def test_an_event_waits_until_the_one_before_it_is_done_with_and_others_do_not(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[str] = []
    away = [True]

    def react(event: ParcelLost) -> None:
        if event.note == "first" and away:
            raise Away
        seen.append(event.note)

    service = outbox(only=react)
    append(begin, *lost(uuid7(), "first", "second", "third"), *lost(uuid7(), "other"))

    for _ in range(3):
        service.drain()
    assert seen == ["other"]

    away.clear()
    while service.drain():
        pass
    assert seen == ["other", "first", "second", "third"]


def test_what_was_given_up_holds_up_nothing_behind_it(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[str] = []

    def react(event: ParcelLost) -> None:
        if event.note == "bad":
            raise Away
        seen.append(event.note)

    append(begin, *lost(uuid7(), "bad", "good"))
    service = outbox(only=react)
    while service.drain():
        pass

    assert seen == ["good"]
    assert [view.payload["note"] for view in events_of(service, EventStatus.DEAD)] == ["bad"]


def test_two_workers_keep_the_order_of_one_thing(begin: PostgresBegin, outbox: Callable[..., OutboxService]) -> None:
    parcels = [uuid7() for _ in range(5)]
    seen: dict[UUID, list[str]] = {parcel: [] for parcel in parcels}
    service = outbox(only=lambda event: seen[event.parcel_id].append(event.note))
    for number in range(10):
        append(begin, *(ParcelLost(parcel, str(number)) for parcel in parcels))
    together = threading.Barrier(4)

    def work() -> None:
        together.wait(10)
        while events_of(service, EventStatus.PENDING):
            service.drain(3)

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(work) for _ in range(4)]:
            worker.result(timeout=60)

    assert set(map(tuple, seen.values())) == {tuple(map(str, range(10)))}


def test_a_subscriber_that_fails_repeats_nobody_else_and_holds_up_nobody_else(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[str] = []

    def fail(_event: ParcelLost) -> None:
        raise Away

    service = outbox(steady=lambda event: seen.append(event.note), moody=fail)
    append(begin, *lost(uuid7(), "first", "second"))
    for _ in range(4):
        service.drain()
    assert seen == ["first", "second"]
    assert {(view.branch, view.sequence) for view in events_of(service, EventStatus.PENDING)} == {
        ("moody", 1),
        ("moody", 2),
    }

    while service.drain():
        pass
    assert seen == ["first", "second"]
    assert [view.branch for view in events_of(service, EventStatus.DEAD)] == ["moody", "moody"]


def test_a_subscriber_that_kills_its_worker_takes_nobody_with_it(
    database: Database, begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[str] = []

    def kill(_event: ParcelLost) -> None:
        raise Killed

    service = outbox(deadly=kill, steady=lambda event: seen.append(event.note))
    append(begin, *lost(uuid7(), "first"))
    deaths = 0
    while events_of(service, EventStatus.PENDING):
        try:
            service.drain()
        except Killed:
            deaths += 1
            end_leases(database)

    assert deaths == 3
    assert seen == ["first"]
    assert [view.branch for view in events_of(service, EventStatus.DEAD)] == ["deadly"]


def test_a_worker_that_was_paused_beyond_its_lease_leaves_the_rest_to_the_next(
    database: Database, begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    seen: list[str] = []
    append(begin, *(event for note in "abc" for event in lost(uuid7(), note)))
    other = outbox(only=lambda event: seen.append(f"other {event.note}"))

    def pause(event: ParcelLost) -> None:
        seen.append(event.note)
        end_leases(database)
        while other.drain():
            pass

    clock = iter([0.0, 61.0, 61.0, 61.0])
    evolve(outbox(only=pause), stopwatch=lambda: next(clock)).drain()

    assert seen == ["a", "other a", "other b", "other c"]  # The one it had in hand; a reaction has to be idempotent.
    assert {view.status for view in events_of(other)} == {EventStatus.PROCESSED}


def test_a_function_subscribes_in_one_line(shop: Commerce, database: Database) -> None:
    seen: list[UUID] = []

    @shop.on(OrderPaid)
    def tell_the_warehouse(event: OrderPaid) -> None:
        seen.append(event.order_id)

    order = uuid7()
    with PostgresBegin(database)() as work:
        work.outbox.append(OrderPaid(order))
    while shop.outbox.drain():
        pass

    assert seen == [order]
    with pytest.raises(ValueError, match="already"):
        shop.on(OrderPaid)(tell_the_warehouse)
    assert shop.on(OrderPaid, name="another")(tell_the_warehouse) is tell_the_warehouse


def test_what_nobody_subscribes_any_more_is_done_with(
    begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    append(begin, *lost(uuid7(), "x"))
    outbox(one=lambda _: None, two=lambda _: None).drain(1)

    service = outbox(one=lambda _: None)
    while service.drain():
        pass

    assert {view.status for view in events_of(service)} == {EventStatus.PROCESSED}


def test_old_events_are_forgotten_and_their_numbers_go_on(
    shop: Commerce, clock: Clock, begin: PostgresBegin, outbox: Callable[..., OutboxService]
) -> None:
    parcel = uuid7()
    bad = ParcelLost(uuid7(), "bad")

    def react(event: ParcelLost) -> None:
        if event == bad:
            raise Away

    service = outbox(only=react)
    append(begin, *lost(parcel, "a", "b"), bad)
    while service.drain():
        pass
    assert shop.outbox.prune() == 0
    clock.forward(timedelta(days=91))

    assert shop.outbox.prune() == 2

    append(begin, *lost(parcel, "c"))
    assert {(view.payload["note"], view.sequence) for view in events_of(service)} == {("bad", 1), ("c", 3)}


def test_one_event_is_shown_to_who_may_operate(begin: PostgresBegin, shop: Commerce) -> None:
    append(begin, *lost(uuid7(), "x"))
    [listed] = shop.outbox.list_events(SYSTEM, None, EVERYTHING).items

    assert shop.outbox.show(SYSTEM, listed.id) == listed
    with pytest.raises(EventNotFound):
        shop.outbox.show(SYSTEM, uuid7())
    with pytest.raises(PermissionDenied):
        shop.outbox.show(GUEST, listed.id)
    assert shop.outbox.list_events(SYSTEM, EventStatus.DEAD, PageRequest()).total == 0
