"""`commerce openapi`: the contract of the API."""

import json

import typer

from adapters_http.app import routes
from adapters_http.openapi import document
from commerce_core.settings import from_environ
from commerce_core.wiring import open_shop

app = typer.Typer()


@app.command(help="Print the OpenAPI 3.1 document of the API. Needs no database.")
def openapi() -> None:
    """The same as `GET /openapi.json`."""
    with open_shop("postgresql:///", settings=from_environ()) as shop:  # Never asked: nothing is read.
        typer.echo(json.dumps(document(routes(shop)), indent=2, ensure_ascii=False))
