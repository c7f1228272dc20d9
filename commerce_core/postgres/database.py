"""The pool, the transaction and the one way to run a statement."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
import psycopg
from attrs import define, field, frozen
from psycopg import Connection, Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import (
    DeadlockDetected,
    ForeignKeyViolation,
    LockNotAvailable,
    QueryCanceled,
    ReadOnlySqlTransaction,
    SerializationFailure,
    UniqueViolation,
)
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from commerce_core.kernel.errors import Busy, CommerceError, DatabaseAddressInvalid, DatabaseUnavailable
from commerce_core.kernel.transaction import TransactionConflict, transaction_open
from commerce_core.postgres.statements import statements

Row = tuple[Any, ...]

_EVENT_NUMBER = "outbox_events_sequence_key"  # Drawn twice by two who told of one thing at once.


@frozen
class Timeouts:
    """How long anything may wait for PostgreSQL, in seconds."""

    connect: int = 3
    pool: float = 3.0
    statement: float = 10.0
    lock: float = 5.0
    idle_in_transaction: float = 15.0

    def options(self) -> str:
        """The same as settings of a session."""
        return (
            f"-c statement_timeout={int(self.statement * 1000)} -c lock_timeout={int(self.lock * 1000)}"
            f" -c idle_in_transaction_session_timeout={int(self.idle_in_transaction * 1000)} -c TimeZone=UTC"
            " -c plan_cache_mode=force_generic_plan"  # Our statements are few and made for it; planning each is dearer.
        )


@define
class Session:
    """Runs named statements on one connection.

    Inside a transaction everything is pipelined: `send` does not wait, asking for a result waits for it and all that
    was sent before, and the commit waits for the rest.
    """

    connection: Connection[Row]
    _now: datetime | None = None

    def send(self, name: str, /, **parameters: object) -> Cursor[Row]:
        """Send a statement. In a transaction its errors show at the next wait, at the latest at the commit."""
        return self.connection.execute(statements()[name], parameters)

    def row(self, name: str, /, **parameters: object) -> Row | None:
        """The first row, or None."""
        return self.send(name, **parameters).fetchone()

    def rows(self, name: str, /, **parameters: object) -> list[Row]:
        """All rows."""
        return self.send(name, **parameters).fetchall()

    def value(self, name: str, /, **parameters: object) -> Any:
        """The first column of the only row there has to be."""
        row = self.row(name, **parameters)
        if row is None:
            raise LookupError(f"{name} gave no row")
        return row[0]

    def locked(self, cursor: Cursor[Row]) -> Row | None:
        """The row of a locking statement without its first column, the shop's time after the lock was granted."""
        row = cursor.fetchone()
        if row is None:
            return None
        self._now = row[0]
        return row[1:]

    def all_locked(self, cursor: Cursor[Row]) -> list[Row]:
        """The rows of a statement that locks several, without their first columns; the last has the latest time."""
        rows = cursor.fetchall()
        if rows:
            self._now = rows[-1][0]
        return [row[1:] for row in rows]

    @property
    def now(self) -> datetime:
        """The shop's time in this transaction: that of its last lock, else asked for once."""
        if self._now is None:
            now: datetime = self.value("kernel.now")
            self._now = now
        return self._now

    @contextmanager
    def refusing(self, refusals: Mapping[str, CommerceError]) -> Iterator[None]:
        """Turn the violation of a unique constraint, by its name, into a refusal. Wait for the statement inside."""
        try:
            yield
        except UniqueViolation as error:
            refused = refusals.get(error.diag.constraint_name or "")
            if refused is None:
                raise
            raise refused from error


class ConnectionLostError(Exception):
    """The connection broke while it was used."""


@frozen
class Database:
    """A pool of connections to one shop's database. Opens nothing until it is first used."""

    pool: ConnectionPool[Connection[Row]] = field(repr=False)
    timeouts: Timeouts

    @classmethod
    def at(
        cls, url: str, *, max_connections: int = 8, timeouts: Timeouts | None = None, search_language: str = "simple"
    ) -> "Database":
        """A database by its address. `max_connections`: one for each thread that may ask at once.

        `search_language` is a text search configuration of PostgreSQL.
        Raises `DatabaseAddressInvalid`; whether anybody is there shows at the first use.
        """
        address_parts(url)
        limits = timeouts or Timeouts()
        pool = ConnectionPool(
            url,
            min_size=1,
            max_size=max_connections,
            open=False,
            timeout=limits.pool,
            reconnect_timeout=5.0,
            name="commerce",
            configure=_configure,
            kwargs={
                "autocommit": True,  # So that a transaction is always a real one, never a savepoint.
                "prepare_threshold": 0,
                "connect_timeout": limits.connect,
                "options": f"{limits.options()} -c default_text_search_config=pg_catalog.{search_language}",
                "application_name": "commerce",
            },
        )
        return cls(pool, limits)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: BEGIN and COMMIT ride with the statements; an exception takes everything back."""
        with transaction_open(), self._connection() as connection:
            try:
                with connection.pipeline():
                    # By hand: the driver's own block would wait for BEGIN, and once more before it sends COMMIT.
                    connection.execute("BEGIN")
                    yield Session(connection)
                    done = connection.execute("COMMIT")
            except BaseException:
                if not connection.closed:
                    connection.rollback()
                raise
            if done.statusmessage != "COMMIT":  # PostgreSQL answers ROLLBACK when a swallowed error spoiled it.
                raise RuntimeError("the transaction had failed before its commit")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Statements that stand alone, each committed at once. For reads, and for writes that are one statement."""
        try:
            with self._connection() as connection:
                yield Session(connection)
        except TransactionConflict as error:
            raise Busy from error

    @contextmanager
    def _connection(self) -> Iterator[Connection[Row]]:
        try:
            if self.pool.closed:
                self.pool.open()
            with self.pool.connection() as connection:
                try:
                    yield connection
                except psycopg.Error as error:
                    if connection.closed:
                        raise ConnectionLostError from error
                    raise
        except ConnectionLostError as error:
            self.pool.check()  # PostgreSQL went away, so the others are dead too; one request finds out for all.
            raise DatabaseUnavailable from error
        except (DeadlockDetected, SerializationFailure, ForeignKeyViolation) as error:
            # What a row refers to was there when it was asked for: somebody has removed it since, as with a deadlock.
            raise TransactionConflict from error
        except UniqueViolation as error:
            if error.diag.constraint_name != _EVENT_NUMBER:
                raise
            raise TransactionConflict from error
        except (LockNotAvailable, QueryCanceled) as error:
            raise Busy from error
        except (PoolTimeout, psycopg.OperationalError, ReadOnlySqlTransaction) as error:
            raise DatabaseUnavailable from error

    def close(self) -> None:
        """Close every connection."""
        self.pool.close()


def _configure(connection: Connection[Row]) -> None:
    set_json_loads(orjson.loads, connection)
    set_json_dumps(orjson.dumps, connection)


def address_parts(url: str) -> dict[str, Any]:
    """The parts of a PostgreSQL address, an URL or key=value pairs. Raises `DatabaseAddressInvalid`."""
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise DatabaseAddressInvalid from error
