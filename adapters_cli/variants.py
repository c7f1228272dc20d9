"""`commerce variants`: what exactly is for sale of a product."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.names import product_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.products import Product, shown
from adapters_cli.screen import Screen
from commerce_core.catalog.drafts import NewOptions, NewVariant, OptionValues, VariantChanges
from commerce_core.catalog.staff_views import PriceHistory
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Keep the variants of products, and what they cost.")

_Variant = Annotated[str, typer.Argument(metavar="VARIANT", help="Its SKU, or its id.")]
_Value = Annotated[list[str] | None, typer.Option("--value", help="For each option of the product, in their order.")]


@app.command()
def add(
    ctx: typer.Context,
    product: Product,
    price: Annotated[str, typer.Option(help="In major units, like 19.90.")],
    value: _Value = None,
    compare_at: Annotated[str | None, typer.Option(help="The former price.")] = None,
    sku: Annotated[str | None, typer.Option()] = None,
    barcode: Annotated[str | None, typer.Option(help="A GTIN.")] = None,
    weight: Annotated[int, typer.Option(help="In grams.")] = 0,
    *,
    taxable: Annotated[bool, typer.Option()] = True,
    requires_shipping: Annotated[bool, typer.Option()] = True,
    tax_class: Annotated[TaxClass, typer.Option(help="Which rate counts.")] = TaxClass.STANDARD,
) -> None:
    """One more thing to buy of a product, behind the others."""
    with opened() as shop:
        currency = shop.settings.currency
        new = NewVariant(
            price=typed.price("price", price, currency),
            option_values=tuple(value or ()),
            sku=sku,
            barcode=barcode,
            compare_at_price=typed.price("compare-at", compare_at, currency) if compare_at else None,
            weight_grams=weight,
            taxable=taxable,
            requires_shipping=requires_shipping,
            tax_class=tax_class,
        )
        changed = shop.variants.add(OPERATOR, product_id(shop, product), new)
        shown(ctx, shop.catalog.staff_product(OPERATOR, changed.id))


@app.command()
def change(
    ctx: typer.Context,
    variant: _Variant,
    price: Annotated[str | None, typer.Option(help="In major units, like 19.90.")] = None,
    compare_at: Annotated[str | None, typer.Option(help="The former price; empty ends the reduction.")] = None,
    value: _Value = None,
    sku: Annotated[str | None, typer.Option(help="Empty takes it away.")] = None,
    barcode: Annotated[str | None, typer.Option(help="A GTIN; empty takes it away.")] = None,
    weight: Annotated[int | None, typer.Option(help="In grams.")] = None,
    taxable: Annotated[bool | None, typer.Option()] = None,
    requires_shipping: Annotated[bool | None, typer.Option()] = None,
    tax_class: Annotated[TaxClass | None, typer.Option(help="Which rate counts.")] = None,
    image: Annotated[str | None, typer.Option(help="The id of one of the product's pictures; empty for none.")] = None,
    position: Annotated[int | None, typer.Option(help="The others move on.")] = None,
) -> None:
    """Change what is said of a variant."""
    with opened() as shop:
        currency = shop.settings.currency
        changes = VariantChanges(
            price=typed.given(None if price is None else typed.price("price", price, currency)),
            option_values=typed.given(None if value is None else tuple(value)),
            sku=typed.clearable(sku),
            barcode=typed.clearable(barcode),
            compare_at_price=typed.clearable_price("compare-at", compare_at, currency),
            weight_grams=typed.given(weight),
            taxable=typed.given(taxable),
            requires_shipping=typed.given(requires_shipping),
            tax_class=typed.given(tax_class),
            image_id=typed.clearable_id("image", image),
            position=typed.given(position),
        )
        place = shop.variants.find(OPERATOR, variant)
        shop.variants.change(OPERATOR, place.product_id, place.variant_id, changes)
        shown(ctx, shop.catalog.staff_product(OPERATOR, place.product_id))


@app.command()
def remove(ctx: typer.Context, variant: _Variant) -> None:
    """Take a variant away that nobody ever ordered, carried or counted."""
    with opened() as shop:
        place = shop.variants.find(OPERATOR, variant)
        shop.variants.remove(OPERATOR, place.product_id, place.variant_id)
        shown(ctx, shop.catalog.staff_product(OPERATOR, place.product_id))


@app.command()
def options(
    ctx: typer.Context,
    product: Product,
    names: Annotated[list[str] | None, typer.Argument(help="The names of the options, up to three.")] = None,
    values: Annotated[
        list[str] | None, typer.Option(help="Where an option comes or goes: VARIANT=large,blue for every variant.")
    ] = None,
) -> None:
    """Rename the options of a product, add one or take one away."""
    with opened() as shop:
        new = NewOptions(tuple(names or ()), tuple(_values(shop, line) for line in values or ()))
        changed = shop.variants.set_options(OPERATOR, product_id(shop, product), new)
        shown(ctx, shop.catalog.staff_product(OPERATOR, changed.id))


@app.command()
def prices(ctx: typer.Context, variant: _Variant) -> None:
    """What a variant has cost, the present price first."""
    with opened() as shop:
        place = shop.variants.find(OPERATOR, variant)
        found = PriceHistory(tuple(shop.variants.prices(OPERATOR, place.product_id, place.variant_id)))
    Screen.of(ctx).table(
        found,
        found.items,
        {"Since": lambda p: p.at, "Price": lambda p: p.price, "Former price": lambda p: p.compare_at_price},
    )


def variant_id(shop: Commerce, name: str) -> UUID:
    """The id of a variant by its SKU, or by the id itself. Raises `SkuUnknown`."""
    return shop.variants.find(OPERATOR, name).variant_id


def _values(shop: Commerce, line: str) -> OptionValues:
    name, _, values = line.partition("=")
    return OptionValues(variant_id(shop, name), tuple(values.split(",")) if values else ())
