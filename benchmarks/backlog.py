"""What the purchases left for the worker, and how fast it gets through."""

import time
from collections.abc import Callable

import psycopg
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
        left = _wait(lambda: _waiting(url), started + _LONGEST)
        return Drained(before - left, left, time.monotonic() - started, worker.memory()[0])


def _wait(waiting: Callable[[], int], deadline: float) -> int:
    while (left := waiting()) and time.monotonic() < deadline:
        time.sleep(_POLL)
    return left


def _waiting(url: str) -> int:
    """Events and mails nobody has handled, counted by the small indexes of what is waiting."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM outbox_events WHERE status = 'pending')"
            " + (SELECT count(*) FROM email_outbox WHERE status = 'queued')"
        ).fetchone()
    return row[0] if row else 0
