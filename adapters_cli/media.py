"""`commerce media`: pictures on their way in."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.page import PageRequest
from commerce_core.media.model import AttachUpload, RemoteImageStatus

app = typer.Typer(no_args_is_help=True, help="Bring pictures in, and see those that could not be fetched.")


@app.command()
def upload(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="AVIF, GIF, JPEG, PNG, WebP.")
    ],
    *,
    alt: Annotated[str, typer.Option(help="What it shows, for who cannot see it.")] = "",
    product: Annotated[UUID | None, typer.Option(help="The id of the product that shall show it.")] = None,
    position: Annotated[int | None, typer.Option(min=1, help="1 is the cover.")] = None,
) -> None:
    """Keep a picture, and show it on a product. One that no product shows is erased after a day."""
    with opened() as shop:
        kept = shop.media.upload(OPERATOR, file.name, file.read_bytes(), alt)
        if product is not None:
            shop.media.attach(OPERATOR, product, AttachUpload(kept.id, position=position))
            kept = shop.media.show_upload(OPERATOR, kept.id)
    Screen.of(ctx).answer(kept, f"{kept.id} is {kept.status}: {kept.url}, {kept.width} x {kept.height} pixels.")


@app.command()
def attach(
    ctx: typer.Context,
    upload_id: Annotated[UUID, typer.Argument(metavar="UPLOAD", help="The id of an upload that is ready.")],
    product: Annotated[UUID, typer.Argument(help="The id of the product that shall show it.")],
    *,
    alt: Annotated[str | None, typer.Option(help="In place of its own.")] = None,
    position: Annotated[int | None, typer.Option(min=1, help="1 is the cover.")] = None,
) -> None:
    """Show an upload on a product."""
    with opened() as shop:
        changed = shop.media.attach(OPERATOR, product, AttachUpload(upload_id, alt, position))
        found = shop.catalog.staff_product(OPERATOR, changed.id)
    Screen.of(ctx).answer(found, f"{found.slug} has {len(found.images)} pictures now.")


@app.command()
def remote(
    ctx: typer.Context,
    status: Annotated[RemoteImageStatus | None, typer.Option(case_sensitive=False)] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """Pictures that imports found elsewhere, the newest first, and why they are not here."""
    with opened() as shop:
        found = shop.remote_images.list_remote_images(OPERATOR, status, PageRequest(page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda image: image.id,
            "Status": lambda image: image.status,
            "Attempts": lambda image: image.attempts,
            "From": lambda image: image.source_url,
            "Error": lambda image: image.error,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def retry(ctx: typer.Context, remote_image: Annotated[UUID, typer.Argument(help="The id of a dead one.")]) -> None:
    """Have a picture fetched again that was given up."""
    with opened() as shop:
        shop.remote_images.retry(OPERATOR, remote_image)
    Screen.of(ctx).answer({"id": remote_image}, f"{remote_image} is due again.")
