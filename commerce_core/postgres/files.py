"""Where `sql/` and `migrations/` stand: beside the package in a checkout, inside it once installed."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def sql_folder(package: Path = _PACKAGE) -> Path:
    """The folder of named statements, one file per feature. Raises `FileNotFoundError` for a broken installation."""
    return _folder(package, "sql")


def migrations_folder(package: Path = _PACKAGE) -> Path:
    """The folder of migrations. Raises `FileNotFoundError` for a broken installation."""
    return _folder(package, "migrations")


def _folder(package: Path, name: str) -> Path:
    installed = package / f"_{name}"
    if installed.is_dir():
        return installed
    # Without the pyproject.toml it would be somebody else's folder that happens to lie beside the package.
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise FileNotFoundError(
        f"commerce-core is not completely installed: neither {installed} nor {checkout / name} is there"
    )
