"""Files that cannot be read at all. What is wrong with single cells is a `RowProblem`, never an exception."""

from attrs import frozen

from commerce_core.kernel.errors import Invalid


@frozen
class ImportFileEmpty(Invalid):
    """There is not even a row of column names."""

    code = "import-file-empty"
    detail = "The file is empty."


@frozen
class ImportColumnsMissing(Invalid):
    """The first row does not name the columns without which no product can be read."""

    code = "import-columns-missing"
    detail = "The first row of the file must name these columns too: {columns}."
    columns: tuple[str, ...]

    def __str__(self) -> str:
        """The missing names as a person lists them."""
        return self.detail.format(columns=", ".join(self.columns))


@frozen
class ImportEncodingUnknown(Invalid):
    """Some bytes are not UTF-8. Text is decoded in blocks, so the place is somewhat after `line`."""

    code = "import-encoding-unknown"
    detail = "The file is not UTF-8 text (shortly after line {line}). Save it as 'CSV UTF-8' and try again."
    line: int


@frozen
class ImportFileBroken(Invalid):
    """Quotes do not match or a cell has no end: from `line` on nobody can tell where a row begins."""

    code = "import-file-broken"
    detail = "The file is not valid CSV from line {line} on: {reason}."
    line: int
    reason: str
