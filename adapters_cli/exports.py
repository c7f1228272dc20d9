"""`commerce export`: what goes into a file."""

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.orders.exported import DecimalSign, Delimiter, ExportProfile, OrderExport
from commerce_core.orders.model import OrderStatus

app = typer.Typer(no_args_is_help=True, help="Write products or orders to a file.")

_Day = datetime | None
_Output = Annotated[Path | None, typer.Option("--output", "-o", dir_okay=False, help="A file, instead of stdout.")]


@app.command()
def products(ctx: typer.Context, output: _Output = None) -> None:
    """Every product as a Shopify CSV, which `commerce import products` reads back without a change."""
    with opened() as shop:
        tell(ctx, shop.imports.export_products(OPERATOR), output)


@app.command()
def orders(
    ctx: typer.Context,
    profile: Annotated[
        ExportProfile,
        typer.Option(help="A row for an order, a line, a tax rate of a sale or refund, or as in Shopify's own."),
    ] = ExportProfile.ORDERS,
    first_day: Annotated[_Day, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, in the shop.")] = None,
    last_day: Annotated[_Day, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, in the shop.")] = None,
    status: Annotated[
        list[OrderStatus] | None, typer.Option(case_sensitive=False, help="Only these; may stand more than once.")
    ] = None,
    delimiter: Annotated[Delimiter, typer.Option(help="What parts two cells.")] = Delimiter.COMMA,
    decimal: Annotated[DecimalSign, typer.Option(help="What stands before the decimals.")] = DecimalSign.POINT,
    output: _Output = None,
    *,
    bom: Annotated[bool, typer.Option("--bom", help="Begin with the mark by which spreadsheets know UTF-8.")] = False,
) -> None:
    """Orders as a CSV file: by the day of placing, in a ledger by the day of the money."""
    wanted = OrderExport(
        profile=profile,
        first_day=first_day.date() if first_day else None,
        last_day=last_day.date() if last_day else None,
        status=tuple(status or ()),
        delimiter=delimiter,
        decimal=decimal,
        bom=bom,
    )
    with opened() as shop:
        tell(ctx, shop.orders.export(OPERATOR, wanted), output)


def tell(ctx: typer.Context, lines: Iterable[str], output: Path | None) -> None:
    """To the file that was asked for, or to whoever reads the output."""
    if output is None:
        sys.stdout.writelines(lines)
        return
    _write(output, lines)
    Screen.of(ctx).answer({"file": str(output)}, f"Written to {output}.")


def _write(file: Path, lines: Iterable[str]) -> None:
    """The whole file or none: half a shop must not look like one."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            out.writelines(lines)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
