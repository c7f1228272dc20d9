"""The storefront's catalogue over HTTP."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import pytest
from falcon.testing import Result, TestClient

from commerce_core import Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.catalog.drafts import NewCategory, NewImage, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.money import Money
from commerce_core.media.pictures import Pictures
from commerce_core.testing.clock import Clock
from commerce_core.testing.pictures import png
from commerce_core.wiring import Commerce

PRODUCTS = "/v1/store/products"


@pytest.fixture
def mug(shop: Commerce) -> Product:
    kitchen = shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    mugs = shop.categories.create(SYSTEM, NewCategory("Mugs", parent_id=kitchen))
    return shop.catalog.create_product(
        SYSTEM,
        NewProduct(
            title="Blue mug",
            description_html="<p>Holds tea.</p>",
            status=ProductStatus.ACTIVE,
            option_names=("Size",),
            variants=(
                NewVariant(Money(1990, "EUR"), ("Large",), sku="MUG-L", compare_at_price=Money(2490, "EUR")),
                NewVariant(Money(1490, "EUR"), ("Small",), sku="MUG-S"),
            ),
            category_ids=(mugs,),
            tags=("Gift",),
            images=(NewImage("https://pictures.example/mug.webp", "A mug"),),
        ),
    )


def test_the_list_has_the_shape_of_the_contract(client: TestClient, mug: Product) -> None:
    answer = client.simulate_get(PRODUCTS)

    assert answer.status_code == 200
    assert answer.json == {
        "items": [
            {
                "id": str(mug.id),
                "slug": "blue-mug",
                "title": "Blue mug",
                "description_text": "Holds tea.",
                "price_from": {"amount": 1490, "currency": "EUR"},
                "compare_at_price_from": None,
                "lowest_price_30d_from": None,
                "image": {"url": "https://pictures.example/mug.webp", "alt": "A mug"},
                "in_stock": True,
                "url": "/products/blue-mug",
            }
        ],
        "page": 1,
        "per_page": 24,
        "total": 1,
        "next_cursor": None,
        "facets": None,
    }


def test_a_client_that_has_these_very_bytes_is_not_sent_them_again(client: TestClient, mug: Product) -> None:
    first = client.simulate_get(PRODUCTS)

    again = client.simulate_get(PRODUCTS, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "no-cache"


def test_what_was_read_is_read_again_after_any_change_that_shows(
    client: TestClient, shop: Commerce, database_url: str, settings: Settings, mug: Product
) -> None:
    large = mug.variants[0].id
    with open_shop(database_url, settings=settings) as elsewhere:  # as another process would be
        changes: list[Callable[[], object]] = [
            lambda: elsewhere.inventory.move(SYSTEM, Movement(large, MovementType.RECEIPT, 5)),
            lambda: elsewhere.inventory.move(SYSTEM, Movement(mug.variants[1].id, MovementType.RECEIPT, 1)),
            lambda: elsewhere.cart.create(NewCart(items=(NewItem(large, 1),))),
            lambda: elsewhere.catalog.change_product(SYSTEM, mug.id, ProductChanges(title="Sky blue mug")),
            lambda: elsewhere.catalog.change_product(SYSTEM, mug.id, ProductChanges(tags=("Sale",))),
        ]
        for change in changes:
            known = client.simulate_get(f"{PRODUCTS}/blue-mug").headers["etag"]
            unchanged = client.simulate_get(f"{PRODUCTS}/blue-mug", headers={"If-None-Match": known})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            change()
            fresh = client.simulate_get(f"{PRODUCTS}/blue-mug", headers={"If-None-Match": known})
            assert fresh.status_code == 200
            assert fresh.headers["etag"] != known


def test_a_list_is_read_again_when_one_of_its_products_is_sold_out(
    client: TestClient, shop: Commerce, mug: Product
) -> None:
    for variant in mug.variants:
        shop.inventory.move(SYSTEM, Movement(variant.id, MovementType.RECEIPT, 1))
    known = client.simulate_get(PRODUCTS).headers["etag"]

    shop.cart.create(NewCart(items=(NewItem(mug.variants[0].id, 1),)))
    assert client.simulate_get(PRODUCTS, headers={"If-None-Match": known}).status_code == 304
    shop.cart.create(NewCart(items=(NewItem(mug.variants[1].id, 1),)))
    assert client.simulate_get(PRODUCTS, headers={"If-None-Match": known}).status_code == 200


def test_pages_say_when_they_last_changed_but_only_their_bytes_decide(
    client: TestClient, shop: Commerce, clock: Clock, mug: Product
) -> None:
    for address, query in ((PRODUCTS, ""), (PRODUCTS, "category=mugs"), (f"{PRODUCTS}/blue-mug", "")):
        before = _changed(client.simulate_get(address, query_string=query))
        clock.forward(timedelta(hours=1))
        assert _changed(client.simulate_get(address, query_string=query)) == before
        shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(description_html=f"<p>{uuid4()}</p>"))
        assert _changed(client.simulate_get(address, query_string=query)) >= before + timedelta(hours=1)

    later = {"If-Modified-Since": "Sun, 22 Nov 2099 10:00:00 GMT"}
    assert client.simulate_get(PRODUCTS, headers=later).status_code == 200
    assert "last-modified" not in client.simulate_get(PRODUCTS, query_string="q=mug").headers


def _changed(answer: Result) -> datetime:
    return parsedate_to_datetime(answer.headers["last-modified"])


def test_a_list_goes_on_by_cursor_and_tells_its_facets(client: TestClient, mug: Product) -> None:
    shelf = client.simulate_get(PRODUCTS, query_string="per_page=1&facets=true").json
    assert shelf["facets"][-1] == {
        "name": "option:Size",
        "values": [{"value": "Large", "label": "Large", "count": 1}, {"value": "Small", "label": "Small", "count": 1}],
    }
    assert client.simulate_get(PRODUCTS, query_string="option=Size:Large&option=Size:Small").json["total"] == 1
    assert client.simulate_get(PRODUCTS, query_string="option=Size:Large&attribute=Size:Large").json["total"] == 0


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("category=kitchen", 1),
        ("category=mugs&tag=gift&q=blue&min_price=1490&max_price=1490&in_stock=true&sort=price", 1),
        ("category=garden", 0),
        ("tag=gift", 1),
        ("q=teapot", 0),
        ("q=%22blue%20mug%22", 1),
        ("min_price=1491", 0),
        ("in_stock=false", 0),
        ("utm_source=letter", 1),
        ("page=2", 1),
    ],
)
def test_a_list_is_narrowed_down_by_every_filter(client: TestClient, mug: Product, query: str, total: int) -> None:
    assert client.simulate_get(PRODUCTS, query_string=query).json["total"] == total


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "per_page=101",
        "min_price=-1",
        "sort=colour",
        "in_stock=1",
        "page=x",
        "page=101&per_page=100",
        "cursor=nonsense",
        "option=Size",
        "facets=yes",
    ],
)
def test_a_query_that_makes_no_sense_is_refused(client: TestClient, query: str) -> None:
    answer = client.simulate_get(PRODUCTS, query_string=query)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].split("/")[1] == query.partition("=")[0]


def test_the_page_of_a_product_has_the_shape_of_the_contract(client: TestClient, mug: Product) -> None:
    answer = client.simulate_get(f"{PRODUCTS}/blue-mug")

    assert answer.status_code == 200
    page: dict[str, Any] = answer.json
    assert list(page) == [
        "id", "slug", "title", "description_html", "status", "options", "variants", "images", "categories", "tags",
        "attributes", "breadcrumbs", "seo", "json_ld", "breadcrumbs_json_ld", "version",
    ]  # fmt: skip
    assert [step["slug"] for step in page["breadcrumbs"]] == ["kitchen", "mugs"]
    steps = page["breadcrumbs_json_ld"]["itemListElement"]
    assert [step["name"] for step in steps] == ["Kitchen", "Mugs", "Blue mug"]
    assert page["options"] == [{"name": "Size", "values": ["Large", "Small"]}]
    assert page["variants"][0] == {
        "id": str(mug.variants[0].id),
        "sku": "MUG-L",
        "barcode": None,
        "title": "Large",
        "options": {"Size": "Large"},
        "price": {"amount": 1990, "currency": "EUR"},
        "compare_at_price": {"amount": 2490, "currency": "EUR"},
        "lowest_price_30d": None,
        "available": None,
        "image_id": None,
    }
    large, small = page["json_ld"]["hasVariant"]
    assert (page["json_ld"]["@type"], large["size"], small["size"]) == ("ProductGroup", "Large", "Small")
    assert (large["sku"], large["offers"]["price"], small["offers"]["price"]) == ("MUG-L", "19.90", "14.90")
    assert page["seo"]["open_graph"]["og:title"] == "Blue mug"


def test_what_shoppers_may_not_see_is_not_there(client: TestClient, shop: Commerce, mug: Product) -> None:
    shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(status=ProductStatus.ARCHIVED))

    assert client.simulate_get(f"{PRODUCTS}/blue-mug").json["code"] == "product-not-found"
    assert client.simulate_get(PRODUCTS).json["total"] == 0


def test_categories_come_as_a_tree(client: TestClient, mug: Product) -> None:
    [kitchen] = client.simulate_get("/v1/store/categories").json["items"]

    assert (kitchen["slug"], [child["title"] for child in kitchen["children"]]) == ("kitchen", ["Mugs"])


def test_a_picture_is_served_as_what_it_is_and_may_be_kept(client: TestClient, shop: Commerce) -> None:
    answer = client.simulate_get(Pictures(shop.local_media).store("Blue Mug.png", png()))

    assert (answer.status_code, answer.content) == (200, png())
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing-0123456789abcdef.png", "..%2Fsettings.py", "a.svg", "%00.png"])
def test_only_pictures_we_stored_are_served(client: TestClient, name: str) -> None:
    answer = client.simulate_get(f"/media/{name}")

    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
