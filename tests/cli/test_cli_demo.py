"""`commerce demo`, as somebody runs it: real processes on a data folder of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen

from commerce_core.postgres.embedded import EmbeddedPostgres
from commerce_core.testing.stripe_server import StripeServer

PROGRAM = (sys.executable, "-c", "from adapters_cli.main import run; run()", "demo", "--json")
STEPS = [
    "postgres", "migrations", "admin", "rules", "catalogue", "stripe", "api", "worker",
    "product", "cart", "checkout", "payment", "webhook", "paid", "stock", "outbox", "mail", "invariants",
]  # fmt: skip
_PORT = 28000 + 100 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

pytestmark = pytest.mark.timeout(240)


@frozen
class Run:
    """How a demo ended and what it told."""

    code: int
    lines: list[dict[str, Any]]
    err: str

    def step(self, name: str) -> dict[str, Any]:
        return next(line for line in self.lines if line.get("step") == name)

    def fact(self, name: str) -> Any:
        return next(line[name] for line in self.lines if name in line)

    @property
    def steps(self) -> list[str]:
        return [line["step"] for line in self.lines if "step" in line]


@frozen
class Demo:
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "COMMERCE_DATA_DIR": str(self.folder), "PORT": str(_PORT), "COMMERCE_PROCESSES": "1"}

    def once(self, *words: str, **environ: str) -> Run:
        done = subprocess.run(
            [*PROGRAM, "--once", *words],
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        return Run(done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr)

    @contextmanager
    def open(self, *words: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
        """A demo that stays, once it says that the shop is open."""
        with subprocess.Popen([*PROGRAM, *words], env=self.environ, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                told = None
                for line in process.stdout:
                    told = json.loads(line)
                    if told.get("open"):
                        break
                assert told is not None
                assert told.get("open"), told
                yield process, told
            finally:
                process.kill()

    def processes(self) -> list[int]:
        """Every process that works on this folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.folder) in told:
                found.append(int(entry.name))
        return found


@pytest.fixture
def demo(data_dir: Path) -> Iterator[Demo]:
    yield Demo(data_dir)
    EmbeddedPostgres.erase(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)


def test_one_command_sells_once_and_the_next_time_it_is_the_same_shop(demo: Demo) -> None:
    first = demo.once()
    assert (first.code, first.steps) == (0, STEPS), first
    assert len(first.step("admin")["password"]) > 20
    assert first.step("catalogue")["imported"] >= 30
    assert first.step("checkout")["number"] == 1001
    assert Path(first.step("mail")["file"]).read_bytes().startswith(b"From: ")
    assert demo.processes() == []

    second = demo.once()
    assert (second.code, second.steps) == (0, STEPS), second
    assert "password" not in second.step("admin")
    assert second.step("catalogue")["imported"] == 0
    assert second.step("checkout")["number"] == 1002
    assert second.step("stock")["stock"]["on_hand"] == first.step("stock")["stock"]["on_hand"] - 2
    assert demo.processes() == []

    fresh = demo.once("--fresh")
    assert (fresh.code, fresh.steps) == (0, STEPS), fresh
    assert fresh.step("admin")["password"] != first.step("admin")["password"]
    assert fresh.step("checkout")["number"] == 1001
    assert len(list((demo.folder / "mail").glob("*.eml"))) == 1


def test_a_demo_stays_open_gives_way_on_its_port_and_outlives_a_kill(demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", _PORT)), demo.open() as (process, told):
        assert told["api"] != f"http://127.0.0.1:{_PORT}"
        for line in told["tries"]:
            answer = subprocess.run(["sh", "-c", f"{line} -sf"], capture_output=True, timeout=10, check=False)
            assert answer.returncode == 0, line
            assert json.loads(answer.stdout)

        beside = demo.once()
        assert (beside.code, beside.lines) == (4, [])
        assert "data-folder-in-use" in beside.err

        process.kill()  # Nothing is cleaned up: the API, the worker, the emulator and PostgreSQL live on.
    assert demo.processes() != []

    with demo.open() as (process, told):
        assert told["api"] == f"http://127.0.0.1:{_PORT}"
        assert httpx.get(f"{told['api']}/health/ready", timeout=5).status_code == 200
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert time.monotonic() - started < 8  # 5 s are promised, on a machine with nothing else to do
    assert demo.processes() == []


def test_when_a_part_dies_everything_ends(demo: Demo) -> None:
    with demo.open() as (process, _):
        worker = json.loads((demo.folder / "processes.json").read_text())[-1]["pid"]
        os.kill(worker, signal.SIGKILL)
        assert process.wait(20) == 6
    assert demo.processes() == []


def test_a_database_and_a_stripe_account_of_ones_own_are_used(
    database_url: str, tmp_path: Path, stripe: StripeServer
) -> None:
    run = Demo(tmp_path).once(
        DATABASE_URL=database_url, STRIPE_SECRET_KEY="sk_test_own", STRIPE_API_BASE=stripe.url,
        STRIPE_PUBLISHABLE_KEY="pk_test_own", STRIPE_WEBHOOK_SECRET="whsec_own",
    )  # fmt: skip
    assert (run.code, run.err) == (0, "")
    assert run.steps == [step for step in STEPS[: STEPS.index("payment")] if step != "stripe"]
    assert run.fact("ended_before") == "payment"
    assert not (tmp_path / "cluster").exists()


def test_a_step_that_fails_is_named(demo: Demo) -> None:
    run = demo.once(
        STRIPE_SECRET_KEY="sk_test_away", STRIPE_WEBHOOK_SECRET="whsec_x", STRIPE_API_BASE="http://127.0.0.1:9"
    )
    assert run.code != 0
    assert run.lines[-1]["ok"] is False
    assert run.lines[-1]["error"]
    assert demo.processes() == []


def test_a_folder_nobody_can_write_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = Demo(tmp_path / "file" / "below").once()
    assert (run.code, run.lines) == (6, [])
    assert "data-folder-unusable" in run.err
    assert "COMMERCE_DATA_DIR" in run.err


def test_a_database_of_somebody_elses_is_not_erased(tmp_path: Path) -> None:
    run = Demo(tmp_path).once("--fresh", DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert (run.code, run.lines) == (2, [])
