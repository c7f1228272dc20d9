"""`commerce inventory`: the stock and its proof."""

from enum import StrEnum
from typing import Annotated

import typer

from adapters_cli.premises import opened
from adapters_cli.screen import Screen
from adapters_cli.variants import variant_id
from commerce_core.access.model import SYSTEM
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.inventory.views import StockView

app = typer.Typer(no_args_is_help=True, help="Count the stock, and prove the count.")

_Variant = Annotated[str, typer.Argument(metavar="VARIANT", help="Its SKU, or its id.")]
_Reason = Annotated[str, typer.Option(help="For whoever reads the ledger.")]


class Cause(StrEnum):
    """Why a count changes by hand."""

    CORRECTION = MovementType.CORRECTION.value
    DAMAGE = MovementType.DAMAGE.value
    RETURN = MovementType.RETURN.value


@app.command()
def show(ctx: typer.Context, variant: _Variant) -> None:
    """What is there, held and free of one variant."""
    with opened() as shop:
        stock = shop.inventory.stock(SYSTEM, variant_id(shop, variant))
    _answer(Screen.of(ctx), stock)


@app.command()
def receive(
    ctx: typer.Context,
    variant: _Variant,
    quantity: Annotated[int, typer.Argument(min=1, help="How many came in.")],
    reason: _Reason = "",
) -> None:
    """Units have arrived."""
    _move(ctx, variant, MovementType.RECEIPT, quantity, reason)


@app.command(context_settings={"ignore_unknown_options": True})  # Else -5 would be an option.
def adjust(
    ctx: typer.Context,
    variant: _Variant,
    quantity: Annotated[int, typer.Argument(help="How many more, or with a minus sign fewer.")],
    cause: Annotated[Cause, typer.Option(case_sensitive=False)] = Cause.CORRECTION,
    reason: _Reason = "",
) -> None:
    """The shelf does not hold what the shop believed."""
    _move(ctx, variant, MovementType(cause.value), quantity, reason)


@app.command()
def verify(ctx: typer.Context) -> None:
    """Recompute every counter from the ledger and the reservations. Exits with 1 when one disagrees."""
    with opened() as shop:
        wrong = shop.inventory.verify(SYSTEM)
    screen = Screen.of(ctx)
    if not wrong:
        screen.answer({"discrepancies": []}, "Every counter agrees with the ledger and the reservations.")
        return
    screen.table(
        {"discrepancies": wrong},
        wrong,
        {
            "Variant": lambda found: found.variant_id,
            "Free": lambda found: found.available_qty,
            "Held": lambda found: found.reserved_qty,
            "Moved": lambda found: found.moved,
            "Reserved": lambda found: found.held,
        },
    )
    raise typer.Exit(1)


def _move(ctx: typer.Context, variant: str, kind: MovementType, quantity: int, reason: str) -> None:
    with opened() as shop:
        stock = shop.inventory.move(SYSTEM, Movement(variant_id(shop, variant), kind, quantity, reason))
    _answer(Screen.of(ctx), stock)


def _answer(screen: Screen, stock: StockView) -> None:
    screen.facts(
        stock,
        ("Variant", f"{stock.sku or '-'} · {stock.variant_id}"),
        ("Title", stock.title),
        ("On hand", stock.on_hand),
        ("Held", stock.reserved),
        ("Free", stock.available),
    )
