"""An import in progress: what was read so far goes in batches, and what became of it is counted."""

from collections.abc import Iterable, Iterator

from attrs import define, field

from commerce_core.catalog.ports import Change
from commerce_core.imports.errors import ImportEncodingUnknown, ImportFileBroken
from commerce_core.imports.model import ImportedProduct, ImportReport, LeftOut, RowProblem, Source
from commerce_core.imports.rows import Layout

BATCH = 100  # products in one transaction
BATCH_ROWS = 1_000  # and their rows, so that large products do not make long transactions
TOLD = 1_000  # problems in a report

Read = ImportedProduct | LeftOut


@define
class Tally:
    """What became of some products."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    variants: int = 0
    images: int = 0
    units: int = 0
    left_out: list[LeftOut] = field(factory=list)

    def count(self, change: Change) -> None:
        """One product was written."""
        before = change.before
        if before is None:
            self.created += 1
        else:
            self.updated += 1
        self.variants += len(change.after.variants) - len(before.variants if before else ())
        self.images += len(change.after.images) - len(before.images if before else ())


@define
class Total:
    """What became of all of them. Keeps no more than a report may tell."""

    report: ImportReport = field(factory=ImportReport)
    problems: list[RowProblem] = field(factory=list)

    def add(self, done: Tally) -> None:
        """Another batch is through."""
        so_far, problems = self.report, [problem for left_out in done.left_out for problem in left_out.problems]
        self.problems += problems[: TOLD - len(self.problems)]
        self.report = ImportReport(
            created=so_far.created + done.created,
            updated=so_far.updated + done.updated,
            unchanged=so_far.unchanged + done.unchanged,
            left_out=so_far.left_out + sum(1 for item in done.left_out if item.problems and item.source.rows),
            variants=so_far.variants + done.variants,
            images=so_far.images + done.images,
            units=so_far.units + done.units,
            problem_count=so_far.problem_count + len(problems),
            problems=tuple(self.problems),
        )


def batches(found: Iterator[Read]) -> Iterator[list[Read]]:
    """What was read, in pieces of a size for one transaction, no product twice in one of them."""
    batch: list[Read] = []
    rows, slugs = 0, set[str]()
    for item in _to_the_end(found):
        slug, size = item.slug.value if isinstance(item, ImportedProduct) else "", len(item.source.rows)
        if batch and (len(batch) >= BATCH or rows + size > BATCH_ROWS or slug in slugs):
            yield batch
            batch, rows, slugs = [], 0, set()
        batch.append(item)
        rows += size
        if slug:
            slugs.add(slug)
    if batch:
        yield batch


def _to_the_end(found: Iterator[Read]) -> Iterator[Read]:
    """Where nobody can read on, that is the last problem: what came before has landed or will."""
    try:
        yield from found
    except (ImportEncodingUnknown, ImportFileBroken) as error:
        yield LeftOut(Source(Layout(()), ()), (RowProblem(error.line, "", error.code, str(error)),))


def in_order(left_out: Iterable[LeftOut]) -> list[LeftOut]:
    """By line, as the file has them."""
    return sorted(left_out, key=lambda item: item.source.rows[0].line if item.source.rows else item.problems[0].line)
