"""`commerce import`: what comes from a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters_cli.premises import opened
from adapters_cli.screen import Screen
from commerce_core.access.model import SYSTEM
from commerce_core.gateways.local_media import PictureFolder
from commerce_core.imports.service import ImportReport

app = typer.Typer(no_args_is_help=True, help="Read products from a file.")


@app.callback()
def _group() -> None:
    """Typer makes a group of one command a command; this keeps it a group."""


@app.command()
def products(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A Shopify product CSV.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Add the products of a Shopify CSV and update those that are there. Again is harmless.

    Pictures with a relative path are read beside the file. Exits with 1 when a product was left out.
    """
    screen = Screen.of(ctx)
    with opened() as shop, file.open(encoding="utf-8-sig", newline="") as lines, _progress(screen) as advance:
        report = shop.imports.import_products(
            SYSTEM, lines, pictures=PictureFolder(file.parent), dry_run=dry_run, on_progress=advance
        )
    screen.answer(report, _told(report, dry_run=dry_run))
    for problem in report.problems:
        screen.note(f"line {problem.line}, {problem.column}: {problem.message} ({problem.code})")
    if report.problems:
        raise typer.Exit(1)


def _told(report: ImportReport, *, dry_run: bool) -> str:
    left_out = f", {len(report.problems)} problem(s)" if report.problems else ""
    return (
        f"{'Dry run' if dry_run else 'Products'}: {report.created} created, {report.updated} updated, "
        f"{report.unchanged} unchanged ({report.variants} new variants, {report.images} new pictures){left_out}."
    )


@contextmanager
def _progress(screen: Screen) -> Iterator[Any]:
    """How many products were looked at, on a terminal only."""
    if not screen.terminal:
        yield None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415 - slow to load, only for terminals

    with Progress(SpinnerColumn(), TextColumn("{task.completed:.0f} products"), transient=True) as bar:
        task = bar.add_task("products", total=None)
        yield lambda seen: bar.update(task, completed=seen)
