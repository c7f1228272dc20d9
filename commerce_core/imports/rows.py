"""Rows of a CSV file under names of our own, each with the number of its first line."""

import csv
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from commerce_core.imports.errors import ImportColumnsMissing, ImportEncodingUnknown, ImportFileBroken, ImportFileEmpty

Columns = Mapping[str, tuple[str, ...]]  # Our name for a column -> the names it goes by in files.


@frozen
class Row:
    """One record. Columns the file does not have read as empty."""

    line: int
    cells: Mapping[str, str]
    surplus: bool  # Something stands to the right of the last named column.

    def __getitem__(self, column: str) -> str:
        """The cell without the white space around it."""
        return self.cells.get(column, "").strip()


@frozen
class Table:
    """A file whose first row was understood. `rows` can be walked once."""

    names: Mapping[str, str]  # Our name for a column -> how this file spells it.
    rows: Iterator[Row]

    def has(self, column: str) -> bool:
        """Whether the file knows this column at all."""
        return column in self.names


def read_table(lines: Iterable[str], columns: Columns, required: Iterable[str]) -> Table:
    """Read the first row now and the others when asked. Unknown columns are left out; blank rows too.

    `lines` keep their line ends (a file opened with `newline=""`). Raises `ImportFileEmpty`, `ImportColumnsMissing`,
    `ImportEncodingUnknown` and `ImportFileBroken`; the last two also while `rows` is being walked.
    """
    records = _records(lines)
    _, header = next(records, (0, None))
    if header is None:
        raise ImportFileEmpty
    ours = {spelling.casefold(): ours for ours, spellings in columns.items() for spelling in spellings}
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        if (column := ours.get(" ".join(cell.split()).casefold())) is not None:
            places.setdefault(column, place)
    if missing := tuple(columns[column][0] for column in required if column not in places):
        raise ImportColumnsMissing(missing)
    names = {column: header[place].strip() for column, place in places.items()}
    return Table(names, _rows(records, places, len(header)))


def _rows(records: Iterator[tuple[int, list[str]]], places: Mapping[str, int], width: int) -> Iterator[Row]:
    for line, record in records:
        cells = {column: record[place] for column, place in places.items() if place < len(record)}
        yield Row(line, cells, surplus=any(cell.strip() for cell in record[width:]))


def _records(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    # Strict, because a lenient reader takes everything after a forgotten quote for one long cell.
    reader = csv.reader(_without_byte_order_mark(lines), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise ImportEncodingUnknown(line) from error
        except csv.Error as error:
            raise ImportFileBroken(line, str(error)) from error
        if any(cell.strip() for cell in record):
            yield line, record


def _without_byte_order_mark(lines: Iterable[str]) -> Iterator[str]:
    rest = iter(lines)
    for first in rest:
        yield first.removeprefix("\ufeff")
        break
    yield from rest
