"""`commerce export`: what goes into a file."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from adapters_cli.order_filter import (
    Currency,
    FirstDay,
    Fulfillment,
    LastDay,
    MaxTotal,
    MinTotal,
    OpenCase,
    PaidFirstDay,
    PaidLastDay,
    PaymentStatus,
    Search,
    Status,
    narrowed,
)
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.orders.exported import DecimalSign, Delimiter, ExportProfile, OrderExport

app = typer.Typer(no_args_is_help=True, help="Write products or orders to a file.")

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
    status: Status = None,
    payment_status: PaymentStatus = None,
    fulfillment_status: Fulfillment = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    paid_from: PaidFirstDay = None,
    paid_to: PaidLastDay = None,
    min_total: MinTotal = None,
    max_total: MaxTotal = None,
    currency: Currency = None,
    search: Search = None,
    delimiter: Annotated[Delimiter, typer.Option(help="What parts two cells.")] = Delimiter.COMMA,
    decimal: Annotated[DecimalSign, typer.Option(help="What stands before the decimals.")] = DecimalSign.POINT,
    output: _Output = None,
    *,
    open_case: OpenCase = False,
    bom: Annotated[bool, typer.Option("--bom", help="Begin with the mark by which spreadsheets know UTF-8.")] = False,
) -> None:
    """Orders as a CSV file: by the day of placing, in a ledger by the day of the money."""
    with opened() as shop:
        wanted = narrowed(
            shop,
            status=status,
            payment_status=payment_status,
            fulfillment_status=fulfillment_status,
            first_day=first_day,
            last_day=last_day,
            paid_from=paid_from,
            paid_to=paid_to,
            min_total=min_total,
            max_total=max_total,
            currency=currency,
            search=search,
            open_case=open_case,
        )
        export = OrderExport(profile, delimiter, decimal, bom, **wanted)
        tell(ctx, shop.orders.export(OPERATOR, export), output)


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
