"""The command line in this process, on a real database of the test's own."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from typer.testing import CliRunner

from adapters_cli.main import app
from commerce_core.testing.stripe_server import StripeServer

HEADER = (
    "Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Price"
)


@frozen
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


@frozen
class Commerce:
    """`commerce`, as somebody types it."""

    environ: Mapping[str, str]
    runner: CliRunner = field(factory=CliRunner)

    def __call__(self, *words: object, stdin: str = "", **environ: str) -> Said:
        result = self.runner.invoke(app, list(map(str, words)), input=stdin, env={**self.environ, **environ})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def commerce(database_url: str, tmp_path: Path) -> Commerce:
    """On a migrated database."""
    return Commerce({"DATABASE_URL": database_url, "COMMERCE_DATA_DIR": str(tmp_path), "COMMERCE_ENV": "test"})


@pytest.fixture
def mugs(commerce: Commerce, tmp_path: Path) -> Path:
    """A file with two mugs of which there are five and none, already imported."""
    rows = ["mug,Mug,Cups,Colour,White,MUG-W,shopify,5,10.00", "mug,,,,Blue,MUG-B,shopify,0,12.00"]
    file = tmp_path / "mugs.csv"
    file.write_text("\n".join([HEADER, *rows]), "utf-8")
    assert commerce("import", "products", file).code == 0
    return file


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server
