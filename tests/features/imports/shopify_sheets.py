"""Small files as Shopify writes them, and what is read of them."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from commerce_core.imports.model import ImportedProduct, ImportedVariant, LeftOut, RowProblem
from commerce_core.imports.shopify import read_products

OLD = (
    """\
Handle|Title|Body (HTML)|Vendor|Type|Tags|Published|Option1 Name|Option1 Value|Option2 Name|Option2 Value|Variant SKU
Variant Grams|Variant Inventory Tracker|Variant Inventory Qty|Variant Inventory Policy|Variant Price
Variant Compare At Price|Variant Requires Shipping|Variant Taxable|Variant Barcode|Image Src|Image Position
Image Alt Text|Gift Card|SEO Title|SEO Description|Variant Image|Variant Weight Unit|Cost per item|Status
""".strip()
    .replace("\n", "|")
    .split("|")
)


NEW = (
    """\
Title|URL handle|Description|Vendor|Product category|Type|Tags|Published on online store|Status|SKU|Barcode
Option1 name|Option1 value|Option2 name|Option2 value|Price|Compare-at price|Cost per item|Charge tax|Inventory tracker
Inventory quantity|Continue selling when out of stock|Weight value (grams)|Weight unit for display|Requires shipping
Product image URL|Image position|Image alt text|Variant image URL|Gift card|SEO title|SEO description
""".strip()
    .replace("\n", "|")
    .split("|")
)


EUR = "EUR"


def sheet(header: Sequence[str], *rows: Mapping[str, str]) -> io.StringIO:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    text.seek(0)
    return text


def mug(**cells: str) -> dict[str, str]:
    """A row of old headers that reads well; `_` in names stands for a space."""
    row = {"Handle": "mug", "Title": "Mug", "Variant Price": "12.50"}
    return row | {name.replace("_", " "): cell for name, cell in cells.items()}


def more(**cells: str) -> dict[str, str]:
    """A further row of the same product."""
    return {"Handle": "mug"} | {name.replace("_", " "): cell for name, cell in cells.items()}


def read(lines: Iterable[str], currency: str = EUR) -> Iterator[ImportedProduct | RowProblem]:
    """What the reader finds, problem by problem."""
    for item in read_products(lines, currency):
        if isinstance(item, LeftOut):
            yield from item.problems
        else:
            yield item


def only_product(*rows: Mapping[str, str], header: Sequence[str] = OLD) -> ImportedProduct:
    (product,) = read(sheet(header, *rows))
    assert isinstance(product, ImportedProduct), product
    return product


def only_variant(**cells: str) -> ImportedVariant:
    (variant,) = only_product(mug(**cells)).variants
    return variant


def problems(*rows: Mapping[str, str]) -> list[tuple[int, str, str]]:
    found = list(read(sheet(OLD, *rows)))
    assert all(isinstance(item, RowProblem) for item in found), found
    return [(item.line, item.column, item.code) for item in found if isinstance(item, RowProblem)]
