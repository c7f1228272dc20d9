"""The folder of one embedded server: its cluster, its socket, and the lock of those who start and stop it."""

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from attrs import frozen

from commerce_core.postgres.programs import Account, EmbeddedUnavailable, Programs, is_postmaster

DATABASE = "commerce"
_SUPERUSER = "postgres"
_PORT = "5432"  # Only the socket's name; said in the address too, where a PGPORT of the caller would count otherwise.
_START_TIMEOUT = 60.0  # seconds; crash recovery of a large database is the slow case
_STOP_TIMEOUT = 30.0
_LOCK_TIMEOUT = 90.0  # the other process may be creating the cluster and recovering
_LEAVING_TIMEOUT = 20.0  # for the children of a killed server to notice
_POLL = 0.05
_LONGEST_SOCKET_FOLDER = 80  # The kernel takes 107 bytes (macOS: 103) for folder and socket name together.

_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",  # nobody develops on a spinning disk
    "jit": "off",  # costs more than it gives on statements of milliseconds
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# What a crash of the machine may corrupt. Autovacuum would only hold up the cloning of databases.
_THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
}


def system_folder() -> Path:
    """Where data goes by default: among the system's for root, else beside the temporary files that survive a boot."""
    if os.geteuid() == 0:
        return Path("/var/lib/commerce")
    return Path(f"/var/tmp/commerce-{os.geteuid()}")  # noqa: S108 - its owner is checked before use


