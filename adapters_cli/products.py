"""`commerce products`: what is for sale."""

from typing import Annotated

import typer

from adapters_cli import typed
from adapters_cli.names import category_id, product_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.catalog.drafts import NewProduct, NewVariant, ProductChanges, SeoChanges
from commerce_core.catalog.model import ProductStatus
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.catalog.views import StaffProductView, StaffVariantView
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Look at the catalogue, and keep it.")

Product = Annotated[str, typer.Argument(metavar="PRODUCT", help="Its slug, or its id.")]
_Attribute = Annotated[
    list[str] | None, typer.Option(help="Like material=oak or height=9.5; without a value it is taken away.")
]
_ReuseSlug = Annotated[
    bool, typer.Option("--reuse-slug", help="Take the slug over from an archived product or a redirect.")
]


@app.command("list")
def list_products(
    ctx: typer.Context,
    status: Annotated[ProductStatus | None, typer.Option(case_sensitive=False)] = None,
    search: Annotated[str | None, typer.Option(help="Words of the product, or a SKU or barcode.")] = None,
    category: Annotated[str | None, typer.Option(help="Its slug; what is below it counts as well.")] = None,
    in_stock: Annotated[bool | None, typer.Option("--in-stock/--sold-out")] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """Products in any status, the newest first."""
    with opened() as shop:
        found = shop.catalog.list_products(
            OPERATOR, StaffProductQuery(status, search, category, in_stock, page, per_page)
        )
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
def reindex(ctx: typer.Context) -> None:
    """Make everything findable again: after a change of SEARCH_LANGUAGE, or of products without this program."""
    with opened() as shop:
        read = shop.search_index.rebuild(OPERATOR)
    Screen.of(ctx).answer({"products": read}, f"{read} products can be found")


@app.command()
def show(ctx: typer.Context, product: Product) -> None:
    """One product with its variants."""
    with opened() as shop:
        found = shop.catalog.staff_product(OPERATOR, product_id(shop, product))
    shown(ctx, found)


@app.command()
def create(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="As shoppers read it.")],
    price: Annotated[str, typer.Option(help="In major units, like 19.90.")],
    compare_at: Annotated[str | None, typer.Option(help="The former price.")] = None,
    sku: Annotated[str | None, typer.Option()] = None,
    barcode: Annotated[str | None, typer.Option(help="A GTIN.")] = None,
    weight: Annotated[int, typer.Option(help="In grams.")] = 0,
    slug: Annotated[str | None, typer.Option(help="Made from the title unless it is said.")] = None,
    description: Annotated[str, typer.Option(help="HTML.")] = "",
    vendor: Annotated[str | None, typer.Option()] = None,
    category: Annotated[list[str] | None, typer.Option(help="A slug or an id; several times for several.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Several times for several.")] = None,
    attribute: _Attribute = None,
    *,
    publish: Annotated[bool, typer.Option("--publish", help="Show it to shoppers at once.")] = False,
    reuse_slug: _ReuseSlug = False,
) -> None:
    """A product with one variant. `commerce variants` makes more of it."""
    with opened() as shop:
        currency = shop.settings.currency
        variant = NewVariant(
            price=typed.price("price", price, currency),
            sku=sku,
            barcode=barcode,
            compare_at_price=typed.price("compare-at", compare_at, currency) if compare_at else None,
            weight_grams=weight,
        )
        new = NewProduct(
            title=title,
            variants=(variant,),
            slug=slug,
            description_html=description,
            status=ProductStatus.ACTIVE if publish else ProductStatus.DRAFT,
            vendor=vendor,
            category_ids=tuple(category_id(shop, name) for name in category or ()),
            tags=tuple(tag or ()),
            attributes={name: value for name, value in typed.attributes(attribute or ()).items() if value is not None},
            reuse_slug=reuse_slug,
        )
        made = shop.catalog.create_product(OPERATOR, new)
        found = shop.catalog.staff_product(OPERATOR, made.id)
    shown(ctx, found)


