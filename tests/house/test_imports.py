"""The import contracts of pyproject.toml are kept, and each of them can be broken."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("commerce_core", "adapters_http", "adapters_cli", "adapters_worker")

# Contract, file, and the line in it that nobody may write.
FORBIDDEN = [
    ("adapters", "commerce_core/checkout/service.py", "import adapters_http.app"),
    ("adapters", "adapters_worker/tasks.py", "import adapters_http.app"),
    ("features", "commerce_core/catalog/model.py", "import commerce_core.orders.model"),
    ("features", "commerce_core/kernel/money.py", "import commerce_core.settings"),
    ("features", "commerce_core/postgres/cart.py", "import commerce_core.gateways.smtp"),
    ("features", "commerce_core/loyalty/__init__.py", "points = 0"),  # A feature without a place in the order.
    ("rooms", "commerce_core/cart/model.py", "import commerce_core.cart.ports"),
    ("rooms", "commerce_core/orders/errors.py", "import commerce_core.orders.model"),
    ("pure", "commerce_core/checkout/service.py", "import psycopg"),
    ("pure", "commerce_core/emails/service.py", "import smtplib"),
    ("pure", "commerce_core/invoices/service.py", "import reportlab"),
    ("psycopg", "adapters_http/store/cart.py", "import psycopg"),
    ("stripe", "commerce_core/testing/fake_gateway.py", "import stripe"),
    ("sentry", "adapters_http/logs.py", "import sentry_sdk"),
    ("falcon", "commerce_core/wiring.py", "import falcon"),
    ("frameworks", "adapters_http/app.py", "import typer"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the packages in `folder` against the contracts beside them."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def contracts() -> dict[str, str]:
    """The contracts' names by their ids."""
    section = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return {contract["id"]: contract["name"] for contract in section["contracts"]}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code of the house, to be spoilt."""
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            target = tmp_path / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept() -> None:
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(("contract", "file", "line"), FORBIDDEN, ids=[f"{c}: {f}" for c, f, _ in FORBIDDEN])
def test_a_forbidden_import_breaks_its_contract(copy: Path, contract: str, file: str, line: str) -> None:
    spoilt = copy / file
    spoilt.parent.mkdir(exist_ok=True)
    with spoilt.open("a", encoding="utf-8") as text:
        text.write(f"\n{line}\n")
    checked = lint(copy)
    told = " ".join((checked.stdout + checked.stderr).split())
    assert checked.returncode == 1, told
    assert f"{contracts()[contract]} BROKEN" in told, told


def test_every_contract_is_seen_to_break() -> None:
    assert {contract for contract, _, _ in FORBIDDEN} == set(contracts())


def test_every_feature_keeps_the_order_of_its_rooms() -> None:
    section = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    rooms, pure = (next(c for c in section["contracts"] if c["id"] == id_) for id_ in ("rooms", "pure"))
    features = {f"commerce_core.{file.parent.name}" for file in (ROOT / "commerce_core").glob("*/model.py")}
    assert features == set(rooms["containers"])
    assert features <= set(pure["source_modules"])
