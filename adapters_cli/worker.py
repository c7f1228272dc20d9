"""`commerce worker`: what happens after a request."""

import typer

from adapters_cli.premises import database
from adapters_worker.app import QUIET
from adapters_worker.run import run
from commerce_core.gateways.json_logs import log_json
from commerce_core.settings import from_environ

app = typer.Typer()


@app.command(help="Do what the API leaves for later: events, mail, the clock. Until SIGTERM or Ctrl-C.")
def worker() -> None:
    """Work in this process; `python -m adapters_worker` is the same where the database is configured."""
    configured = from_environ()
    log_json(configured.log_level, quiet=QUIET)
    with database(configured) as settings:
        run(settings)
