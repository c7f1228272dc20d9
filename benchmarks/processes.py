"""The processes under test: the API as `commerce serve` runs it, the static answer in the same server, the worker."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from attrs import field, frozen

from adapters_cli.processes import API, WORKER

WEBHOOK_SECRET = "whsec_benchmark"  # noqa: S105 - signs only what this program says to itself
STATIC = "benchmarks.static:application()"

_CHECKOUT = Path(__file__).parents[1]
_START_TIMEOUT, _STOP_TIMEOUT = 30.0, 40.0  # seconds; stopping waits for requests under way
_POLL = 0.005


class StartFailed(Exception):
    """A process ended, or never answered; says what it said."""


@frozen
class Setup:
    """How many processes with how many threads each serve."""

    processes: int = 2
    threads: int = 8

    @classmethod
    def parse(cls, text: str) -> "Setup":
        """Read `2x8`. Raises `ValueError`."""
        processes, threads = text.split("x")
        return cls(int(processes), int(threads))

    def __str__(self) -> str:
        return f"{self.processes}x{self.threads}"


@frozen
class Running:
    """A process under test."""

    pid: int
    port: int
    first_answer: float  # seconds after its start

    def memory(self) -> list[float]:
        """The proportional set size in MiB of the process and of each of its children, the largest first."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sorted((_pss(pid) for pid in (self.pid, *map(int, children))), reverse=True)


@frozen
class Processes:
    """Starts what is measured: settings of a declared benchmark, logs to files in `folder`."""

    database_url: str
    folder: Path
    secret: str = field(factory=lambda: secrets.token_hex(32), repr=False)

    @contextmanager
    def api(self, setup: Setup, application: str | None = None) -> Iterator[Running]:
        """The server with the shop, or with another application in the very same server, from its start to its stop."""
        port = _free_port()
        environ = {
            "PORT": str(port),
            "COMMERCE_PROCESSES": str(setup.processes),
            "COMMERCE_THREADS": str(setup.threads),
        }
        command = [*API, *([application] if application else [])]
        with self._process("api", command, environ) as process:
            started = time.monotonic()
            self._wait_for_answer(process, port)
            yield Running(process.pid, port, time.monotonic() - started)

    @contextmanager
    def worker(self) -> Iterator[Running]:
        """The worker, from its start to its stop."""
        with self._process("worker", WORKER, {}) as process:
            yield Running(process.pid, 0, 0.0)

    @contextmanager
    def _process(
        self, name: str, command: Sequence[str], environ: Mapping[str, str]
    ) -> Iterator["subprocess.Popen[bytes]"]:
        settings = {
            "COMMERCE_ENV": "benchmark",
            "RATE_LIMITS": "1000000",  # They are counted as in production, and never reached.
            "COMMERCE_SECRET": self.secret,
            "COMMERCE_DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "PAYMENT_PROVIDER": "fake",
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=_CHECKOUT,
                env={**os.environ, **settings, **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                yield process
            finally:
                _stop(process)

    def _wait_for_answer(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                said = (self.folder / "api.log").read_text("utf-8", "replace")
                raise StartFailed(f"The server does not answer. It said: {said[-1500:]}")
            time.sleep(_POLL)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_TIMEOUT)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} tells no proportional set size")
