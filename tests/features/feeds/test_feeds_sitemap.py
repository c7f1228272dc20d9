"""The sitemap and robots.txt of a shop."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import psycopg
import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewCategory, NewImage, ProductChanges
from commerce_core.catalog.model import ProductStatus, Seo
from commerce_core.feeds import sitemap
from commerce_core.feeds.errors import SitemapNotFound
from commerce_core.feeds.model import Storefront
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce
from tests.features.feeds.conftest import STORE, Publish
from tests.features.feeds.rules import IMAGE, SITEMAP, index_problems, lastmods, sitemap_problems


def _file(shop: Commerce, number: int) -> bytes:
    return b"".join(shop.feeds.sitemap(number))


def _products(shop: Commerce) -> dict[str, datetime | None]:
    try:
        return lastmods(_file(shop, 2))
    except SitemapNotFound:
        return {}


def _at_ten(shop: Commerce) -> tuple[datetime, Clock]:
    ten = datetime(2026, 11, 1, 10, tzinfo=UTC)
    clock = Clock(shop, ten)
    clock.forward(timedelta())
    return ten, clock


def test_a_shop_with_nothing_in_it_has_a_front_page(shop: Commerce) -> None:
    index = shop.feeds.sitemap_index()

    assert list(index_problems(index)) == []
    assert lastmods(index) == {f"{STORE}/sitemaps/1.xml": None}
    assert list(sitemap_problems(_file(shop, 1))) == []
    assert lastmods(_file(shop, 1)) == {f"{STORE}/": None}


@pytest.mark.parametrize("number", [-1, 0, 2, 10**9])
def test_there_are_no_other_files_than_those_of_the_index(shop: Commerce, number: int) -> None:
    with pytest.raises(SitemapNotFound):
        shop.feeds.sitemap(number)


def test_the_index_and_the_files_say_when_what_they_list_was_changed(shop: Commerce, publish: Publish) -> None:
    first, clock = _at_ten(shop)
    mug = publish("Mug")
    publish("Pot")
    clock.forward(timedelta(days=3))
    shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(title="Tall mug"))

    assert _products(shop) == {f"{STORE}/products/mug": first + timedelta(days=3), f"{STORE}/products/pot": first}
    assert lastmods(shop.feeds.sitemap_index())[f"{STORE}/sitemaps/2.xml"] == first + timedelta(days=3)
    assert list(index_problems(shop.feeds.sitemap_index())) == []


def test_a_category_changes_with_what_is_below_it(shop: Commerce, publish: Publish) -> None:
    first, clock = _at_ten(shop)
    home = shop.categories.create(SYSTEM, NewCategory("Home"))
    cups = shop.categories.create(SYSTEM, NewCategory("Cups", parent_id=home))
    shop.categories.create(SYSTEM, NewCategory("Desk"))
    clock.forward(timedelta(hours=1))
    publish("Mug", category_ids=(cups,))

    assert lastmods(_file(shop, 1)) == {
        f"{STORE}/": None,
        f"{STORE}/categories/cups": first + timedelta(hours=1),
        f"{STORE}/categories/desk": first,
        f"{STORE}/categories/home": first + timedelta(hours=1),
    }
    assert list(sitemap_problems(_file(shop, 1))) == []


def test_pictures_stand_with_their_product(shop: Commerce, publish: Publish) -> None:
    publish("Mug", images=(NewImage("/media/thé.webp"), NewImage("https://cdn.example/2.webp?w=1&h=2")))

    [url] = ET.fromstring(_file(shop, 2))

    assert [p.findtext(f"{IMAGE}loc") for p in url.findall(f"{IMAGE}image")] == [
        f"{STORE}/media/th%C3%A9.webp",
        "https://cdn.example/2.webp?w=1&h=2",
    ]
    assert list(sitemap_problems(_file(shop, 2))) == []


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": ProductStatus.DRAFT},
        {"seo": Seo(noindex=True)},
        {"seo": Seo(canonical_url="https://brand.example/mug")},
    ],
    ids=["not for sale", "noindex", "a copy of another page"],
)
def test_what_search_engines_may_not_have_is_not_listed(
    shop: Commerce, publish: Publish, hidden: dict[str, object]
) -> None:
    publish("Mug", **hidden)
    assert _products(shop) == {}
    assert len(lastmods(shop.feeds.sitemap_index())) == 1

    publish("Pot", seo=Seo(canonical_url=f"{STORE}/products/pot"))
    assert list(_products(shop)) == [f"{STORE}/products/pot"]


def test_a_hidden_category_is_not_listed_either(shop: Commerce) -> None:
    shop.categories.create(SYSTEM, NewCategory("Secret", seo=Seo(noindex=True)))
    shop.categories.create(SYSTEM, NewCategory("Copy", seo=Seo(canonical_url="/categories/cups")))

    assert list(lastmods(_file(shop, 1))) == [f"{STORE}/"]


def test_an_address_is_encoded(shop: Commerce, publish: Publish) -> None:
    publish("Матрёшка", slug="матрешка")

    assert list(_products(shop)) == [f"{STORE}/products/%D0%BC%D0%B0%D1%82%D1%80%D0%B5%D1%88%D0%BA%D0%B0"]
    assert list(sitemap_problems(_file(shop, 2))) == []


@pytest.fixture
def many(database_url: str) -> Iterator[None]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO products (id, slug, title, status, price_from_amount, currency, updated_at)
            SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'p-' || n, 'P', 'ACTIVE', n, 'EUR',
              '2026-11-01T00:00:00Z'::timestamptz + n * interval '1 second'
            FROM generate_series(1, 10001) AS n"""
        )
        yield


