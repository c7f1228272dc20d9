"""`commerce serve`: the API."""

import os
from typing import Annotated

import typer

from adapters_cli.premises import database, environment
from adapters_cli.processes import API, relay
from commerce_core.postgres.migrate import migrate
from commerce_core.settings import from_environ

app = typer.Typer()


@app.command(help="Serve the API, as in production: gunicorn with adapters_http.gunicorn_conf.")
def serve(
    port: Annotated[int | None, typer.Option(help="Instead of PORT.", min=1, max=65535)] = None,
) -> None:
    """Become gunicorn. With an embedded database stay beside it, to stop the database afterwards."""
    configured = from_environ()
    listening = {"PORT": str(port or configured.port)}
    if configured.database_url:
        os.execve(API[0], API, {**os.environ, **listening})  # noqa: S606 - so that signals reach gunicorn itself
    with database(configured) as settings:
        migrate(str(settings.database_url))
        raise typer.Exit(relay(API, environment(settings) | listening))
