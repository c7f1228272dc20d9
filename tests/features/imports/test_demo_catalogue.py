"""The demo shop is read like any other shop, and what it shows is really there."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from commerce_core.imports.model import ImportedProduct, ImportedStatus
from commerce_core.imports.shopify import read_products
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.slug import Slug

DEMO_SHOP = Path(__file__).parents[3] / "adapters_cli" / "demo_shop"


@pytest.fixture(scope="module")
def products() -> list[ImportedProduct]:
    with (DEMO_SHOP / "products.csv").open(encoding="utf-8", newline="") as lines:
        read = list(read_products(lines, "EUR"))
    assert [item for item in read if not isinstance(item, ImportedProduct)] == []
    return [item for item in read if isinstance(item, ImportedProduct)]


@pytest.fixture(scope="module")
def categories() -> list[dict[str, str]]:
    with (DEMO_SHOP / "categories.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_it_is_a_shop_worth_looking_at(products: list[ImportedProduct]) -> None:
    assert len(products) >= 36
    assert sum(len(product.variants) for product in products) >= 80
    assert all(product.status is ImportedStatus.ACTIVE for product in products)
    assert any(len(product.option_names) == 2 for product in products)
    assert any(variant.compare_at_price for product in products for variant in product.variants)
    assert any(product.seo_title for product in products)


def test_every_product_says_what_it_is(products: list[ImportedProduct]) -> None:
    for product in products:
        assert product.slug == Slug(product.handle)
        assert product.vendor
        assert product.tags
        assert product.images
        assert all(image.alt for image in product.images)
        assert product.description_html.count("<p>") == 2
        assert SafeHtml.sanitize(product.description_html).markup == product.description_html


def test_skus_and_barcodes_are_given_once_each(products: list[ImportedProduct]) -> None:
    variants = [variant for product in products for variant in product.variants]
    skus = [variant.sku for variant in variants]
    barcodes = [variant.barcode for variant in variants if variant.requires_shipping]
    assert None not in skus
    assert len(set(skus)) == len(skus)
    assert None not in barcodes
    assert len(set(barcodes)) == len(barcodes)
    assert all(barcode and barcode.startswith("2") for barcode in barcodes)  # In-store numbers: nobody else's.


def test_what_is_sent_has_a_weight_and_a_stock_and_what_is_not_has_neither(products: list[ImportedProduct]) -> None:
    variants = [variant for product in products for variant in product.variants]
    sent = [variant for variant in variants if variant.requires_shipping]
    digital = [variant for variant in variants if not variant.requires_shipping]
    assert all(variant.grams > 0 and variant.tracked and variant.quantity is not None for variant in sent)
    assert digital
    assert all(variant.grams == 0 and not variant.tracked for variant in digital)
    assert any(variant.quantity == 0 for variant in sent)  # A shop without anything sold out is no shop.


def test_the_categories_are_a_tree_and_products_hang_on_its_leaves(
    products: list[ImportedProduct], categories: list[dict[str, str]]
) -> None:
    roots = {row["slug"] for row in categories if not row["parent"]}
    leaves = {row["title"] for row in categories if row["parent"]}
    assert {row["parent"] for row in categories if row["parent"]} == roots
    assert {product.type for product in products} == leaves
    assert [Slug.of(row["title"]).value for row in categories] == [row["slug"] for row in categories]


def test_every_picture_is_there_square_small_and_used(products: list[ImportedProduct]) -> None:
    named = {image.src for product in products for image in product.images}
    assert named == {f"images/{path.name}" for path in (DEMO_SHOP / "images").iterdir()}
    sizes = [(DEMO_SHOP / src).stat().st_size for src in named]
    assert max(sizes) <= 30_000
    assert sum(sizes) < 2_000_000
    for src in named:
        with Image.open(DEMO_SHOP / src) as picture:
            assert (picture.format, picture.size) == ("WEBP", (800, 800))
