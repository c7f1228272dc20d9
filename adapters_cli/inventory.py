"""`commerce inventory`: the stock, what changes it, and its proof."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters_cli import inventory_ledger
from adapters_cli.order_names import order_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from adapters_cli.variants import variant_id
from commerce_core.inventory.model import Count, Movement, MovementType, StockChanges
from commerce_core.inventory.views import StockQuery, StockView
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.unset import UNSET, Unset

app = typer.Typer(no_args_is_help=True, help="Count the stock, and prove the count.")

_Variant = Annotated[str, typer.Argument(metavar="VARIANT", help="Its SKU, or its id.")]
_Reason = Annotated[str, typer.Option(help="For whoever reads the ledger.")]
_Note = Annotated[str, typer.Option(help="More of the same, as long as it takes.")]
_Version = Annotated[int | None, typer.Option(min=1, help="Only if nothing came or went since this version.")]


class Cause(StrEnum):
    """Why a count changes by hand."""

    CORRECTION = MovementType.CORRECTION.value
    DAMAGE = MovementType.DAMAGE.value
    RETURN = MovementType.RETURN.value


@app.command("list")
def list_stock(
    ctx: typer.Context,
    *,
    search: Annotated[str | None, typer.Option(help="Words of the product, or a SKU.")] = None,
    low: Annotated[bool, typer.Option("--low", help="At their threshold or below.")] = False,
    out: Annotated[bool, typer.Option("--out", help="That cannot be sold.")] = False,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """Variants that are counted, the newest first."""
    with opened() as shop:
        found = shop.inventory.list_stock(OPERATOR, StockQuery(search, low, out), PageRequest(page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "SKU": lambda stock: stock.sku or stock.variant_id,
            "Title": lambda stock: stock.title,
            "On hand": lambda stock: stock.on_hand,
            "Held": lambda stock: stock.reserved,
            "Free": lambda stock: stock.available,
            "Low at": lambda stock: stock.low_threshold,
            "Version": lambda stock: stock.version,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(ctx: typer.Context, variant: _Variant) -> None:
    """What is there, held and free of one variant."""
    with opened() as shop:
        stock = shop.inventory.stock(OPERATOR, variant_id(shop, variant))
    _answer(Screen.of(ctx), stock)


@app.command()
def receive(
    ctx: typer.Context,
    variant: _Variant,
    quantity: Annotated[int, typer.Argument(min=1, help="How many came in.")],
    reason: _Reason = "",
    note: _Note = "",
) -> None:
    """Units have arrived."""
    with opened() as shop:
        receipt = Movement(variant_id(shop, variant), MovementType.RECEIPT, quantity, reason, note)
        stock = shop.inventory.move(OPERATOR, receipt)
    _answer(Screen.of(ctx), stock)


@app.command(context_settings={"ignore_unknown_options": True})  # Else -5 would be an option.
def adjust(
    ctx: typer.Context,
    variant: _Variant,
    quantity: Annotated[int, typer.Argument(help="How many more, or with a minus sign fewer.")],
    cause: Annotated[Cause, typer.Option(case_sensitive=False)] = Cause.CORRECTION,
    reason: _Reason = "",
    note: _Note = "",
    order: Annotated[str | None, typer.Option(help="The number or id of the order they belong to.")] = None,
) -> None:
    """Units came back, broke, or never were where the shop believed."""
    with opened() as shop:
        belongs_to = order_id(shop, order) if order else None
        kind = MovementType(cause.value)
        moved = Movement(variant_id(shop, variant), kind, quantity, reason, note, belongs_to)
        stock = shop.inventory.move(OPERATOR, moved)
    _answer(Screen.of(ctx), stock)


@app.command()
def count(
    ctx: typer.Context,
    variant: _Variant,
    quantity: Annotated[int, typer.Argument(min=0, help="How many are on the shelf, those held for buyers included.")],
    expected_version: _Version = None,
    reason: _Reason = "",
    note: _Note = "",
) -> None:
    """Somebody counted the shelf: that many there are."""
    with opened() as shop:
        counted = Count(variant_id(shop, variant), quantity, reason, note)
        stock = shop.inventory.count(OPERATOR, counted, expected_version)
    _answer(Screen.of(ctx), stock)


@app.command("set")
def change(
    ctx: typer.Context,
    variant: _Variant,
    *,
    low_threshold: Annotated[int | None, typer.Option(min=0, help="Say so when so few are free.")] = None,
    never_low: Annotated[bool, typer.Option("--never-low", help="Say nothing.")] = False,
    backorder_limit: Annotated[int | None, typer.Option(min=0, help="How many to sell beyond the stock.")] = None,
    tracked: Annotated[bool | None, typer.Option("--tracked/--untracked", help="Whether to count it at all.")] = None,
    expected_version: _Version = None,
) -> None:
    """How a variant is counted. --untracked writes off what is on hand; the variant never runs out."""
    threshold: int | Unset | None = UNSET if low_threshold is None else low_threshold
    changes = StockChanges(
        UNSET if tracked is None else tracked,
        None if never_low else threshold,
        UNSET if backorder_limit is None else backorder_limit,
    )
    with opened() as shop:
        stock = shop.inventory.change(OPERATOR, variant_id(shop, variant), changes, expected_version)
    if stock is None:
        Screen.of(ctx).answer(None, "No longer counted.")
    else:
        _answer(Screen.of(ctx), stock)


@app.command("import")
def import_counts(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV: SKU, Quantity.")],
) -> None:
    """Count what a CSV file says: columns SKU and Quantity, and if you like Version, Reason and Note.

    Rows that are wrong are named, the others count. Exits with 1 when one was wrong.
    """
    screen = Screen.of(ctx)
    with opened() as shop, file.open(encoding="utf-8-sig", newline="") as lines:
        report = shop.stock_counts.import_counts(OPERATOR, lines)
    screen.answer(report, f"{report.counted} counted, {len(report.problems)} problem(s).")
    for problem in report.problems:
        screen.note(f"line {problem.line}, {problem.column}: {problem.message} ({problem.code})")
    if report.problems:
        raise typer.Exit(1)


app.command()(inventory_ledger.movements)
app.command()(inventory_ledger.reservations)
app.command()(inventory_ledger.explain)
app.command()(inventory_ledger.verify)


def _answer(screen: Screen, stock: StockView) -> None:
    screen.facts(
        stock,
        ("Variant", f"{stock.sku or '-'} · {stock.variant_id}"),
        ("Title", stock.title),
        ("On hand", stock.on_hand),
        ("Held", stock.reserved),
        ("Free", stock.available),
        ("Low at", stock.low_threshold),
        ("Backorders", f"up to {stock.backorder_limit}" if stock.backorder_limit else "none"),
        ("Version", stock.version),
    )
