"""`commerce products`: what is for sale."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import opened
from adapters_cli.screen import Screen
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.errors import ProductNotFound
from commerce_core.catalog.model import ProductStatus
from commerce_core.catalog.views import StaffProductQuery, VariantView
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Look at the catalogue.")


@app.command("list")
def list_products(
    ctx: typer.Context,
    status: Annotated[ProductStatus | None, typer.Option(case_sensitive=False)] = None,
    search: Annotated[str | None, typer.Option(help="Words of the product, or a SKU.")] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """Products in any status, the newest first."""
    with opened() as shop:
        found = shop.catalog.list_products(SYSTEM, StaffProductQuery(status, search, page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Slug": lambda product: product.slug,
            "Title": lambda product: product.title,
            "Status": lambda product: product.status,
            "From": lambda product: product.price_from,
            "Changed": lambda product: product.updated_at,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(
    ctx: typer.Context, product: Annotated[str, typer.Argument(metavar="PRODUCT", help="Its slug, or its id.")]
) -> None:
    """One product with its variants."""
    with opened() as shop:
        found = shop.catalog.staff_product(SYSTEM, _id(shop, product))
    Screen.of(ctx).facts(
        found,
        ("Product", f"{found.slug} · {found.id}"),
        ("Title", found.title),
        ("Status", found.status),
        ("Categories", ", ".join(category.title for category in found.categories)),
        ("Pictures", len(found.images)),
        *((f"  {variant.sku or variant.id}", _offer(variant)) for variant in found.variants),
    )


def _offer(variant: VariantView) -> str:
    free = "" if variant.available is None else f" · {variant.available} free"
    return f"{variant.title} · {variant.price}{free}"


def _id(shop: Commerce, product: str) -> UUID:
    """A product by what people call it. Raises `ProductNotFound`."""
    try:
        return UUID(product)
    except ValueError:
        pass
    try:
        return shop.catalog.product(product).id
    except ProductNotFound:
        words = product.replace("-", " ")  # It may be one that shoppers do not see.
    for card in shop.catalog.list_products(SYSTEM, StaffProductQuery(q=words, per_page=100)).items:
        if card.slug == product:
            return card.id
    raise ProductNotFound(product)
