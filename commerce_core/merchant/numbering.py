"""How invoices and credit notes are numbered: the settings check it, invoices count by it."""

import re
from collections.abc import Iterator

from attrs import frozen

from commerce_core.kernel.errors import FieldError

MAX_FIRST_NUMBERS = 20
_PREFIX = re.compile(r"[A-Za-z0-9._-]{0,15}[A-Za-z._-]")  # no digit at the end, where the number begins
_NUMBER = re.compile(r"(?:[0-9]{4}-)?[0-9]{1,9}")
_DIGITS = 6


@frozen
class Series:
    """Numbers that count up without a gap: a head that all of them share, and the first of them."""

    head: str
    first: int = 1

    def number(self, ordinal: int) -> str:
        """One of them as it is written: at least six digits, so that they sort as they count."""
        return f"{self.head}{ordinal:0{_DIGITS}d}"


@frozen
class Numbering:
    """What a number begins with, whether each year begins anew, and where a series goes on from an earlier system.

    `first_numbers` are whole numbers, `FA-2026-000124`: what they begin with tells their series, which starts there.
    Every other series starts with 1, and so does the next year's. A series that has begun stays as it is.
    """

    invoice_prefix: str
    credit_note_prefix: str
    yearly: bool
    first_numbers: tuple[str, ...]

    def invoices(self, year: int) -> Series:
        """The series of this year's invoices. With the same prefix it is that of credit notes, too."""
        return self._series(self.invoice_prefix, year)

    def credit_notes(self, year: int) -> Series:
        """The series of this year's credit notes."""
        return self._series(self.credit_note_prefix, year)

    def _series(self, prefix: str, year: int) -> Series:
        head = f"{prefix}{year}-" if self.yearly else prefix
        told = [number.removeprefix(head) for number in self.first_numbers if number.startswith(head)]
        return Series(head, next((int(rest) for rest in told if rest.isdecimal()), 1))

    def errors(self) -> Iterator[FieldError | None]:
        """What is wrong with it, field by field."""
        for name in ("invoice_prefix", "credit_note_prefix"):
            if not _PREFIX.fullmatch(getattr(self, name)):
                yield FieldError(
                    f"/{name}", "invalid-prefix", "Up to 16 letters, digits, dots and dashes, no digit at the end."
                )
        if len(self.first_numbers) > MAX_FIRST_NUMBERS:
            yield FieldError("/invoice_first_numbers", "too-many", f"At most {MAX_FIRST_NUMBERS}.")
        for place, number in enumerate(self.first_numbers):
            if not any(self._belongs(number, prefix) for prefix in (self.invoice_prefix, self.credit_note_prefix)):
                detail = "Must be a whole number of a series, like FA-2026-000124, with one of the two prefixes."
                yield FieldError(f"/invoice_first_numbers/{place}", "invalid-first-number", detail)

    def _belongs(self, number: str, prefix: str) -> bool:
        rest = number.removeprefix(prefix)
        fits = number.isascii() and number.startswith(prefix) and _NUMBER.fullmatch(rest)
        return bool(fits and int(rest.rpartition("-")[2]) >= 1 and ("-" in rest) is self.yearly)
