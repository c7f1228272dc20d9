"""Runs wrk, the load generator, with one of the scripts in `lua/`."""

import json
import shutil
import subprocess
from pathlib import Path
from statistics import median

from attrs import frozen

CONNECTIONS = 16
SCRIPTS = Path(__file__).with_name("lua")

_MARGIN = 30.0  # seconds wrk may need beyond the run
_ANSWER_TIMEOUT = 10  # seconds


class LoadFailed(Exception):
    """An answer was not what it should be, or wrk could not run."""


@frozen
class Load:
    """One run. A flow is the whole circle of requests of a script; a script of single requests has none."""

    seconds: float
    requests: int
    flows: int
    refused: int
    lost: int
    p50_ms: float
    p99_ms: float
    told: str

    @property
    def rate(self) -> float:
        """Flows each second, or requests where there are no flows."""
        return (self.flows or self.requests) / self.seconds


@frozen
class Measured:
    """Several runs of the same load."""

    runs: tuple[Load, ...]

    @property
    def rate(self) -> float:
        """The median of the runs."""
        return median(run.rate for run in self.runs)

    @property
    def p99_ms(self) -> float:
        """The median of the runs' slowest hundredth of the requests."""
        return median(run.p99_ms for run in self.runs)

    @property
    def flows(self) -> int:
        """Of all runs together."""
        return sum(run.flows for run in self.runs)


def program() -> str:
    """Where wrk is. Raises `LoadFailed`, naming the package, when it is nowhere."""
    found = shutil.which("wrk")
    if found is None:
        raise LoadFailed("wrk is missing. It is a package of the system: `apt install wrk`, or `brew install wrk`.")
    return found


def run(port: int, script: str, arguments: list[str], seconds: float, *, threads: int = 2) -> Load:
    """Load the server for some seconds over 16 connections. Raises `LoadFailed` for any answer that is not right."""
    command = [
        program(), f"-t{threads}", f"-c{CONNECTIONS}", f"-d{seconds:g}s", f"--timeout={_ANSWER_TIMEOUT}s",
        "-s", f"{script}.lua", f"http://127.0.0.1:{port}", "--", *arguments,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, timeout=seconds + _MARGIN, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise LoadFailed(f"{script}: wrk failed: {done.stdout[-500:]} {done.stderr[-500:]}")
    load = Load(**json.loads(lines[-1]))
    if load.refused or load.lost or not load.requests:
        raise LoadFailed(f"{script}: {load.refused} wrong answers and {load.lost} lost ones. {load.told}")
    return load


def get(port: int, addresses: Path, seconds: float) -> Load:
    """Addresses of a file in random order."""
    return run(port, "get", [str(addresses)], seconds)


def buy(port: int, script: str, variants: Path, secret: str, seconds: float) -> Load:
    """Flows of buyers. Each has a thread of its own: wrk does not tell a script which connection speaks."""
    return run(port, script, [str(variants), secret], seconds, threads=CONNECTIONS)
