"""Rows of a CSV file under names of our own, each with the number of its first line."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from attrs import field, frozen

from commerce_core.imports.errors import ImportColumnsMissing, ImportEncodingUnknown, ImportFileBroken, ImportFileEmpty
from commerce_core.kernel.csv import unprotected

Columns = Mapping[str, tuple[str, ...]]  # Our name for a column -> the names it goes by in files.

_DELIMITERS = (",", ";", "\t")
_TOLD = re.compile(
    r"sep=([,;\t|])\s*", re.IGNORECASE
)  # The first line some spreadsheets write, for other spreadsheets.


@frozen
class Layout:
    """How a file is written: its first row, what stands between its cells, and how it spells the columns we know."""

    header: tuple[str, ...]
    delimiter: str = ","
    names: Mapping[str, str] = field(factory=dict)  # Our name for a column -> the file's.

    def has(self, column: str) -> bool:
        """Whether the file knows this column at all."""
        return column in self.names

    def name(self, column: str) -> str:
        """What people who look into the file call the column."""
        return self.names.get(column, column)


@frozen
class Row:
    """One record. Columns the file does not have read as empty."""

    line: int
    cells: Mapping[str, str]
    surplus: bool  # Something stands to the right of the last named column.
    record: Sequence[str] = field(default=(), repr=False)  # As the file has it.

    def __getitem__(self, column: str) -> str:
        """The cell without the white space around it, and without the apostrophe that kept it from being a formula."""
        return self.cells.get(column, "")


@frozen
class Table:
    """A file whose first row was understood. `rows` can be walked once."""

    layout: Layout
    rows: Iterator[Row]


def read_table(lines: Iterable[str], columns: Columns, required: Iterable[str]) -> Table:
    """Read the first row now and the others when asked. Unknown columns are left out; blank rows too.

    Cells may stand between commas, semicolons or tabs: what makes most of the first row known. `lines` keep their line
    ends (a file opened with `newline=""`). Raises `ImportFileEmpty`, `ImportColumnsMissing`, `ImportEncodingUnknown`
    and `ImportFileBroken`; the last two also while `rows` is being walked.
    """
    ours = {spelling.casefold(): ours for ours, spellings in columns.items() for spelling in spellings}
    delimiter, lines = _delimited(lines, frozenset(ours))
    records = _records(lines, delimiter)
    _, header = next(records, (0, None))
    if header is None:
        raise ImportFileEmpty
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        if (column := ours.get(_name(cell))) is not None:
            places.setdefault(column, place)
    if missing := tuple(columns[column][0] for column in required if column not in places):
        raise ImportColumnsMissing(missing)
    names = {column: header[place].strip() for column, place in places.items()}
    return Table(Layout(tuple(header), delimiter, names), _rows(records, places, len(header)))


def _name(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _delimited(lines: Iterable[str], known: frozenset[str]) -> tuple[str, Iterator[str]]:
    """What stands between the cells, and all the lines again."""
    rest, seen = _without_byte_order_mark(lines), list[str]()
    try:
        for line in rest:
            if told := _TOLD.fullmatch(line):
                return told[1], chain([*seen, "\n"], rest)  # A blank line in its place keeps the numbers right.
            seen.append(line)
            if line.strip():
                break
    except UnicodeDecodeError as error:
        raise ImportEncodingUnknown(1) from error
    header = seen[-1] if seen else ""
    found = {mark: sum(_name(name.strip().strip('"')) in known for name in header.split(mark)) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: found[mark]), chain(seen, rest)


def _rows(records: Iterator[tuple[int, list[str]]], places: Mapping[str, int], width: int) -> Iterator[Row]:
    for line, record in records:
        cells = {column: unprotected(record[place]).strip() for column, place in places.items() if place < len(record)}
        yield Row(line, cells, any(cell.strip() for cell in record[width:]), record)


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # Strict, because a lenient reader takes everything after a forgotten quote for one long cell.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
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
