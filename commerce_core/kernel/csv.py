"""Lines of CSV that spreadsheets cannot mistake for formulas.

A spreadsheet runs a cell that begins like a formula, whoever wrote it: a buyer's name can read the merchant's other
files. Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

Cell = str | int | Decimal | None  # What else a table holds is text by then, such as a time.

# The full-width forms count too: some spreadsheets turn them into the plain ones. Apostrophes before them are part of
# the pattern, so that every text has one protected form and every protected form one text.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


class _Echo:
    """Where the writer writes: it hands back what it was given."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[Cell]], delimiter: str = ",", decimal: str = ".") -> Iterator[str]:
    """Each row as a line with its line end (RFC 4180). Texts are protected, numbers need not be.

    `decimal` is what stands before the decimals of a `Decimal`, which keeps all it has: `19.90`.
    """
    write = csv.writer(_Echo(), delimiter=delimiter).writerow
    return (write([_text(cell, decimal) for cell in row]) for row in rows)


def csv_blocks(lines: Iterable[str], size: int = 1 << 16) -> Iterator[bytes]:
    """Lines as pieces of UTF-8 that are worth sending, at least `size` bytes but for the last."""
    block = bytearray()
    for line in lines:
        block += line.encode()
        if len(block) >= size:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def protected(text: str) -> str:
    """The text with an apostrophe before it where it begins like a formula: spreadsheets show it as it is."""
    return f"'{text}" if _FORMULA.match(text) else text


def unprotected(text: str) -> str:
    """The text that `protected` was given. What was never protected stays as it is, apostrophes included."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _text(cell: Cell, decimal: str) -> str:
    if isinstance(cell, str):
        return protected(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", decimal)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)
