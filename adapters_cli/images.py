"""`commerce images`: the pictures of products."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.names import product_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.products import Product, shown
from commerce_core.catalog.drafts import ImageChanges, NewImage

app = typer.Typer(no_args_is_help=True, help="Keep the pictures of products.")

_Image = Annotated[UUID, typer.Argument(metavar="IMAGE", help="Its id, as `commerce products show` tells it.")]
_Position = Annotated[int | None, typer.Option(help="1 is the cover; the others move on.")]


@app.command()
def add(
    ctx: typer.Context,
    product: Product,
    url: Annotated[str, typer.Argument(help="Where the picture is, on the web or on this server.")],
    alt: Annotated[str, typer.Option(help="What it shows, for those who cannot see it.")] = "",
    position: _Position = None,
) -> None:
    """One more picture of a product."""
    with opened() as shop:
        changed = shop.images.add(OPERATOR, product_id(shop, product), NewImage(url, alt, position))
        shown(ctx, shop.catalog.staff_product(OPERATOR, changed.id))


@app.command()
def change(
    ctx: typer.Context,
    product: Product,
    image: _Image,
    alt: Annotated[str | None, typer.Option(help="What it shows, for those who cannot see it.")] = None,
    position: _Position = None,
) -> None:
    """Say something else about a picture, or move it."""
    changes = ImageChanges(typed.given(alt), typed.given(position))
    with opened() as shop:
        changed = shop.images.change(OPERATOR, product_id(shop, product), image, changes)
        shown(ctx, shop.catalog.staff_product(OPERATOR, changed.id))


@app.command()
def remove(ctx: typer.Context, product: Product, image: _Image) -> None:
    """Take a picture away, also from the variants it stood for."""
    with opened() as shop:
        changed = shop.images.remove(OPERATOR, product_id(shop, product), image)
        shown(ctx, shop.catalog.staff_product(OPERATOR, changed.id))
