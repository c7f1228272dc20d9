"""Parts of the documents that are made from the code: checked by every run, written by `COMMERCE_WRITE_DOCS=1`."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def must_hold(file: Path, name: str, expected: str) -> None:
    """Assert that the block `name` of `file` is `expected`, or write it there when that was asked for."""
    text = file.read_text("utf-8")
    marks = re.compile(rf"(<!-- {name}: begin[^>]*-->\n)(.*?)(<!-- {name}: end -->)", re.DOTALL)
    found = marks.search(text)
    assert found, f"{file.name} has no block {name}"
    if os.environ.get("COMMERCE_WRITE_DOCS"):
        file.write_text(text[: found.start(2)] + expected + text[found.end(2) :], "utf-8")
        return
    assert found[2] == expected, f"{file.name}: run COMMERCE_WRITE_DOCS=1 make check, then read what it wrote"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)