@contextlib.contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the system refuses inside into `EmbeddedUnavailable`."""
    try:
        yield
    except OSError as error:
        raise EmbeddedUnavailable(f"{error.filename or folder}: {error.strerror}") from error


@frozen
class Home:
    """One server's folder. Everything but the reading of it happens under `locked`."""

    path: Path
    account: Account

    @classmethod
    def of(cls, data_dir: Path) -> Self:
        """The home at this place, for the account that may run PostgreSQL here."""
        return cls(data_dir.resolve(), Account.for_postgres())

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.path / "cluster"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: in here, or in a shorter place when the kernel would not take the name."""
        here = self.path / "run"
        if len(os.fsencode(here)) <= _LONGEST_SOCKET_FOLDER:
            return here
        return system_folder() / f"run-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]}"

    @property
    def log(self) -> Path:
        """What the server says; that of the start before is kept beside."""
        return self.cluster / "server.log"

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{_SUPERUSER}@/{database}?host={quote(str(self.sockets), safe='/')}&port={_PORT}"

    def prepare(self) -> None:
        """Make the folders. Raises `OSError`, or `EmbeddedUnavailable` where the server's account could not enter."""
        if system_folder() in {*self.path.parents, *self.sockets.parents}:
            _prepare_system_folder()
        if self.account.differs:
            self._refuse_closed_parents()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account.differs:
            self.path.chmod(0o711)
        self._make_private(self.sockets)

    def _refuse_closed_parents(self) -> None:
        """We open no folder that somebody closed."""
        for parent in self.path.parents:
            if parent.is_dir() and not parent.stat().st_mode & stat.S_IXOTH:
                raise EmbeddedUnavailable(
                    f"the system account {self.account.name} may not enter {parent}; choose another data directory"
                )

    def _make_private(self, folder: Path) -> None:
        """A folder that the server's account owns and nobody else may enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), self.account.uid}:
            raise EmbeddedUnavailable(f"{folder} belongs to somebody else")
        if self.account.differs:
            os.chown(folder, self.account.uid, self.account.gid)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only process that starts or stops this server. The kernel frees the lock of a killed process."""
        deadline = time.monotonic() + _LOCK_TIMEOUT
        with (self.path / "lock").open("wb") as file:
            while not _try_lock(file.fileno()):
                if time.monotonic() > deadline:
                    raise EmbeddedUnavailable(
                        f"another process has been starting or stopping it for {_LOCK_TIMEOUT:.0f} seconds"
                    )
                time.sleep(_POLL)
            yield

    def major(self, *, wanted: int | None) -> int | None:
        """The major version to run: that of the cluster, if there is one."""
        try:
            found = int((self.cluster / "PG_VERSION").read_text())
        except FileNotFoundError:
            return wanted
        if wanted not in {None, found}:
            raise EmbeddedUnavailable(f"{self.path} was created by PostgreSQL {found}, not {wanted}")
        return found

    def create_cluster(self, programs: Programs, *, durable: bool) -> None:
        """Run initdb once. The cluster gets its name when it is complete, so a killed initdb does no harm."""
        if self.cluster.exists():
            return
        unfinished = self.path / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_private(unfinished)
        arguments = ["-D", str(unfinished), "-U", _SUPERUSER, "--auth=trust", "--encoding=UTF8", *programs.locale]
        programs.run("initdb", *arguments, *([] if durable else ["--no-sync"]), timeout=_START_TIMEOUT)
        unfinished.rename(self.cluster)

    def is_running(self) -> bool:
        """Whether the server of this cluster lives; it may not answer yet."""
        return is_postmaster(self.cluster / "postmaster.pid", self.cluster)

    def start_server(self, programs: Programs, *, durable: bool) -> bool:
        """Start it unless it runs; tell whether it was started."""
        if self.is_running():
            return False
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = {**_SETTINGS, **({} if durable else _THROWAWAY), "unix_socket_directories": str(self.sockets)}
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        arguments = ["-D", str(self.cluster), "-l", str(self.log), "-o", options, "-w", "-t", f"{_START_TIMEOUT:.0f}"]
        deadline = time.monotonic() + _LEAVING_TIMEOUT
        while True:
            self._clear_leftovers()
            try:
                programs.run("pg_ctl", "start", *arguments, timeout=_START_TIMEOUT + 10)
            except EmbeddedUnavailable as error:
                said = _last_lines(self.log)
                if "shared memory block" not in said or time.monotonic() > deadline:
                    raise EmbeddedUnavailable(f"{error.reason} {said}") from error
                time.sleep(_POLL)  # The children of a killed server are still leaving.
            else:
                return True

    def _clear_leftovers(self) -> None:
        """The lock files of a dead server. PostgreSQL itself trusts a number that was given away, or a zombie's."""
        for file in (self.cluster / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            file.unlink(missing_ok=True)

    def create_database(self) -> str:
        """Make sure that the server answers and has our database; return its version."""
        deadline = time.monotonic() + _START_TIMEOUT
        while True:
            try:
                with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
                    if not connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).rowcount:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                    return connection.info.parameter_status("server_version") or ""
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedUnavailable(f"it does not answer: {error}") from error
                time.sleep(_POLL)

    def stop_server(self) -> None:
        """Stop it if it runs: cleanly, or when it hangs at once, to be recovered at the next start."""
        if not self.is_running():
            return
        programs = Programs.find(self.major(wanted=None), self.account)
        arguments = ["-D", str(self.cluster), "-w", "-t", f"{_STOP_TIMEOUT:.0f}"]
        try:
            programs.run("pg_ctl", "stop", *arguments, "-m", "fast", timeout=_STOP_TIMEOUT + 5)
        except EmbeddedUnavailable:
            programs.run("pg_ctl", "stop", *arguments, "-m", "immediate", timeout=_STOP_TIMEOUT + 5)

    def delete(self) -> None:
        """Remove what we made, and the folder itself if that was all."""
        for folder in (self.cluster, self.path / "cluster.unfinished", self.sockets):
            shutil.rmtree(folder, ignore_errors=True)
        (self.path / "lock").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.path.rmdir()


def _prepare_system_folder() -> None:
    """Make our folder among the system's. Its name can be guessed, so somebody else may have made it first."""
    folder = system_folder()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise EmbeddedUnavailable(f"{folder} belongs to somebody else")
    folder.chmod(0o755)  # Whatever the umask says; what is inside keeps itself closed.


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _last_lines(log: Path) -> str:
    with contextlib.suppress(OSError):
        return " ".join(log.read_text(errors="replace").splitlines()[-5:])
    return ""
