"""sql/ and migrations/ are found wherever the package was put."""

from pathlib import Path

import pytest

from commerce_core.postgres.files import migrations_folder, sql_folder


def _package(root: Path) -> Path:
    package = root / "commerce_core"
    package.mkdir()
    return package


def test_a_checkout_keeps_them_beside_the_package(tmp_path: Path) -> None:
    package = _package(tmp_path)
    (tmp_path / "sql").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "pyproject.toml").touch()

    assert sql_folder(package) == tmp_path / "sql"
    assert migrations_folder(package) == tmp_path / "migrations"


def test_an_installation_carries_them_inside_the_package(tmp_path: Path) -> None:
    package = _package(tmp_path)
    (package / "_sql").mkdir()
    (package / "_migrations").mkdir()

    assert sql_folder(package) == package / "_sql"
    assert migrations_folder(package) == package / "_migrations"


def test_a_folder_that_only_happens_to_lie_beside_an_installation_is_not_ours(tmp_path: Path) -> None:
    package = _package(tmp_path)
    (tmp_path / "migrations").mkdir()

    with pytest.raises(FileNotFoundError, match="not completely installed"):
        migrations_folder(package)


def test_this_very_installation_is_complete() -> None:
    assert list(migrations_folder().glob("*.sql"))
    assert sql_folder().is_dir()
