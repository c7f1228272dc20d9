"""`commerce inbox`: what payment providers told."""

import json
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.inbox.model import InboxStatus
from commerce_core.kernel.page import PageRequest

app = typer.Typer(no_args_is_help=True, help="See what payment providers told, and have it applied again.")

_Message = Annotated[UUID, typer.Argument(metavar="EVENT", help="Its id here, not the provider's.")]


@app.command("list")
def list_messages(
    ctx: typer.Context,
    status: Annotated[InboxStatus | None, typer.Option(case_sensitive=False)] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """The newest first. `--status dead` are those that were given up."""
    with opened() as shop:
        found = shop.inbox.list_messages(OPERATOR, status, PageRequest(page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda message: message.id,
            "Type": lambda message: message.type,
            "About": lambda message: message.intent_id,
            "Status": lambda message: message.status,
            "Attempts": lambda message: message.attempts,
            "Received": lambda message: message.received_at,
            "Error": lambda message: message.error,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(ctx: typer.Context, message: _Message) -> None:
    """One webhook event, what it says, and how far it got."""
    with opened() as shop:
        found = shop.inbox.show(OPERATOR, message)
    Screen.of(ctx).facts(
        found,
        ("Event", f"{found.id} · {found.type}"),
        ("Provider", f"{found.provider} {found.event_id}"),
        ("About", found.intent_id),
        ("Status", f"{found.status} after {found.attempts} attempts"),
        ("Received", found.received_at),
        ("Done", found.processed_at),
        ("Due again", found.next_retry_at if found.status is InboxStatus.RECEIVED else None),
        ("Error", found.error),
        ("Payload", json.dumps(found.payload, ensure_ascii=False)),
    )


@app.command()
def retry(ctx: typer.Context, message: _Message) -> None:
    """Have a webhook event applied again that was given up; the worker does it within seconds."""
    with opened() as shop:
        shop.inbox.retry(OPERATOR, message)
    Screen.of(ctx).answer({"id": message}, f"{message} is due again.")