@app.command()
def update(
    ctx: typer.Context,
    product: Product,
    title: Annotated[str | None, typer.Option()] = None,
    slug: Annotated[str | None, typer.Option(help="The old address leads to the new one.")] = None,
    description: Annotated[str | None, typer.Option(help="HTML.")] = None,
    vendor: Annotated[str | None, typer.Option(help="Empty takes it away.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="In place of all it is in; empty for none.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="In place of all it has; empty for none.")] = None,
    attribute: _Attribute = None,
    *,
    reuse_slug: _ReuseSlug = False,
) -> None:
    """Change what is said of a product."""
    with opened() as shop:
        categories = None if category is None else tuple(category_id(shop, name) for name in category if name)
        changes = ProductChanges(
            title=typed.given(title),
            slug=typed.given(slug),
            description_html=typed.given(description),
            vendor=typed.clearable(vendor),
            category_ids=typed.given(categories),
            tags=typed.given(None if tag is None else tuple(word for word in tag if word)),
            attributes=typed.given(typed.attributes(attribute) if attribute else None),
            reuse_slug=reuse_slug,
        )
        _change(ctx, shop, product, changes)


@app.command()
def seo(
    ctx: typer.Context,
    product: Product,
    meta_title: Annotated[str | None, typer.Option(help="Empty takes it from the title again.")] = None,
    meta_description: Annotated[str | None, typer.Option()] = None,
    canonical_url: Annotated[str | None, typer.Option()] = None,
    og_image: Annotated[str | None, typer.Option()] = None,
    noindex: Annotated[bool | None, typer.Option("--noindex/--index")] = None,
) -> None:
    """Change what search engines are told."""
    said = SeoChanges(
        typed.clearable(meta_title),
        typed.clearable(meta_description),
        typed.clearable(canonical_url),
        typed.clearable(og_image),
        typed.given(noindex),
    )
    with opened() as shop:
        _change(ctx, shop, product, ProductChanges(seo=said))


@app.command()
def publish(ctx: typer.Context, product: Product) -> None:
    """Show a draft to shoppers."""
    with opened() as shop:
        _change(ctx, shop, product, ProductChanges(status=ProductStatus.ACTIVE))


@app.command()
def draft(ctx: typer.Context, product: Product) -> None:
    """Take a product out of the shop, or out of the archive, to work on it."""
    with opened() as shop:
        _change(ctx, shop, product, ProductChanges(status=ProductStatus.DRAFT))


@app.command()
def archive(ctx: typer.Context, product: Product) -> None:
    """Put a product away. Its orders stay as they are."""
    with opened() as shop:
        _change(ctx, shop, product, ProductChanges(status=ProductStatus.ARCHIVED))


@app.command()
def delete(ctx: typer.Context, product: Product) -> None:
    """Take a product away for good that nobody ever ordered, carried or counted."""
    with opened() as shop:
        found = product_id(shop, product)
        shop.catalog.delete_product(OPERATOR, found)
    Screen.of(ctx).answer({"id": found}, f"{product} is gone.")


def shown(ctx: typer.Context, found: StaffProductView) -> None:
    """A product as the answer of a command."""
    Screen.of(ctx).facts(
        found,
        ("Product", f"{found.slug} · {found.id}"),
        ("Title", found.title),
        ("Status", found.status),
        ("Vendor", found.vendor),
        ("Categories", ", ".join(category.title for category in found.categories)),
        ("Tags", ", ".join(tag.title for tag in found.tags)),
        *((f"  {name}", value) for name, value in found.attributes.items()),
        ("Pictures", len(found.images)),
        *((f"  {image.id}", f"{image.url} · {image.alt}") for image in found.images),
        ("Variants", len(found.variants)),
        *((f"  {variant.sku or variant.id}", _offer(variant)) for variant in found.variants),
        ("Version", found.version),
    )


def _change(ctx: typer.Context, shop: Commerce, product: str, changes: ProductChanges) -> None:
    changed = shop.catalog.change_product(OPERATOR, product_id(shop, product), changes)
    shown(ctx, shop.catalog.staff_product(OPERATOR, changed.id))


def _offer(variant: StaffVariantView) -> str:
    former = f" instead of {variant.compare_at_price}" if variant.compare_at_price else ""
    free = "" if variant.available is None else f" · {variant.available} free"
    return f"{variant.title or '-'} · {variant.price}{former}{free}"