def test_products_go_on_in_the_next_file(shop: Commerce, many: None) -> None:
    last = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=10_001)
    full, rest = lastmods(_file(shop, 2)), lastmods(_file(shop, 3))

    assert (len(full), list(rest)) == (sitemap.FILE_SIZE, [f"{STORE}/products/p-10001"])
    assert list(lastmods(shop.feeds.sitemap_index()).values()) == [None, last - timedelta(seconds=1), last]
    with pytest.raises(SitemapNotFound):
        shop.feeds.sitemap(4)


def test_no_file_grows_beyond_what_the_protocol_allows() -> None:
    pictures = [f"https://shop.example/media/{'x' * 1_900}-{n}.webp" for n in range(250)]
    largest = sitemap.entry(f"https://shop.example/{'y' * 2_000}", datetime.now(UTC), pictures)

    assert largest.count("<image:image>") == 1
    assert len(largest) * sitemap.FILE_SIZE < 50_000_000
    assert sitemap.FILE_SIZE <= 50_000
    assert sitemap.entry(f"https://shop.example/{'y' * 2_100}", None) == ""


def test_robots_are_shown_the_sitemap_and_kept_out_of_carts(shop: Commerce) -> None:
    text = shop.feeds.robots().decode()
    robots = RobotFileParser()
    robots.parse(text.splitlines())

    assert robots.site_maps() == [f"{STORE}/sitemap.xml"]
    for open_to_all in ("/", "/products/mug", "/v1/store/products", "/media/mug.webp", "/categories/cups", "/cartes"):
        assert robots.can_fetch("Googlebot", STORE + open_to_all), open_to_all
    for closed in ("/v1/admin/orders", "/v1/store/cart/7", "/v1/store/checkout", "/v1/store/orders/7", "/cart/7"):
        assert not robots.can_fetch("Googlebot", STORE + closed), closed
    assert {"Disallow: /cart$", "Disallow: /checkout$"} <= set(text.splitlines())  # RFC 9309, 2.2.3: the very page.


def test_text_that_xml_cannot_hold_is_left_out() -> None:
    index = sitemap.index(Storefront("Shop", "https://shop.example/<&\x0b>"), [None])

    assert ET.fromstring(index)[0].findtext(f"{SITEMAP}loc") == "https://shop.example/<&>/sitemaps/1.xml"
