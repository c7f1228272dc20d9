"""One real PostgreSQL for a whole test run, and a fresh migrated database for each test that asks.

`COMMERCE_TEST_POSTGRES` names another server to use: an address with host, a user who may create databases, and a
database to connect to. `COMMERCE_TEST_POSTGRES_MAJOR` picks the version of the embedded one.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Composed, Identifier
from pytest_postgresql.janitor import DatabaseJanitor

from commerce_core import Commerce, Settings, open_shop
from commerce_core.postgres.embedded import EmbeddedPostgres
from commerce_core.postgres.files import migrations_folder
from commerce_core.postgres.migrate import migrate
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.rows import Rows, rows_of

_SERVER = pytest.StashKey[Path]()
_TEMPLATE_LOCK = 0x7465_7374  # "test" in ASCII
_ROOM = 2 << 30  # bytes
_PREFIX = f"commerce-tests-{os.geteuid()}-"


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of this run's server. Workers inherit it; the first who needs the server starts it."""
    if "PYTEST_XDIST_WORKER" in os.environ or "COMMERCE_TEST_POSTGRES" in os.environ:
        return
    _erase_abandoned_servers()
    folder = _roots()[0] / f"{_PREFIX}{os.getpid()}"
    config.stash[_SERVER] = folder
    os.environ["COMMERCE_TEST_DATA_DIR"] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, also after a failure or Ctrl-C."""
    folder = config.stash.get(_SERVER, None)
    if folder is not None:
        EmbeddedPostgres.erase(folder)


def _roots() -> list[Path]:
    """Where a server may live, the best first: in memory a database is cloned ten times faster than on a disk.

    Never pytest's tmp_path, which PostgreSQL's account may not enter when root runs the tests.
    """
    memory, disk = Path("/dev/shm"), Path(tempfile.gettempdir())
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return [memory, disk] if roomy else [disk]


def _erase_abandoned_servers() -> None:
    """Those of test runs that were killed."""
    for folder in (folder for root in _roots() for folder in root.glob(f"{_PREFIX}*")):
        with suppress(ProcessLookupError, PermissionError):  # Another user's process: the number was given away again.
            os.kill(int(folder.name.removeprefix(_PREFIX).split(".")[0]), 0)
            continue
        EmbeddedPostgres.erase(folder)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The server of this test run: its maintenance database, by a role that may create others."""
    outside = os.environ.get("COMMERCE_TEST_POSTGRES")
    if outside:
        return outside
    major = os.environ.get("COMMERCE_TEST_POSTGRES_MAJOR")
    folder = Path(os.environ["COMMERCE_TEST_DATA_DIR"])
    server = EmbeddedPostgres.start(folder, durable=False, major=int(major) if major else None)
    return _database_of(server.url, "postgres")


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> str:
    """The name of a database with all migrations applied and nobody in it, made once per run for all workers."""
    name = f"commerce_template_{_fingerprint(migrations_folder())}"
    with _alone(postgres_url) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            unfinished = f"{name}_{uuid4().hex[:8]}"
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(unfinished)))
            migrate(_database_of(postgres_url, unfinished))
            connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(unfinished), Identifier(name)))
    return name


@pytest.fixture
def database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """A fresh migrated database of this test's own."""
    with _throwaway_database(postgres_url, template_database) as url:
        yield url


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """A fresh database without any table."""
    with _throwaway_database(postgres_url, None) as url:
        yield url


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder, not there yet, for an embedded server of this test's own, which is stopped afterwards."""
    folder = _roots()[0] / f"{_PREFIX}{os.getpid()}.{uuid4().hex[:8]}"
    try:
        yield folder
    finally:
        EmbeddedPostgres.erase(folder)


@pytest.fixture
def gateway() -> FakeGateway:
    """Card payments without a network; `pay` and `decline` play the buyer."""
    return FakeGateway()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a shop in a test: mail goes to a folder of its own."""
    return Settings(
        environment="test", secret="a-secret-for-tests-only-0123456789", data_dir=str(tmp_path), rate_limits=0
    )


@pytest.fixture
def shop(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[Commerce]:
    """A whole shop on a fresh database."""
    with open_shop(database_url, settings=settings, gateway=gateway) as opened:
        yield opened


@pytest.fixture
def clock(shop: Commerce) -> Clock:
    """The shop's time, to be moved."""
    return Clock(shop)


@pytest.fixture
def make(shop: Commerce) -> Builders:
    """Fills the shop."""
    return Builders(shop)


@pytest.fixture
def rows(database_url: str) -> Rows:
    """What the database says, or does, behind the shop's back."""
    return rows_of(database_url)


class _Cloner(DatabaseJanitor):
    """Clones as files: in memory that takes a third of the time that writing the clone to the log does."""

    def _build_create_database_sql(self) -> Composed:
        create = super()._build_create_database_sql()
        return SQL("{} STRATEGY FILE_COPY").format(create) if self.template_dbname else create


@contextmanager
def _throwaway_database(server: str, template: str | None) -> Iterator[str]:
    where = cast("dict[str, str]", conninfo_to_dict(server))
    name = f"test_{uuid4().hex}"
    janitor = _Cloner(
        user=where["user"],
        password=where.get("password"),
        host=where["host"],
        port=where.get("port", "5432"),
        maintenance_dbname=where["dbname"],
        dbname=name,
        template_dbname=template,
    )
    with janitor:
        yield _database_of(server, name)


@contextmanager
def _alone(server: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection while no other worker is in here. Polled: who waits inside PostgreSQL may hold up the others."""
    deadline = time.monotonic() + 60
    with psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
        while connection.execute("SELECT pg_try_advisory_lock(%s)", (_TEMPLATE_LOCK,)).fetchone() != (True,):
            if time.monotonic() > deadline:
                raise TimeoutError("another worker has been preparing the template database for a minute")
            time.sleep(0.05)
        yield connection


def _database_of(server: str, name: str) -> str:
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _fingerprint(folder: Path) -> str:
    """Changes with every edit of a migration."""
    files = sorted(folder.glob("*.sql"))
    return hashlib.sha256(
        b"\0".join(part for file in files for part in (file.name.encode(), file.read_bytes()))
    ).hexdigest()[:16]
