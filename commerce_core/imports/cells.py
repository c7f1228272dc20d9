"""Cells as values: what a spreadsheet's text means, and what is wrong with it."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from attrs import define, field

from commerce_core.catalog.checks import gtin_error
from commerce_core.imports.model import RowProblem
from commerce_core.imports.rows import Layout, Row
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset

MAX_QUANTITY = 1_000_000_000
MAX_GRAMS = 10_000_000
_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@define
class Cells:
    """Reads the cells of one product and remembers every problem, so that a merchant mends them all at once.

    A bad cell reads as something harmless; whether anything was wrong is told by `problems`, to be asked at the end.
    """

    layout: Layout
    problems: list[RowProblem] = field(factory=list)

    def refuse(self, row: Row, column: str, code: str, message: str) -> None:
        """Remember a problem."""
        self.problems.append(RowProblem(row.line, self.layout.name(column), code, message))

    def text(self, row: Row, column: str, *, limit: int, lines: bool = False) -> str:
        """The cell, if it can be stored: no control characters (`lines`: except line ends and tabs), not too long."""
        return self._text(row, column, row[column], limit=limit, lines=lines)

    def _text(self, row: Row, column: str, value: str, *, limit: int, lines: bool = False) -> str:
        if (error := text_error("", value, limit=limit, lines=lines)) is not None:
            self.refuse(row, column, error.code, error.detail)
        return value

    def required(self, row: Row, column: str, *, limit: int, hint: str = "") -> str:
        """The cell, which may not be empty."""
        value = self.text(row, column, limit=limit)
        if not value:
            self.refuse(row, column, "missing", f"May not be empty.{hint}")
        return value

    def word(self, row: Row, column: str, words: dict[str, bool], *, default: bool) -> bool:
        """What the cell's word stands for, in capitals or not; `default` when it is empty."""
        value = row[column].casefold()
        if value and value not in words:
            self.refuse(row, column, "unknown-word", f"Must be one of: {', '.join(words)}.")
        return words.get(value, default)

    def yes(self, row: Row, column: str) -> bool | Unset:
        """True or false; empty says nothing."""
        said = self.word(row, column, _YES, default=True)
        return said if row[column] else UNSET

    def whole(self, row: Row, column: str, *, limit: int) -> int | None:
        """A whole number between `-limit` and `limit`, or None when the cell is empty."""
        value = self._number(row, column, limit)
        if value is None or value == value.to_integral_value():
            return None if value is None else int(value)
        self.refuse(row, column, "invalid-number", "Must be a whole number.")
        return None

    def grams(self, row: Row, column: str) -> int | Unset:
        """A weight, rounded to whole grams (files hold `453.59237`); empty says nothing."""
        value = self._number(row, column, MAX_GRAMS)
        if value is not None and value < 0:
            self.refuse(row, column, "out-of-range", "May not be negative.")
        return UNSET if value is None else int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def _amount(self, row: Row, column: str) -> str:
        """A number as it is written. Semicolons stand between cells where commas stand before decimals: `12,50`."""
        text = row[column]
        return text.replace(",", ".", 1) if self.layout.delimiter == ";" and "." not in text else text

    def _number(self, row: Row, column: str, limit: int) -> Decimal | None:
        text = self._amount(row, column)
        if not text:
            return None
        digits = text.removeprefix("-").replace(".", "", 1)
        if not (digits.isascii() and digits.isdigit()):
            self.refuse(row, column, "invalid-number", "Must be a number, such as 12.")
            return None
        value = Decimal(text) if len(text) <= 32 else Decimal(limit + 1)
        if abs(value) > limit:
            self.refuse(row, column, "out-of-range", f"May be at most {limit}.")
            return None
        return value

    def money(self, row: Row, column: str, currency: str) -> Money | None:
        """A price of zero or more, or None when the cell is empty."""
        text = self._amount(row, column)
        if not text:
            return None
        if text.startswith("-"):
            self.refuse(row, column, "invalid-price", "May not be negative.")
            return None
        if len(text) > 32:
            self.refuse(row, column, "out-of-range", "Is too high.")
            return None
        try:
            value = Money.parse(text, currency)
        except ValueError as error:
            self.refuse(row, column, "invalid-price", f"Must be a price such as 19.90: {error}.")
            return None
        if value.amount > MAX_AMOUNT:
            self.refuse(row, column, "out-of-range", "Is too high.")
        return value

    def barcode(self, row: Row, column: str) -> str | None:
        """A GTIN (EAN, UPC, ISBN-13) with its check digit, or None when the cell is empty."""
        value = self.code(row, column, limit=14)
        if value is not None and (error := gtin_error("", value)) is not None:
            self.refuse(row, column, error.code, error.detail)
        return value

    def code(self, row: Row, column: str, *, limit: int) -> str | None:
        """A SKU or the like, or None when the cell is empty.

        The apostrophe with which spreadsheets protect leading zeros is not part of it.
        """
        return self._text(row, column, row[column].removeprefix("'").strip(), limit=limit) or None

    def address(self, row: Row, column: str) -> str | None:
        """Where a picture is: on the web, beside the file or below it, or in this shop. None when the cell is empty."""
        value = self.text(row, column, limit=2_000)
        if value and not _is_picture_address(value):
            detail = "Must start with https://, or be a path beside the file or in the shop."
            self.refuse(row, column, "invalid-address", detail)
        return value or None


def _is_picture_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    if parts.scheme or parts.netloc:
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    return ".." not in PurePosixPath(text).parts and "\\" not in text
