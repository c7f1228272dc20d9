"""`commerce categories`: where products stand."""

from typing import Annotated

import typer

from adapters_cli import typed
from adapters_cli.names import category_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.catalog.drafts import CategoryChanges, NewCategory, SeoChanges
from commerce_core.catalog.staff_views import StaffCategories, StaffCategoryView

app = typer.Typer(no_args_is_help=True, help="Keep the tree of categories.")

_Category = Annotated[str, typer.Argument(metavar="CATEGORY", help="Its slug, or its id.")]
_Parent = Annotated[str | None, typer.Option(help="Where it stands, by slug or id; empty for the top.")]
_Position = Annotated[int | None, typer.Option(help="Among its siblings, from 1; the others move on.")]
_ReuseSlug = Annotated[bool, typer.Option("--reuse-slug", help="Take the slug over from a redirect.")]


@app.command("list")
def list_categories(ctx: typer.Context) -> None:
    """The whole tree, parents before their children."""
    with opened() as shop:
        found = StaffCategories(tuple(shop.categories.list_all(OPERATOR)))
    slugs = {category.id: category.slug for category in found.items}
    Screen.of(ctx).table(
        found,
        found.items,
        {
            "Slug": lambda category: category.slug,
            "Title": lambda category: category.title,
            "Below": lambda category: category.parent_id and slugs[category.parent_id],
            "Position": lambda category: category.position,
            "Products": lambda category: category.products,
        },
    )


@app.command()
def create(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="As shoppers read it.")],
    slug: Annotated[str | None, typer.Option(help="Made from the title unless it is said.")] = None,
    parent: _Parent = None,
    position: _Position = None,
    *,
    reuse_slug: _ReuseSlug = False,
) -> None:
    """One more category."""
    with opened() as shop:
        above = category_id(shop, parent) if parent else None
        made = shop.categories.create(OPERATOR, NewCategory(title, slug, above, position, reuse_slug=reuse_slug))
        found = shop.categories.find(OPERATOR, made)
    _answer(ctx, found)


@app.command()
def update(
    ctx: typer.Context,
    category: _Category,
    title: Annotated[str | None, typer.Option()] = None,
    slug: Annotated[str | None, typer.Option(help="The old address leads to the new one.")] = None,
    parent: _Parent = None,
    position: _Position = None,
    meta_title: Annotated[str | None, typer.Option(help="For search engines; empty takes the title again.")] = None,
    meta_description: Annotated[str | None, typer.Option()] = None,
    noindex: Annotated[bool | None, typer.Option("--noindex/--index")] = None,
    *,
    reuse_slug: _ReuseSlug = False,
) -> None:
    """Rename or move a category, with all that stands below it."""
    seo = SeoChanges(typed.clearable(meta_title), typed.clearable(meta_description), noindex=typed.given(noindex))
    with opened() as shop:
        above = typed.clearable(parent)
        changes = CategoryChanges(
            title=typed.given(title),
            slug=typed.given(slug),
            parent_id=category_id(shop, above) if isinstance(above, str) else above,
            position=typed.given(position),
            seo=seo,
            reuse_slug=reuse_slug,
        )
        changed = shop.categories.change(OPERATOR, category_id(shop, category), changes)
        found = shop.categories.find(OPERATOR, changed.id)
    _answer(ctx, found)


@app.command()
def delete(
    ctx: typer.Context,
    category: _Category,
    *,
    let_products_go: Annotated[bool, typer.Option("--let-products-go", help="Also when products are in it.")] = False,
) -> None:
    """Take a category away that has none below it."""
    with opened() as shop:
        found = category_id(shop, category)
        shop.categories.delete(OPERATOR, found, let_products_go=let_products_go)
    Screen.of(ctx).answer({"id": found}, f"{category} is gone.")


def _answer(ctx: typer.Context, found: StaffCategoryView) -> None:
    Screen.of(ctx).facts(
        found,
        ("Category", f"{found.slug} · {found.id}"),
        ("Title", found.title),
        ("Below", found.parent_id),
        ("Position", found.position),
        ("Products", found.products),
        ("Version", found.version),
    )
