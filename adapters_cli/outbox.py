"""`commerce outbox`: what has happened here."""

import json
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.page import PageRequest
from commerce_core.outbox.model import EventStatus

app = typer.Typer(no_args_is_help=True, help="See what has happened here, and have it handled again.")

_Event = Annotated[UUID, typer.Argument(metavar="EVENT", help="Its id.")]


@app.command("list")
def list_events(
    ctx: typer.Context,
    status: Annotated[EventStatus | None, typer.Option(case_sensitive=False)] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """The newest first. `--status dead` are those that were given up."""
    with opened() as shop:
        found = shop.outbox.list_events(OPERATOR, status, PageRequest(page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda event: event.id,
            "Type": lambda event: event.type,
            "About": lambda event: event.aggregate_id,
            "No": lambda event: event.sequence,
            "Subscriber": lambda event: event.branch or "-",
            "Status": lambda event: event.status,
            "Attempts": lambda event: event.attempts,
            "Happened": lambda event: event.created_at,
            "Error": lambda event: event.error,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(ctx: typer.Context, event: _Event) -> None:
    """One event, what it tells, and how its handling went."""
    with opened() as shop:
        found = shop.outbox.show(OPERATOR, event)
    Screen.of(ctx).facts(
        found,
        ("Event", f"{found.id} · {found.type}"),
        ("About", f"{found.aggregate_id}, event {found.sequence}"),
        ("Subscriber", found.branch or "all"),
        ("Status", f"{found.status} after {found.attempts} attempts"),
        ("Happened", found.created_at),
        ("Done", found.processed_at),
        ("Due again", found.next_retry_at if found.status is EventStatus.PENDING else None),
        ("Error", found.error),
        ("Payload", json.dumps(found.payload, ensure_ascii=False)),
    )


@app.command()
def retry(ctx: typer.Context, event: _Event) -> None:
    """Have an event handled again that was given up."""
    with opened() as shop:
        shop.outbox.retry(OPERATOR, event)
    Screen.of(ctx).answer({"id": event}, f"{event} is due again.")
