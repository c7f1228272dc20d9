"""`commerce orders note` and `notes`: what is written beside an order."""

from typing import Annotated

import typer

from adapters_cli.order_names import Order, order_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.orders.model import OrderId
from commerce_core.orders.notes import NewNote, NoteAudience


def note(
    ctx: typer.Context,
    order: Order,
    text: Annotated[str, typer.Argument(help="What to write.")],
    *,
    to_customer: Annotated[bool, typer.Option("--to-customer", help="The buyer may read it, too.")] = False,
) -> None:
    """Write a note beside an order. It stays."""
    audience = NoteAudience.CUSTOMER if to_customer else NoteAudience.INTERNAL
    with opened() as shop:
        written = shop.orders.add_note(OPERATOR, OrderId(order_id(shop, order)), NewNote(text, audience))
    Screen.of(ctx).answer(written, f"Noted, for {'the buyer, too' if to_customer else 'operators alone'}.")


def notes(ctx: typer.Context, order: Order) -> None:
    """The notes of an order, the first first."""
    with opened() as shop:
        found = shop.orders.notes(OPERATOR, OrderId(order_id(shop, order)))
    Screen.of(ctx).table(
        found,
        found.items,
        {
            "When": lambda note: note.created_at,
            "For": lambda note: note.audience,
            "By": lambda note: note.author,
            "Text": lambda note: note.text,
        },
    )
