"""Stock counts from a file, row by row: good rows land, bad ones are reported."""

import re
from collections.abc import Callable, Iterable

from attrs import frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.errors import SkuUnknown
from commerce_core.imports.model import RowProblem
from commerce_core.imports.rows import Row, Table, read_table
from commerce_core.inventory.errors import StockChanged, VariantNotTracked
from commerce_core.inventory.model import Count
from commerce_core.inventory.service import InventoryService
from commerce_core.kernel.errors import CommerceError, Conflict, Invalid, InvalidInput, NotFound, StaleVersion

_COLUMNS = {
    "sku": ("SKU", "Variant SKU"),
    "quantity": ("Quantity", "Counted", "On hand", "Inventory quantity", "Variant Inventory Qty"),
    "version": ("Version", "Expected version"),
    "reason": ("Reason",),
    "note": ("Note",),
}
_WHOLE = re.compile(r"[0-9]{1,9}")
# What a row can be refused for; anything else, such as a database that is away, is no fault of the row.
_REFUSALS = (Invalid, NotFound, Conflict, StaleVersion)


@frozen
class CountReport:
    """What became of the rows. `counted`: variants whose stock is now what the file says."""

    counted: int
    problems: tuple[RowProblem, ...]


@frozen
class StockCountImport:
    """Takes counts over from a CSV file with a SKU and a quantity in each row."""

    inventory: InventoryService

    def import_counts(
        self, actor: Actor, lines: Iterable[str], *, on_progress: Callable[[int], None] | None = None
    ) -> CountReport:
        """Count every row of the file, each in a transaction of its own, as `InventoryService.count` does.

        A row may name the version it was counted at; it is refused when units moved since. Importing the same file
        again changes nothing. `on_progress` hears how many rows were looked at.

        Raises `PermissionDenied`, and `ImportFileEmpty`, `ImportColumnsMissing`, `ImportEncodingUnknown` or
        `ImportFileBroken` for a file that cannot be read (to its end); rows before stay counted.
        """
        actor.must(Permission.INVENTORY_WRITE)
        table = read_table(lines, _COLUMNS, ("sku", "quantity"))
        counted, problems, seen = 0, list[RowProblem](), set[str]()
        for looked_at, row in enumerate(table.rows, 1):
            problem = self._count(actor, table, row, seen)
            if problem is None:
                counted += 1
            else:
                problems.append(problem)
            if on_progress is not None:
                on_progress(looked_at)
        return CountReport(counted, tuple(problems))

    def _count(self, actor: Actor, table: Table, row: Row, seen: set[str]) -> RowProblem | None:
        sku = row["sku"]
        if wrong := _wrong_cell(row, seen):
            column, code, message = wrong
            return RowProblem(row.line, table.layout.names[column], code, message)
        seen.add(sku)
        version = int(row["version"]) if row["version"] else None
        try:
            count = Count(self.inventory.variant(actor, sku), int(row["quantity"]), row["reason"], row["note"])
            self.inventory.count(actor, count, version)
        except _REFUSALS as refusal:
            return _problem(table, row, refusal)
        return None


def _wrong_cell(row: Row, seen: set[str]) -> tuple[str, str, str] | None:
    """Column, code and message of the first cell that says nothing usable."""
    if not row["sku"]:
        return "sku", "required", "Is missing."
    if row["sku"] in seen:
        return "sku", "duplicate", "Stands in an earlier row, too."
    if not _WHOLE.fullmatch(row["quantity"]):
        return "quantity", "invalid-value", "Must be a whole number of units, zero or more."
    if row["version"] and not _WHOLE.fullmatch(row["version"]):
        return "version", "invalid-value", "Must be the version of the stock that was counted."
    return None


def _problem(table: Table, row: Row, refusal: CommerceError) -> RowProblem:
    code, message, column = refusal.code, str(refusal), "quantity"
    if isinstance(refusal, InvalidInput):
        first = refusal.errors[0]
        code, message, column = first.code, first.detail, first.pointer.removeprefix("/")
    elif isinstance(refusal, SkuUnknown | VariantNotTracked):
        column = "sku"
    elif isinstance(refusal, StockChanged):
        column = "version"
    return RowProblem(row.line, table.layout.names.get(column, table.layout.names["sku"]), code, message)
