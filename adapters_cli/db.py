"""`commerce db`: the schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from adapters_cli.premises import database
from adapters_cli.screen import Screen
from commerce_core.postgres import migrate as migrations
from commerce_core.settings import from_environ

app = typer.Typer(no_args_is_help=True, help="Bring the database to this release's schema, and back.")


@contextmanager
def _address() -> Iterator[str]:
    with database(from_environ()) as settings:
        yield str(settings.database_url)


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Apply what is missing. Safe when several processes do it at once."""
    with _address() as url:
        applied = migrations.migrate(url)
    text = "\n".join(f"applied {name}" for name in applied) or "Nothing to do: every migration is applied."
    Screen.of(ctx).answer({"applied": applied}, text)


@app.command()
def status(ctx: typer.Context) -> None:
    """Every migration of this release and when it was applied. Changes nothing."""
    with _address() as url:
        found = migrations.status(url)
    Screen.of(ctx).table(
        {"items": found},
        found,
        {"Migration": lambda migration: migration.id, "Applied": lambda migration: migration.applied_at or "missing"},
    )


@app.command()
def rollback(
    ctx: typer.Context,
    count: Annotated[int, typer.Option(min=1, help="How many, the latest first.")] = 1,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take back the latest migrations, with the data that only they have room for."""
    if not yes:
        typer.confirm(f"Take back {count} migration(s) and lose what they hold?", abort=True, err=True)
    with _address() as url:
        taken_back = migrations.rollback(url, count)
    text = "\n".join(f"took back {name}" for name in taken_back) or "Nothing to take back."
    Screen.of(ctx).answer({"rolled_back": taken_back}, text)
