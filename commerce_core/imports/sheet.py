"""Products as rows of a Shopify CSV file, under the old headers: what `shopify.py` reads, the other way round."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from commerce_core.catalog.model import ProductStatus
from commerce_core.imports.shopify import COLUMNS
from commerce_core.imports.views import ExportedImage, ExportedProduct, ExportedTag, ExportedVariant
from commerce_core.kernel.csv import Cell
from commerce_core.kernel.slug import slugify

# Our names, for which the old header comes first; what only Shopify knows stands under its own.
_ORDER = (
    "handle", "title", "description", "vendor", "type", "tags", "published",
    "option1 name", "option1 value", "option2 name", "option2 value", "option3 name", "option3 value",
    "sku", "grams", "tracker", "quantity", "policy", "Variant Fulfillment Service", "price", "compare at",
    "requires shipping", "taxable", "barcode", "image", "image position", "image alt", "Gift Card",
    "seo title", "seo description", "variant image", "Variant Weight Unit", "status",
)  # fmt: skip
HEADER = tuple(COLUMNS[name][0] if name in COLUMNS else name for name in _ORDER)


def product_rows(product: ExportedProduct) -> Iterator[tuple[Cell, ...]]:
    """The rows of one product: a variant and a picture in each for as long as there are both."""
    first = _product_cells(product)
    pictures = enumerate(product.images, 1)
    for variant, picture in zip_longest(product.variants, pictures):
        cells: dict[str, Cell] = {"handle": product.slug, **first}
        if variant is not None:
            cells |= _variant_cells(variant)
        if picture is not None:
            cells |= _image_cells(*picture)
        yield tuple(cells.get(name) for name in _ORDER)
        first = {}


def _product_cells(product: ExportedProduct) -> Mapping[str, Cell]:
    names = product.option_names or ("Title",)
    return {
        "title": product.title,
        "description": product.description_html,
        "vendor": product.vendor,
        "type": product.category if slugify(product.category or "") else None,
        "tags": ", ".join(map(_tag, product.tags)),
        "published": product.status is ProductStatus.ACTIVE,
        "status": product.status.value.lower(),
        "seo title": product.meta_title,
        "seo description": product.meta_description,
        "Gift Card": False,
        **{f"option{n} name": name for n, name in enumerate(names, 1)},
    }


def _variant_cells(variant: ExportedVariant) -> Mapping[str, Cell]:
    values = variant.option_values or ("Default Title",)
    return {
        **{f"option{n} value": value for n, value in enumerate(values, 1)},
        "sku": _code(variant.sku),
        "barcode": _code(variant.barcode),
        "price": variant.price.major(),
        "compare at": variant.compare_at_price.major() if variant.compare_at_price else None,
        "grams": variant.weight_grams,
        "tracker": None if variant.on_hand is None else "shopify",
        "quantity": variant.on_hand,
        "policy": "continue" if variant.backordered else "deny",
        "Variant Fulfillment Service": "manual",
        "requires shipping": variant.requires_shipping,
        "taxable": variant.taxable,
        "variant image": variant.image_url,
        "Variant Weight Unit": "g",
    }


def _image_cells(position: int, image: ExportedImage) -> Mapping[str, Cell]:
    return {"image": image.url, "image position": position, "image alt": image.alt}


def _tag(tag: ExportedTag) -> str:
    """A word that leads to this very tag: commas part tags, and a title may have been changed since."""
    title = tag.title.replace(",", " ")
    return title if slugify(title) == tag.slug else tag.slug


def _code(code: str | None) -> str | None:
    """A code keeps the apostrophe it begins with: a reader takes one away, with which people protect leading zeros."""
    return f"'{code}" if code and code.startswith("'") else code
