"""What kind of server answers at an address, and whether it keeps what it has promised to keep."""

import psycopg
from attrs import frozen

from commerce_core.kernel.errors import DatabaseUnavailable, Invalid
from commerce_core.settings import Settings

OLDEST_MAJOR = 15
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
_OFF = "SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = 'off' ORDER BY name"


@frozen
class DatabaseNotDurable(Invalid):
    """The server may forget what it has committed."""

    code = "database-not-durable"
    detail = "PostgreSQL would lose orders in a crash: {off} must be on."
    off: str


@frozen
class Server:
    """A PostgreSQL server. `not_durable` names the settings that let a crash take committed orders back."""

    major: int
    not_durable: tuple[str, ...]

    @classmethod
    def at(cls, url: str, *, timeout: int = 3) -> "Server":
        """Ask the server at this address. Raises `DatabaseUnavailable`."""
        try:
            with psycopg.connect(url, connect_timeout=timeout, autocommit=True) as connection:
                off = connection.execute(_OFF, (list(_DURABLE),)).fetchall()
                return cls(connection.info.server_version // 10_000, tuple(name for (name,) in off))
        except (psycopg.OperationalError, psycopg.ProgrammingError) as error:  # The latter for an address that is none.
            raise DatabaseUnavailable from error


def must_be_fit(settings: Settings) -> None:
    """Where customers are, refuse to start on a server that may forget their orders; elsewhere ask nothing.

    Raises `DatabaseNotDurable` and, because a server that cannot be asked could be one, `DatabaseUnavailable`.
    """
    if settings.production and (off := Server.at(str(settings.database_url)).not_durable):
        raise DatabaseNotDurable(" and ".join(off))
