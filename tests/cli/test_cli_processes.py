"""Processes: `commerce serve`, `commerce worker`, and what the demo keeps them with."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from adapters_cli.processes import Children, NoFreePort, ProcessDied, free_port, relay

PROGRAM = (sys.executable, "-c", "from adapters_cli.main import run; run()")
SLEEPER = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")
STUBBORN = (
    sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
)  # fmt: skip


def until(seen: Callable[[], bool], *, within: float, what: str) -> None:
    deadline = time.monotonic() + within
    while not seen():
        assert time.monotonic() < deadline, f"not seen within {within} s: {what}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def listens(database_url: str) -> bool:
    """Whether somebody waits for the doorbell of this database."""
    with psycopg.connect(database_url) as connection:
        asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        return connection.execute(asked).fetchone() is not None


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(tmp_path)
    yield started
    started.stop()


def pid_of(children: Children) -> int:
    (child,) = children._children
    return child.process.pid


def test_a_port_in_use_gives_way_to_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert port < free_port(port) <= port + 50


def test_when_no_port_is_left_it_is_said() -> None:
    with socket.create_server(("127.0.0.1", 65535)), pytest.raises(NoFreePort):
        free_port(65535)


def test_a_process_that_ends_by_itself_is_told_with_its_last_words(children: Children) -> None:
    children.start("poet", (sys.executable, "-c", "raise SystemExit('my last words')"), dict(os.environ))
    with pytest.raises(ProcessDied, match="my last words"):
        children.wait_for(lambda: False, within=20, otherwise="never")


def test_what_does_not_come_is_not_waited_for(children: Children) -> None:
    children.start("sleeper", SLEEPER, dict(os.environ))
    with pytest.raises(TimeoutError, match="it never came within 0 seconds"):
        children.wait_for(lambda: False, within=0.1, otherwise="it never came")


def test_a_process_that_does_not_listen_is_ended_all_the_same(children: Children) -> None:
    children.start("stubborn", STUBBORN, dict(os.environ))
    children.wait_for(lambda: children.said("stubborn", "up"), within=20, otherwise="it did not start")
    started = time.monotonic()
    children.stop()
    assert time.monotonic() - started < 5
    assert not alive(pid_of(children))


def test_what_a_killed_run_left_is_ended_by_the_next(children: Children, tmp_path: Path) -> None:
    children.start("sleeper", SLEEPER, dict(os.environ))
    next_run = Children(tmp_path)
    assert next_run.end_orphans() == 1
    assert not alive(pid_of(children))
    assert next_run.end_orphans() == 0


def test_a_process_that_got_the_number_of_a_dead_one_is_left_alone(children: Children, tmp_path: Path) -> None:
    children.start("sleeper", SLEEPER, dict(os.environ))
    record = tmp_path / "processes.json"
    record.write_text(record.read_text().replace('"born": "', '"born": "1'))
    assert Children(tmp_path).end_orphans() == 0
    assert alive(pid_of(children))


def test_the_exit_code_of_a_program_is_passed_on() -> None:
    assert relay((sys.executable, "-c", "raise SystemExit(3)"), dict(os.environ)) == 3


@contextmanager
def running(environ: dict[str, str], log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    with (
        log.open("wb") as output,
        subprocess.Popen([*PROGRAM, *words], env=os.environ | environ, stdout=output, stderr=output) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def test_the_api_is_served_until_it_is_told_to_stop(commerce, tmp_path: Path) -> None:
    port = free_port(27100)
    with running(dict(commerce.environ), tmp_path / "log", "serve", "--port", str(port)) as process:
        until(lambda: answers(f"http://127.0.0.1:{port}/health/ready"), within=30, what="an API that is ready")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, (tmp_path / "log").read_text()


def test_the_worker_works_until_it_is_told_to_stop(commerce, database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(dict(commerce.environ), log, "worker") as process:
        until(lambda: listens(database_url), within=30, what="a worker that listens")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, log.read_text()
