"""`commerce import`: what comes from a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.gateways.local_media import PictureFolder
from commerce_core.imports.left_out import LeftOutSheet
from commerce_core.imports.model import ImportReport

app = typer.Typer(no_args_is_help=True, help="Read products from a file.")

_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A Shopify product CSV.")]
_Errors = Annotated[
    Path | None, typer.Option(dir_okay=False, metavar="FILE", help="Write what was left out here, to be mended.")
]


@app.callback()
def _group() -> None:
    """Typer makes a group of one command a command; this keeps it a group."""


@app.command()
def products(
    ctx: typer.Context,
    file: _File,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    errors: _Errors = None,
) -> None:
    """Add the products of a Shopify CSV and update those that are there. Again is harmless.

    Pictures with a relative path are read beside the file. Exits with 1 when a product was left out.
    """
    screen = Screen.of(ctx)
    if errors is not None and errors.exists() and errors.samefile(file):
        raise typer.BadParameter("would overwrite what is being read.", param_hint="--errors")
    with ExitStack() as open_files:
        shop = open_files.enter_context(opened())
        lines = open_files.enter_context(file.open(encoding="utf-8", newline=""))
        sheet = (
            None
            if errors is None
            else LeftOutSheet(open_files.enter_context(errors.open("w", encoding="utf-8", newline="")))
        )
        report = shop.imports.import_products(
            OPERATOR,
            lines,
            pictures=PictureFolder(file.parent),
            dry_run=dry_run,
            on_progress=open_files.enter_context(_progress(screen, file, lines)),
            on_left_out=sheet,
        )
    screen.answer(report, _told(report, dry_run=dry_run))
    for problem in report.problems:
        where = f"line {problem.line}, {problem.column}" if problem.column else f"line {problem.line}"
        screen.note(f"{where}: {problem.message} ({problem.code})")
    if (untold := report.problem_count - len(report.problems)) > 0:
        screen.note(f"and {untold:,} more; --errors FILE writes them all.")
    if report.problem_count:
        raise typer.Exit(1)


def _told(report: ImportReport, *, dry_run: bool) -> str:
    left_out = f", {report.left_out} left out ({report.problem_count} problems)" if report.problem_count else ""
    new = f"{report.variants} new variants, {report.images} new pictures, {report.units} units of opening stock"
    return (
        f"{'Dry run' if dry_run else 'Products'}: {report.created} created, {report.updated} updated, "
        f"{report.unchanged} unchanged{left_out}. {new}."
    )


@contextmanager
def _progress(screen: Screen, file: Path, lines: TextIO) -> Iterator[Callable[[int], None] | None]:
    """How far the file is read, on a terminal only."""
    if not screen.terminal:
        yield None
        return
    # Slow to load, and only for terminals.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    content = lines.buffer
    products = TextColumn("{task.fields[products]:,} products")
    columns = (BarColumn(), TaskProgressColumn(), products, TimeRemainingColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=file.stat().st_size, products=0)
        yield lambda seen: bar.update(task, completed=content.tell(), products=seen)
