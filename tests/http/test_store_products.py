"""The storefront's catalogue over HTTP."""

from typing import Any

import pytest
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewCategory, NewImage, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce

PRODUCTS = "/v1/store/products"
PIXEL = b"\x89PNG\r\n\x1a\n and then some"


@pytest.fixture
def mug(shop: Commerce) -> Product:
    kitchen = shop.catalog.create_category(SYSTEM, NewCategory("Kitchen"))
    mugs = shop.catalog.create_category(SYSTEM, NewCategory("Mugs", parent_id=kitchen))
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
                "in_stock": True,
                "image": {"url": "https://pictures.example/mug.webp", "alt": "A mug"},
                "url": "/products/blue-mug",
            }
        ],
        "page": 1,
        "per_page": 24,
        "total": 1,
    }


def test_a_client_that_has_these_very_bytes_is_not_sent_them_again(client: TestClient, mug: Product) -> None:
    first = client.simulate_get(PRODUCTS)

    again = client.simulate_get(PRODUCTS, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "no-cache"


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


@pytest.mark.parametrize("query", ["page=0", "per_page=101", "min_price=-1", "sort=colour", "in_stock=1", "page=x"])
def test_a_query_that_makes_no_sense_is_refused(client: TestClient, query: str) -> None:
    answer = client.simulate_get(PRODUCTS, query_string=query)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_the_page_of_a_product_has_the_shape_of_the_contract(client: TestClient, mug: Product) -> None:
    answer = client.simulate_get(f"{PRODUCTS}/blue-mug")

    assert answer.status_code == 200
    page: dict[str, Any] = answer.json
    assert list(page) == [
        "id", "slug", "title", "description_html", "status", "options", "variants", "images", "categories", "tags",
        "seo", "json_ld", "version",
    ]  # fmt: skip
    assert page["options"] == [{"name": "Size", "values": ["Large", "Small"]}]
    assert page["variants"][0] == {
        "id": str(mug.variants[0].id),
        "sku": "MUG-L",
        "barcode": None,
        "title": "Large",
        "options": {"Size": "Large"},
        "price": {"amount": 1990, "currency": "EUR"},
        "compare_at_price": {"amount": 2490, "currency": "EUR"},
        "available": None,
        "image_id": None,
    }
    assert page["json_ld"]["offers"][0] == {
        "@type": "Offer",
        "sku": "MUG-L",
        "price": "19.90",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
    }


def test_what_shoppers_may_not_see_is_not_there(client: TestClient, shop: Commerce, mug: Product) -> None:
    shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(status=ProductStatus.ARCHIVED))

    assert client.simulate_get(f"{PRODUCTS}/blue-mug").json["code"] == "product-not-found"
    assert client.simulate_get(PRODUCTS).json["total"] == 0


def test_categories_come_as_a_tree(client: TestClient, mug: Product) -> None:
    [kitchen] = client.simulate_get("/v1/store/categories").json["items"]

    assert (kitchen["slug"], [child["title"] for child in kitchen["children"]]) == ("kitchen", ["Mugs"])


def test_a_picture_is_served_as_what_it_is_and_may_be_kept(client: TestClient, shop: Commerce) -> None:
    answer = client.simulate_get(shop.media.store("Blue Mug.png", PIXEL))

    assert (answer.status_code, answer.content) == (200, PIXEL)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing-0123456789abcdef.png", "..%2Fsettings.py", "a.svg", "%00.png"])
def test_only_pictures_we_stored_are_served(client: TestClient, name: str) -> None:
    answer = client.simulate_get(f"/media/{name}")

    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
