"""`commerce tags`: words that products share."""

from typing import Annotated

import typer

from adapters_cli import typed
from adapters_cli.names import tag_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.catalog.staff_views import StaffTagView, WordQuery
from commerce_core.catalog.tags import NewTag, TagChanges

app = typer.Typer(no_args_is_help=True, help="Put tags in order.")

_Tag = Annotated[str, typer.Argument(metavar="TAG", help="Its slug, or its id.")]


@app.command("list")
def list_tags(
    ctx: typer.Context,
    search: Annotated[str | None, typer.Option(help="How they begin.")] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """Tags by title, with how many products have them."""
    with opened() as shop:
        found = shop.tags.list_all(OPERATOR, WordQuery(search, page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {"Slug": lambda tag: tag.slug, "Title": lambda tag: tag.title, "Products": lambda tag: tag.products},
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def create(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="As shoppers read it.")],
    slug: Annotated[str | None, typer.Option(help="Made from the title unless it is said.")] = None,
) -> None:
    """One more tag, that no product has yet."""
    with opened() as shop:
        made = shop.tags.create(OPERATOR, NewTag(title, slug))
        found = shop.tags.find(OPERATOR, made.id)
    _answer(ctx, found)


@app.command()
def rename(
    ctx: typer.Context,
    tag: _Tag,
    title: Annotated[str, typer.Argument(help="The new name.")],
    slug: Annotated[str | None, typer.Option(help="Made from the title unless it is said.")] = None,
) -> None:
    """Give a tag another name, for all products that have it."""
    with opened() as shop:
        changed = shop.tags.change(OPERATOR, tag_id(shop, tag), TagChanges(title, typed.given(slug)))
        found = shop.tags.find(OPERATOR, changed.id)
    _answer(ctx, found)


@app.command()
def merge(
    ctx: typer.Context, tag: _Tag, into: Annotated[str, typer.Argument(metavar="INTO", help="The tag that stays.")]
) -> None:
    """Give the products of one tag the other one, and take the first away."""
    with opened() as shop:
        stays = shop.tags.merge(OPERATOR, tag_id(shop, tag), tag_id(shop, into))
        found = shop.tags.find(OPERATOR, stays.id)
    _answer(ctx, found)


@app.command()
def delete(ctx: typer.Context, tag: _Tag) -> None:
    """Take a tag away, also from the products that have it."""
    with opened() as shop:
        found = tag_id(shop, tag)
        shop.tags.delete(OPERATOR, found)
    Screen.of(ctx).answer({"id": found}, f"{tag} is gone.")


def _answer(ctx: typer.Context, found: StaffTagView) -> None:
    Screen.of(ctx).facts(
        found, ("Tag", f"{found.slug} · {found.id}"), ("Title", found.title), ("Products", found.products)
    )
