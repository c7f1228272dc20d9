"""What the purchases left for the worker, and how fast it gets through."""

import time

from attrs import frozen

from benchmarks.processes import Processes
from benchmarks.shop import counts

_POLL = 0.1
_LONGEST = 180.0  # seconds; what is left then is told


@frozen
class Drained:
    """How it went. `memory`: of the worker at its end, in MiB."""

    rows: int
    left: int
    seconds: float
    memory: float


def drain(url: str, processes: Processes) -> Drained:
    """Start the worker on what waits, and stop it when nothing waits any more."""
    before = counts(url).waiting
    started = time.monotonic()
    with processes.worker() as worker:
        while (left := counts(url).waiting) and time.monotonic() < started + _LONGEST:
            time.sleep(_POLL)
        return Drained(before - left, left, time.monotonic() - started, worker.memory()[0])
