"""The worker as operators run it: real processes over a real database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from commerce_core.emails.model import Locale, OrderConfirmation, QueuedMail
from commerce_core.kernel.money import Money
from commerce_core.postgres.database import Database
from commerce_core.postgres.embedded import EmbeddedPostgres
from commerce_core.postgres.migrate import migrate
from commerce_core.postgres.work import PostgresBegin

NOTHING = Money(0, "EUR")
ORDER = OrderConfirmation("1001", "Zoé", (), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, True, ())
SUPERVISED = (sys.executable, "-m", "adapters_worker")
PLAIN = (sys.executable, "-m", "procrastinate", "--app=adapters_worker.app.app", "worker")
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def postgres(database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@contextmanager
def working(command: tuple[str, ...], database_url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process that runs until the block ends, and then has to stop by itself when told to."""
    environ = os.environ | {"DATABASE_URL": database_url, "COMMERCE_DATA_DIR": str(folder), "LOG_LEVEL": "info"}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=environ, stderr=log, stdout=log, cwd=CHECKOUT) as process,
    ):
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0, log_of(folder)
        finally:
            process.kill()


def until(seen: Callable[[], bool], *, within: float, what: str) -> float:
    started = time.monotonic()
    while not seen():
        if time.monotonic() - started > within:
            raise AssertionError(f"not seen within {within} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - started


def queue_mail(database_url: str, key: str) -> None:
    """Commit a mail, as a use case would."""
    database = Database.at(database_url)
    with PostgresBegin(database)() as work:
        work.emails.queue(QueuedMail(key, "zoe@example.com", Locale.FR, ORDER))
    database.close()


def log_of(folder: Path) -> str:
    return (folder / "log").read_text()


def mails(folder: Path) -> int:
    return len(list((folder / "mail").glob("*.eml")))


def listeners(postgres: psycopg.Connection[tuple[object, ...]]) -> int:
    row = postgres.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


@pytest.mark.parametrize("command", [PLAIN, SUPERVISED], ids=["procrastinate", "supervised"])
def test_a_mail_goes_out_within_two_seconds_of_its_commit(
    command: tuple[str, ...],
    database_url: str,
    tmp_path: Path,
    postgres: psycopg.Connection[tuple[object, ...]],
) -> None:
    with working(command, database_url, tmp_path):
        until(lambda: listeners(postgres) > 0, within=30, what="a worker that listens")
        for number in range(1, 4):
            queue_mail(database_url, f"order_confirmation:{number}")
            until(lambda number=number: mails(tmp_path) == number, within=2, what="the mail")

    assert postgres.execute("SELECT status, attempts FROM email_outbox").fetchall() == [("sent", 1)] * 3


def test_a_worker_outlives_cut_connections_and_a_restart_of_postgresql(data_dir: Path, tmp_path: Path) -> None:
    server = EmbeddedPostgres.start(data_dir, durable=False)
    migrate(server.url)
    with working(SUPERVISED, server.url, tmp_path):
        queue_mail(server.url, "order_confirmation:1")
        until(lambda: mails(tmp_path) == 1, within=30, what="a mail")

        with psycopg.connect(server.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        queue_mail(server.url, "order_confirmation:2")
        until(lambda: mails(tmp_path) == 2, within=20, what="a mail after the connections were cut")

        server.stop()
        until(lambda: "starting another" in log_of(tmp_path), within=20, what="a worker that ended")
        server = EmbeddedPostgres.start(data_dir, durable=False)
        queue_mail(server.url, "order_confirmation:3")
        until(lambda: mails(tmp_path) == 3, within=30, what="a mail after the restart")

    assert all(line.startswith("{") for line in log_of(tmp_path).splitlines()), log_of(tmp_path)


def test_a_job_of_a_dead_worker_is_done_by_a_living_one(
    database_url: str, tmp_path: Path, postgres: psycopg.Connection[tuple[object, ...]]
) -> None:
    dead = postgres.execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
    ).fetchone()
    assert dead is not None
    for name in (
        "drain",
        "drain_net",
        "drain_net",
    ):  # The last two collide on their queueing lock when they wait again.
        postgres.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status, worker_id)"
            " VALUES ('commerce', %s, %s, %s, 'doing', %s)",
            (name, None if name == "drain" else name, "{}" if name == "drain" else '{"timestamp": 0}', dead[0]),
        )
    mine = [row[0] for row in postgres.execute("SELECT id FROM procrastinate_jobs").fetchall()]

    with working(SUPERVISED, database_url, tmp_path):
        until(
            lambda: not postgres.execute("SELECT 1 FROM procrastinate_jobs WHERE id = ANY(%s)", (mine,)).fetchall(),
            within=20,
            what="all three jobs done and deleted",
        )
