"""`commerce export`: what goes into a file."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from adapters_cli.premises import opened
from adapters_cli.screen import Screen
from commerce_core.access.model import SYSTEM

app = typer.Typer(no_args_is_help=True, help="Write products to a file.")

_Output = Annotated[Path | None, typer.Option("--output", "-o", dir_okay=False, help="A file, instead of stdout.")]


@app.callback()
def _group() -> None:
    """Typer makes a group of one command a command; this keeps it a group."""


@app.command()
def products(ctx: typer.Context, output: _Output = None) -> None:
    """Every product as a Shopify CSV, which `commerce import products` reads back without a change."""
    screen = Screen.of(ctx)
    with opened() as shop:
        lines = shop.imports.export_products(SYSTEM)
        if output is None:
            sys.stdout.writelines(lines)
            return
        _write(output, lines)
    screen.answer({"file": str(output)}, f"Written to {output}.")


def _write(file: Path, lines: Iterable[str]) -> None:
    """The whole file or none: half a shop must not look like one."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            out.writelines(lines)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
