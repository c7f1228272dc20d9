"""`commerce redirects`: old addresses and where they lead."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.catalog.model import RedirectKind
from commerce_core.catalog.redirects import NewRedirect, RedirectTarget
from commerce_core.catalog.staff_views import RedirectView, WordQuery
from commerce_core.kernel.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Keep old addresses alive.")

_Redirect = Annotated[UUID, typer.Argument(metavar="REDIRECT", help="Its id, as `list` tells it.")]
_To = Annotated[str, typer.Argument(metavar="TO", help="Where it leads, like product/blue-mug or category/mugs.")]


@app.command("list")
def list_redirects(
    ctx: typer.Context,
    search: Annotated[str | None, typer.Option(help="How either slug begins.")] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """The newest first: those made by hand, and those that renaming made."""
    with opened() as shop:
        found = shop.redirects.list_all(OPERATOR, WordQuery(search, page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda redirect: redirect.id,
            "From": lambda redirect: f"{redirect.entity_type}/{redirect.slug}",
            "To": lambda redirect: f"{redirect.target_type}/{redirect.target_slug}",
            "By hand": lambda redirect: "yes" if redirect.manual else "no",
            "Since": lambda redirect: redirect.created_at,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def create(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="FROM", help="The old address, like product/green-mug.")],
    to: _To,
) -> None:
    """Lead an address that has no page to one that has."""
    with opened() as shop:
        made = shop.redirects.create(OPERATOR, NewRedirect(*_address("from", old), *_address("to", to)))
        found = shop.redirects.find(OPERATOR, made.id)
    _answer(ctx, found)


@app.command()
def update(ctx: typer.Context, redirect: _Redirect, to: _To) -> None:
    """Lead an address somewhere else."""
    with opened() as shop:
        changed = shop.redirects.change(OPERATOR, redirect, RedirectTarget(*_address("to", to)))
        found = shop.redirects.find(OPERATOR, changed.id)
    _answer(ctx, found)


@app.command()
def delete(ctx: typer.Context, redirect: _Redirect) -> None:
    """Let an old address die."""
    with opened() as shop:
        shop.redirects.delete(OPERATOR, redirect)
    Screen.of(ctx).answer({"id": redirect}, "The redirect is gone.")


def _address(argument: str, typed: str) -> tuple[RedirectKind, str]:
    kind, _, slug = typed.partition("/")
    try:
        return RedirectKind(kind), slug
    except ValueError:
        raise InvalidInput.at(f"/{argument}", "invalid-value", "Must be like product/blue-mug.") from None


def _answer(ctx: typer.Context, found: RedirectView) -> None:
    Screen.of(ctx).facts(
        found,
        ("Redirect", found.id),
        ("From", f"{found.entity_type}/{found.slug}"),
        ("To", f"{found.target_type}/{found.target_slug}"),
    )
