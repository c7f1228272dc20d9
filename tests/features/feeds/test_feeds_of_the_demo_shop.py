"""What the demo shop tells search engines keeps every rule they publish."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewCategory
from commerce_core.catalog.queries import ProductQuery
from commerce_core.catalog.views import ProductView
from commerce_core.gateways.local_media import PictureFolder
from commerce_core.settings import Settings
from commerce_core.wiring import Commerce, open_shop
from tests.features.feeds.rules import (
    FEED_RULES,
    feed_items,
    group_problems,
    index_problems,
    json_ld_problems,
    lastmods,
    sitemap_problems,
)

DEMO_SHOP = Path(__file__).parents[3] / "adapters_cli" / "demo_shop"


@pytest.fixture
def demo(database_url: str, settings: Settings) -> Iterator[Commerce]:
    """The demo shop, read from its files."""
    with open_shop(database_url, settings=settings) as shop:
        made: dict[str, object] = {}
        with (DEMO_SHOP / "categories.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                new = NewCategory(row["title"], row["slug"], parent_id=made.get(row["parent"]))  # type: ignore[arg-type]
                made[row["slug"]] = shop.categories.create(SYSTEM, new)
        with (DEMO_SHOP / "products.csv").open(encoding="utf-8", newline="") as lines:
            report = shop.imports.import_products(SYSTEM, lines, pictures=PictureFolder(DEMO_SHOP))
        assert not report.problems
        yield shop


def _pages(demo: Commerce) -> list[ProductView]:
    return [demo.catalog.product(card.slug) for card in demo.catalog.products(ProductQuery(per_page=100)).items]


def test_the_sitemap_keeps_the_protocol_and_lists_every_page(demo: Commerce) -> None:
    index = demo.feeds.sitemap_index()
    files = [b"".join(demo.feeds.sitemap(number)) for number in (1, 2)]

    assert list(index_problems(index)) == []
    assert [list(sitemap_problems(file)) for file in files] == [[], []]
    assert len(lastmods(index)) == 2
    assert len(lastmods(files[0])) == 1 + 15
    assert len(lastmods(files[1])) == demo.catalog.products(ProductQuery()).total
    assert files[1].count(b"<image:image>") == sum(len(page.images) for page in _pages(demo))
    assert lastmods(index)["https://shop.example/sitemaps/2.xml"] == max(filter(None, lastmods(files[1]).values()))


def test_every_item_of_the_feed_keeps_every_rule(demo: Commerce) -> None:
    items = feed_items(b"".join(demo.feeds.google()))
    broken = {rule: [item["id"] for item in items if not keeps(item)] for rule, keeps in FEED_RULES.items()}

    assert {rule: ids for rule, ids in broken.items() if ids} == {}
    assert len(items) == sum(len(page.variants) for page in _pages(demo))


def test_the_items_of_the_feed_keep_the_rules_together(demo: Commerce) -> None:
    items = feed_items(b"".join(demo.feeds.google()))

    assert list(group_problems(items)) == []
    assert any("item_group_id" in item for item in items)
    assert any("sale_price" in item for item in items)
    assert any("mpn" in item for item in items)  # What the Atelier makes itself.
    assert not any("gtin" in item for item in items)  # Invented numbers, from the range that is for shops alone.
    assert {item["product_type"][0] for item in items} >= {"Kitchen & Table > Cups & Plates", "Wardrobe > Clothing"}


def test_every_page_of_the_shop_is_a_merchant_listing(demo: Commerce) -> None:
    pages = _pages(demo)

    assert {page.slug: problems for page in pages if (problems := json_ld_problems(page.json_ld))} == {}
    assert {page.slug for page in pages if json_ld_problems(page.breadcrumbs_json_ld or {})} == set()
    assert {page.json_ld["@type"] for page in pages} == {"Product", "ProductGroup"}
    assert all(page.seo.meta_description and page.seo.og_image for page in pages)
