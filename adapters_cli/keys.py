"""`commerce keys`: which programs may come in."""

import sys
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from adapters_cli.typed import moment
from commerce_core.access.model import Permission
from commerce_core.kernel.errors import InvalidInput
from commerce_core.keys.model import NewKey
from commerce_core.keys.views import ApiKeyView

app = typer.Typer(no_args_is_help=True, help="Let programs in, and shut them out.")

_Id = Annotated[UUID, typer.Argument(metavar="ID", help="Which key, as `commerce keys list` names it.")]


@app.command("list")
def list_keys(ctx: typer.Context) -> None:
    """The newest first, revoked ones too."""
    with opened() as shop:
        keys = shop.keys.list_keys(OPERATOR)
    Screen.of(ctx).table(
        {"items": keys},
        keys,
        {
            "Id": lambda key: key.id,
            "Name": lambda key: key.name,
            "Key": lambda key: f"{key.prefix}…",
            "Scopes": lambda key: ", ".join(key.scopes),
            "By": lambda key: key.made_by,
            "Used": lambda key: key.last_used_at,
            "Until": lambda key: key.expires_at,
            "Revoked": lambda key: key.revoked_at,
        },
    )


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What the program is called.")],
    scopes: Annotated[list[Permission], typer.Option("--scope", help="What it may do; say it as often as needed.")],
    expires: Annotated[str | None, typer.Option(metavar="TIME", help="Until when, such as 2027-12-31.")] = None,
) -> None:
    """Make a key and print it, this once."""
    until: datetime | None = moment("expires", expires) if expires else None
    with opened() as shop:
        made = shop.keys.create(OPERATOR, NewKey(name, scopes, until))
    Screen.of(ctx).answer(made, f"{made.key.name} has a key now, shown this once:\n{made.token}")


@app.command()
def show(ctx: typer.Context, key_id: _Id) -> None:
    """Everything about a key but what opens anything."""
    with opened() as shop:
        found = shop.keys.show(OPERATOR, key_id)
    _facts(ctx, found)


@app.command()
def revoke(
    ctx: typer.Context,
    key_id: _Id,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Shut a program out for good, and every key that was made with its key."""
    with opened() as shop:
        known = shop.keys.show(OPERATOR, key_id)
        if not yes:
            _ask(f"Revoke {known.name}?")
        shop.keys.revoke(OPERATOR, key_id)
        revoked = shop.keys.show(OPERATOR, key_id)
    Screen.of(ctx).answer(revoked, f"{revoked.name} opens nothing any more.")


def _ask(question: str) -> None:
    """Raises `InvalidInput` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise InvalidInput.at("/yes", "missing", "Say --yes where nobody can be asked.")
    typer.confirm(question, abort=True, err=True)


def _facts(ctx: typer.Context, key: ApiKeyView) -> None:
    Screen.of(ctx).facts(
        key,
        ("Key", f"{key.name} · {key.prefix}… · {key.id}"),
        ("Scopes", ", ".join(key.scopes)),
        ("Made by", key.made_by),
        ("Since", key.created_at),
        ("Until", key.expires_at),
        ("Last used", key.last_used_at),
        ("Revoked", key.revoked_at),
    )
