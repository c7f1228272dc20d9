"""What is built can be installed into an empty environment, and sells there without the checkout."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"commerce_core", "adapters_http", "adapters_cli", "adapters_worker"}
TOUR = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    """Run it as somebody would who has never heard of this checkout; its output."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL", "COMMERCE_"))
    }
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=cwd, env={**kept, **environ}, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


def names(built: Path) -> tuple[set[str], set[str]]:
    """The files of the wheel, and of the sdist without its leading folder."""
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(sdist) as packed:
        return set(archive.namelist()), {name.partition("/")[2] for name in packed.getnames()}


def kept(folder: str) -> Iterator[str]:
    """The files of a folder of the checkout that belong to the program."""
    for file in (ROOT / folder).rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(ROOT).as_posix()


def test_the_wheel_and_the_sdist_hold_all_of_the_program(built: Path) -> None:
    wheel, sdist = names(built)
    code = {
        file
        for package in ("commerce_core", "adapters_http", "adapters_cli", "adapters_worker")
        for file in kept(package)
    }
    assert code | {*kept("sql"), *kept("migrations"), "pyproject.toml", "README.md", "LICENSE"} <= sdist
    assert code <= wheel
    assert {f"commerce_core/_{file}" for folder in ("sql", "migrations") for file in kept(folder)} <= wheel
    assert any(name.endswith("demo_shop/products.csv") for name in wheel)
    assert "commerce_core/py.typed" in wheel


def test_the_wheel_holds_nothing_else(built: Path) -> None:
    wheel, _ = names(built)
    assert {name.split("/")[0] for name in wheel if ".dist-info" not in name} == PACKAGES


def test_the_wheel_sells_from_an_empty_environment(built: Path, empty_database_url: str, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "empty", cwd=tmp_path)
    python = tmp_path / "empty" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)

    tour = TOUR.search((ROOT / "README.md").read_text("utf-8"))
    assert tour
    script = tmp_path / "purchase.py"
    script.write_text(tour[1], "utf-8")
    printed = run(python, "-W", "error", script, cwd=tmp_path, DATABASE_URL=empty_database_url)

    assert printed.split() == ["1001", "PAID", "42.90", "EUR", "8"]
    where = run(python, "-c", "import commerce_core; print(commerce_core.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
