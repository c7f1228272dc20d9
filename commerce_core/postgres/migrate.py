"""Brings a database to the schema this release needs, and back. Safe when several processes start at once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import psycopg
from attrs import frozen

from commerce_core.kernel.errors import Conflict, DatabaseUnavailable, Unavailable
from commerce_core.postgres.database import address_parts
from commerce_core.postgres.files import migrations_folder

if TYPE_CHECKING:
    from yoyo.backends import DatabaseBackend
    from yoyo.migrations import Migration

_LOCK = 0x636F_6D6D_6572_6365  # "commerce" in ASCII: the key of our advisory lock.
_LOCK_TIMEOUT = "10s"  # A migration that waits longer for a table would make every buyer queue behind it.
_CONNECT_TIMEOUT = 10  # seconds
_POLL = 0.1  # seconds

_HISTORY = "SELECT migration_id, applied_at_utc FROM _yoyo_migration"
_COUNT = "SELECT count(*) FROM _yoyo_migration WHERE migration_id = ANY(%s)"


@frozen
class MigrationStatus:
    """One migration of this release and when it was applied, if it was."""

    id: str
    applied_at: datetime | None


@frozen
class MigrationsBusy(Unavailable):
    """Another process is migrating this database and did not finish in time."""

    code = "migrations-busy"
    detail = "Another process has been migrating this database for more than {waited} seconds."
    waited: float


@frozen
class MigrationIrreversible(Conflict):
    """The migration has no rollback file; nothing was rolled back."""

    code = "migration-irreversible"
    detail = "Migration {migration_id} has no rollback."
    migration_id: str


def migrate(url: str, *, timeout: float = 60, folder: Path | None = None) -> list[str]:
    """Apply what is missing, in order, and return the ids applied. Each migration is one transaction with its record.

    Raises `DatabaseUnavailable`, and `MigrationsBusy` when another process migrates for longer than `timeout` seconds.
    """
    folder = folder or migrations_folder()
    with _locked(url, timeout) as connection:
        done = _applied(connection)
        missing = [migration_id for migration_id in _ids(folder) if migration_id not in done]
        if missing:
            _run(url, folder, missing, "apply")
        return missing


def rollback(url: str, count: int = 1, *, timeout: float = 60, folder: Path | None = None) -> list[str]:
    """Take back the last `count` migrations, newest first, and return their ids.

    Raises `MigrationIrreversible` before anything happens, and what `migrate` raises.
    """
    folder = folder or migrations_folder()
    with _locked(url, timeout) as connection:
        done = _applied(connection)
        chosen = [migration_id for migration_id in reversed(_ids(folder)) if migration_id in done][:count]
        for migration_id in chosen:
            if not (folder / f"{migration_id}.rollback.sql").is_file():
                raise MigrationIrreversible(migration_id)
        if chosen:
            _run(url, folder, chosen, "rollback")
        return chosen


def status(url: str, *, folder: Path | None = None) -> list[MigrationStatus]:
    """Every migration of this release, in order. Changes nothing. Raises `DatabaseUnavailable`."""
    with _connected(url) as connection:
        done = _applied(connection)
    return [
        MigrationStatus(migration_id, done.get(migration_id)) for migration_id in _ids(folder or migrations_folder())
    ]


def is_current(database: str | psycopg.Connection[Any], *, folder: Path | None = None) -> bool:
    """Whether every migration of this release is applied; those of a newer release do no harm. One statement.

    `database` is an address, or a connection in autocommit mode. Raises `DatabaseUnavailable`.
    """
    if isinstance(database, str):
        with _connected(database) as connection:
            return is_current(connection, folder=folder)
    expected = _ids(folder or migrations_folder())
    try:
        row = database.execute(_COUNT, (expected,)).fetchone()
    except psycopg.errors.UndefinedTable:
        return False
    return row is not None and row[0] == len(expected)


def _ids(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.sql") if not path.name.endswith(".rollback.sql"))


def _applied(connection: psycopg.Connection[Any]) -> dict[str, datetime]:
    try:
        rows = connection.execute(_HISTORY).fetchall()
    except psycopg.errors.UndefinedTable:
        return {}
    return {migration_id: applied_at.replace(tzinfo=UTC) for migration_id, applied_at in rows}


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        connection = psycopg.connect(**_parameters(url), autocommit=True)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable from error
    with connection:
        yield connection


@contextmanager
def _locked(url: str, timeout: float) -> Iterator[psycopg.Connection[Any]]:
    """Be the only one who migrates. The lock belongs to this connection, so it dies with the process.

    It is polled: who waits inside a statement holds a snapshot, for which CREATE INDEX CONCURRENTLY waits in turn.
    """
    deadline = time.monotonic() + timeout
    with _connected(url) as connection:
        while not _try_lock(connection):
            if time.monotonic() > deadline:
                raise MigrationsBusy(timeout)
            time.sleep(_POLL)
        yield connection


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
    return row is not None and bool(row[0])


def _run(url: str, folder: Path, migration_ids: list[str], direction: str) -> None:
    # On first use: yoyo and its SQL parser are not needed by a process whose database is up to date.
    from yoyo import get_backend, read_migrations  # noqa: PLC0415

    known = {migration.id: migration for migration in read_migrations(escape(str(folder)))}
    with get_backend(_yoyo_address(url)) as backend:
        backend.break_lock()  # A killed process's row: nobody else can be in there while we hold the advisory lock.
        backend.ensure_internal_schema_updated()
        for migration_id in migration_ids:
            try:
                _run_one(backend, known[migration_id], direction)
            except psycopg.Error as error:
                error.add_note(f"while running {direction} of migration {migration_id}")
                raise


def _run_one(backend: "DatabaseBackend", migration: "Migration", direction: str) -> None:
    """Run one migration and record it, in one transaction.

    yoyo's own `apply_one` records in a second transaction, so a process killed in between could never migrate again;
    and its log asks DNS for this host's name and the system for a user's, neither of which a container need have.
    """
    record = backend.mark_one if direction == "apply" else backend.unmark_one
    migration.load()
    if (
        not migration.use_transactions
    ):  # CREATE INDEX CONCURRENTLY and the like; such a migration must bear being repeated.
        migration.process_steps(backend, direction)
        with backend.transaction():
            record(migration, log=False)
        return
    with backend.transaction():
        migration.process_steps(backend, direction)
        record(migration, log=False)


def _parameters(url: str) -> dict[str, Any]:
    return {"connect_timeout": _CONNECT_TIMEOUT, "application_name": "commerce-migrate", **address_parts(url)}


def _yoyo_address(url: str) -> str:
    """The address as yoyo understands it: everything as query arguments, which it hands to psycopg unchanged.

    Its own parser neither decodes a database name nor knows several hosts.
    """
    parameters = _parameters(url)
    options = f"{parameters.get('options') or ''} -c lock_timeout={_LOCK_TIMEOUT}".strip()
    return f"postgresql+psycopg:///?{urlencode({**parameters, 'options': options})}"
