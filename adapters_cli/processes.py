"""The programs a shop consists of, and keeping them: started, watched, stopped."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

from attrs import define, field, frozen

from commerce_core.kernel.errors import Unavailable

T = TypeVar("T")

API = (sys.executable, "-m", "gunicorn", "--config", "python:adapters_http.gunicorn_conf")
WORKER = (sys.executable, "-m", "adapters_worker")
STRIPE = (sys.executable, "-m", "commerce_core.testing.stripe_server")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PATIENCE = 3.0  # seconds from being told to stop to being killed
_POLL = 0.02
_PORTS = 100  # how many are tried


@frozen
class ProcessDied(Unavailable):
    """A part of the shop ended by itself."""

    code = "process-died"
    detail = "The {process} ended by itself. The end of {log}:\n{tail}"
    process: str
    log: str
    tail: str


@frozen
class NoFreePort(Unavailable):
    """Every port that was tried is taken."""

    code = "no-free-port"
    detail = "No port from {first} to {last} is free."
    first: int
    last: int


@frozen
class Child:
    """One process and its log."""

    name: str
    process: subprocess.Popen[bytes] = field(repr=False)
    log: Path

    @classmethod
    def start(cls, name: str, command: Sequence[str], environ: Mapping[str, str], logs: Path) -> Self:
        """Start it in a session of its own, so that Ctrl-C reaches us alone and we stop it in good order."""
        log = logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process, log)

    def must_live(self) -> None:
        """Raises `ProcessDied` with the end of its log."""
        if self.process.poll() is not None:
            lines = self.log.read_text("utf-8", errors="replace").splitlines()[-12:]
            raise ProcessDied(self.name, str(self.log), "\n".join(lines) or "(it said nothing)")


@define
class Children:
    """Every process of one run, written down so that the next run can end what a killed run left behind."""

    folder: Path
    _children: list[Child] = field(factory=list, init=False)

    @property
    def _record(self) -> Path:
        return self.folder / "processes.json"

    @property
    def logs(self) -> Path:
        """Where they write."""
        return self.folder / "logs"

    def start(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        """Start one more."""
        self.logs.mkdir(exist_ok=True)
        self._children.append(Child.start(name, command, environ, self.logs))
        pids = [child.process.pid for child in self._children]
        self._record.write_text(json.dumps([{"pid": pid, "born": _birth(pid)} for pid in pids]), "utf-8")

    def must_live(self) -> None:
        """Raises `ProcessDied` for the first that ended."""
        for child in self._children:
            child.must_live()

    def said(self, name: str, text: str) -> bool:
        """Whether a process has written this to its log."""
        return any(
            text in child.log.read_text("utf-8", errors="replace") for child in self._children if child.name == name
        )

    def wait_for(self, look: Callable[[], T | None], *, within: float, otherwise: str) -> T:
        """Look until there is something to see. Raises `TimeoutError` with `otherwise`, or `ProcessDied` at once."""
        deadline = time.monotonic() + within
        while not (seen := look()):
            self.must_live()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{otherwise} within {within:.0f} seconds")
            time.sleep(_POLL)
        return seen

    def stop(self) -> None:
        """Tell all of them to stop, together, and end those that do not."""
        for child in reversed(self._children):
            child.process.terminate()
        deadline = time.monotonic() + _PATIENCE
        for child in self._children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait(_PATIENCE)
        self._record.unlink(missing_ok=True)

    def end_orphans(self) -> int:
        """End the processes of a run that was killed, and return how many there were.

        Their numbers may be other people's by now, so each is known by the time of its birth as well.
        """
        try:
            written = json.loads(self._record.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return 0
        alive = [entry["pid"] for entry in written if entry["born"] and _birth(entry["pid"]) == entry["born"]]
        for number in (signal.SIGTERM, signal.SIGKILL):
            left = [pid for pid in alive if _birth(pid)]
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, number)
            deadline = time.monotonic() + _PATIENCE
            while any(_birth(pid) for pid in left) and time.monotonic() < deadline:
                time.sleep(_POLL)
        self._record.unlink(missing_ok=True)
        return len(alive)


def free_port(wanted: int) -> int:
    """The first port from `wanted` on that nobody listens on here. Raises `NoFreePort`."""
    last = min(wanted + _PORTS, 65536) - 1
    for port in range(wanted, last + 1):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # As a server does: a closing one is no obstacle.
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise NoFreePort(wanted, last)


def relay(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a program to its end, pass on every signal to stop, and return its exit code."""
    with subprocess.Popen(command, env=environ, start_new_session=True) as child:  # noqa: S603 - our own programs
        before = {number: signal.signal(number, lambda n, _: child.send_signal(n)) for number in STOP_SIGNALS}
        try:
            return child.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _birth(pid: int) -> str | None:
    """When a process was born, in the words of the system; None when there is none, or only its zombie."""
    if Path("/proc/self/stat").exists():
        try:
            facts = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if facts[0] == "Z" else facts[19]
    asked = subprocess.run(  # noqa: S603 - constant but for a number
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    return asked.stdout.strip() or None
