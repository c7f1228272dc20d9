"""What an import left out, as a file of its own: mend it, and import that."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from attrs import define, field

from commerce_core.imports.model import LeftOut, RowProblem
from commerce_core.kernel.csv import csv_lines, unprotected

_ADDED = ("code", "message")


@define
class LeftOutSheet:
    """Writes products that were left out, all their rows as they were, with what is wrong at the end of a row.

    The two columns at the end are no columns of a product, so the file can be imported when it is mended. Nothing is
    written before there is something to tell.
    """

    out: TextIO
    places: tuple[int, ...] | None = field(default=None, init=False)  # Of the columns that are kept.

    def __call__(self, left_out: LeftOut) -> None:
        """Write one product."""
        if left_out.source.rows:
            self.out.writelines(csv_lines(self._rows(left_out), left_out.source.layout.delimiter))

    def _rows(self, left_out: LeftOut) -> Iterator[list[str]]:
        header = left_out.source.layout.header
        if self.places is None:
            # A file that was written here before has the two already.
            self.places = tuple(place for place, name in enumerate(header) if name.strip().casefold() not in _ADDED)
            yield [header[place] for place in self.places] + [*_ADDED]
        for row in left_out.source.rows:
            cells = [row.record[place] if place < len(row.record) else "" for place in self.places]
            told = [problem for problem in left_out.problems if problem.line == row.line]
            # Cells may be protected in the file, and are protected once.
            yield [unprotected(cell) for cell in cells] + _told(told)


def _told(problems: Sequence[RowProblem]) -> list[str]:
    return ["; ".join(p.code for p in problems), " ".join(f"{p.column}: {p.message}" for p in problems)]
