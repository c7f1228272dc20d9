"""Where a command finds its shop: the configured database, or an embedded one in the data folder."""

import fcntl
import getpass
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from attrs import evolve, frozen

from commerce_core.access.model import Actor
from commerce_core.kernel.errors import Conflict, Unavailable
from commerce_core.postgres.embedded import EmbeddedPostgres, default_data_dir
from commerce_core.postgres.migrate import is_current, migrate
from commerce_core.settings import Settings, from_environ
from commerce_core.wiring import Commerce, open_shop

_LOCK_TIMEOUT = 60.0  # seconds; the last user may be stopping a busy server
_POLL = 0.05


def _user() -> str:
    """Who is logged in here; in a container nobody may be."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


OPERATOR = Actor.command_line(_user(), str(uuid4()))  # The audit log tells what one command did by this id.


@frozen
class DatabaseNotMigrated(Unavailable):
    """The database is older than this release; nothing was asked of it."""

    code = "database-not-migrated"
    detail = "The database lacks migrations of this release. Run `commerce db migrate` first."


@frozen
class DataFolderUnusable(Unavailable):
    """Nothing can be kept there."""

    code = "data-folder-unusable"
    detail = "Nothing can be written to {folder}: {reason}. Set COMMERCE_DATA_DIR to a folder of yours."
    folder: str
    reason: str


@frozen
class DataFolderInUse(Conflict):
    """Another process of commerce works with this data."""

    code = "data-folder-in-use"
    detail = "{user} is using the data in {folder}. Stop it, or set COMMERCE_DATA_DIR to another folder."
    user: str
    folder: str


def data_folder(settings: Settings) -> Path:
    """Where this shop keeps what is not in a configured database."""
    return Path(settings.data_dir).resolve() if settings.data_dir else default_data_dir()


def prepared(folder: Path) -> Path:
    """The folder, made if it is missing. Raises `DataFolderUnusable`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataFolderUnusable(str(folder), error.strerror or type(error).__name__) from error
    return folder


def environment(settings: Settings) -> dict[str, str]:
    """What a child process needs to know to work for the same shop."""
    given = {"DATABASE_URL": settings.database_url, "COMMERCE_DATA_DIR": settings.data_dir}
    return {**os.environ, **{name: value for name, value in given.items() if value}}


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that answers: the configured one, else the embedded one, up until the block ends."""
    if settings.database_url:
        yield settings
        return
    folder = prepared(data_folder(settings))
    with embedded(folder) as server:
        yield evolve(settings, database_url=server.url, data_dir=str(folder))


@contextmanager
def embedded(folder: Path) -> Iterator[EmbeddedPostgres]:
    """The embedded server of this folder. Several processes may use it; the last one that leaves stops it."""
    with (folder / "users.lock").open("wb") as users:
        _share(users, folder)
        try:
            yield EmbeddedPostgres.start(folder)
        finally:
            if locked(users):
                EmbeddedPostgres(folder, "", "", started_here=True).stop()


@contextmanager
def opened() -> Iterator[Commerce]:
    """The shop of the environment, ready to use. An embedded database is brought up to date; another one must be.

    Raises `DatabaseNotMigrated` and what starting the database raises.
    """
    configured = from_environ()
    with database(configured) as settings, open_shop(settings=settings) as shop:
        with shop.database.read() as session:
            current = is_current(session.connection)
        if not current and configured.database_url:
            raise DatabaseNotMigrated
        if not current:
            migrate(str(settings.database_url))
        yield shop


def locked(file: IO[bytes]) -> bool:
    """Have this file alone, if nobody else has it. The kernel frees the lock of a killed process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _share(users: IO[bytes], folder: Path) -> None:
    """Be one of those who use the server. Whoever has the lock alone is just stopping it."""
    deadline = time.monotonic() + _LOCK_TIMEOUT
    while True:
        try:
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise DataFolderInUse("Another process", str(folder)) from None
            time.sleep(_POLL)
        else:
            return
