"""The worker is woken by whoever writes something for it: once, and only if the transaction commits."""

from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID

import pytest
from attrs import frozen

from commerce_core.emails.model import Locale, QueuedMail
from commerce_core.kernel.ids import uuid7
from commerce_core.postgres.database import Database
from commerce_core.postgres.work import PostgresBegin


@frozen
class Knocked:
    type: ClassVar[str] = "knocked"
    template: ClassVar[str] = "knocked"
    aggregate_id: UUID


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database.at(database_url)
    yield opened
    opened.close()


@pytest.fixture
def begin(database: Database) -> PostgresBegin:
    return PostgresBegin(database)


def jobs(database: Database) -> list[tuple[str, ...]]:
    with database.pool.connection() as connection:
        found = connection.execute("SELECT queue_name, task_name, status FROM procrastinate_jobs ORDER BY id")
        return [tuple(row) for row in found]


def test_two_events_and_a_mail_ring_once(database: Database, begin: PostgresBegin) -> None:
    event = Knocked(uuid7())
    with begin() as work:
        work.outbox.append(event)
        work.outbox.append(event)
        work.emails.queue(QueuedMail("knock", "ana@example.com", Locale.FR, event))

    assert jobs(database) == [("commerce", "drain", "todo")]


def test_a_waiting_job_is_enough(database: Database, begin: PostgresBegin) -> None:
    for _ in range(3):
        with begin() as work:
            work.outbox.append(Knocked(uuid7()))

    assert len(jobs(database)) == 1


def test_a_job_that_runs_already_may_have_looked_away_so_the_bell_rings_again(
    database: Database, begin: PostgresBegin
) -> None:
    with begin() as work:
        work.outbox.append(Knocked(uuid7()))
    with database.pool.connection() as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    with begin() as work:
        work.outbox.append(Knocked(uuid7()))

    assert [status for *_, status in jobs(database)] == ["doing", "todo"]


def test_a_transaction_that_fails_wakes_nobody(database: Database, begin: PostgresBegin) -> None:
    def fail() -> None:
        with begin() as work:
            work.outbox.append(Knocked(uuid7()))
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert jobs(database) == []


def test_a_transaction_with_nothing_for_the_worker_wakes_nobody(database: Database, begin: PostgresBegin) -> None:
    with begin() as work:
        assert work.now

    assert jobs(database) == []
