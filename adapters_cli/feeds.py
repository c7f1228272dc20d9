"""`commerce feeds`: what search engines and merchants read, on standard output."""

import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from adapters_cli.premises import opened

app = typer.Typer(no_args_is_help=True, help="Print what search engines read: sitemap, robots.txt, merchant feed.")


@app.command()
def google() -> None:
    """The feed for Google Merchant Center."""
    with opened() as shop:
        _print(shop.feeds.google())


@app.command()
def sitemap(
    number: Annotated[int | None, typer.Argument(help="A file of the sitemap; without it the index.")] = None,
) -> None:
    """The index of the sitemap, or one of its files."""
    with opened() as shop:
        _print([shop.feeds.sitemap_index()] if number is None else shop.feeds.sitemap(number))


@app.command()
def robots() -> None:
    """robots.txt."""
    with opened() as shop:
        _print([shop.feeds.robots()])


def _print(pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
