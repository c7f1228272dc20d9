"""JSON-LD, held against what Google publishes about it."""

from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from commerce_core.catalog.views import CategoryRef
from commerce_core.feeds import json_ld
from commerce_core.feeds.model import Availability, Storefront
from commerce_core.feeds.views import Listing, Offer
from commerce_core.kernel.money import Money
from tests.features.feeds.rules import json_ld_problems

STORE = Storefront("Atelier", "https://shop.example")
OFFER = Offer("a-1", "TEA", "4006381333931", "", {}, Money(1250, "EUR"), None, Availability.IN_STOCK, None)
TEA = Listing("7", "tea", "Tea", "Green.", "Leaf & Co", ("/media/tea.webp", "https://cdn.example/2.webp"), (), (OFFER,))
SHIRT = Listing(
    "8", "shirt", "Shirt", "Soft.", None, ("/media/shirt.webp",), (),
    tuple(
        Offer(f"s-{size}", f"SH-{size}", None, f"{size} / Navy", {"size": size, "color": "Navy"},
              Money(price, "EUR"), Money(3900, "EUR"), Availability.OUT_OF_STOCK, picture)
        for size, price, picture in (("M", 2900, "/media/m.webp"), ("L", 3100, None))
    ),
)  # fmt: skip
TRAIL = [CategoryRef(UUID(int=n), slug, slug.title()) for n, slug in enumerate(("home", "textiles"))]


def test_one_variant_is_a_product_with_an_offer() -> None:
    told = json_ld.product(TEA, STORE)

    assert json_ld_problems(told) == []
    assert told == {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "Tea",
        "image": ["https://shop.example/media/tea.webp", "https://cdn.example/2.webp"],
        "sku": "TEA",
        "gtin": "4006381333931",
        "offers": {
            "@type": "Offer",
            "url": "https://shop.example/products/tea",
            "price": "12.50",
            "priceCurrency": "EUR",
            "availability": "https://schema.org/InStock",
            "itemCondition": "https://schema.org/NewCondition",
        },
        "description": "Green.",
        "brand": {"@type": "Brand", "name": "Leaf & Co"},
        "url": "https://shop.example/products/tea",
    }


def test_several_variants_are_a_group() -> None:
    told = json_ld.product(SHIRT, STORE)

    assert json_ld_problems(told) == []
    assert (told["@type"], told["productGroupID"]) == ("ProductGroup", "8")
    assert told["variesBy"] == ["https://schema.org/size", "https://schema.org/color"]
    medium, large = told["hasVariant"]
    assert (medium["name"], medium["size"], medium["color"]) == ("Shirt - M / Navy", "M", "Navy")
    assert medium["image"] == ["https://shop.example/media/m.webp"]
    assert large["image"] == ["https://shop.example/media/shirt.webp"]
    assert medium["offers"]["url"] == "https://shop.example/products/shirt?variant=s-M"
    assert medium["offers"]["availability"] == "https://schema.org/OutOfStock"


def test_a_former_price_is_struck_through() -> None:
    [medium, _] = json_ld.product(SHIRT, STORE)["hasVariant"]

    assert (medium["offers"]["price"], medium["offers"]["priceSpecification"]["price"]) == ("29.00", "39.00")


@pytest.mark.parametrize(("currency", "price"), [("JPY", "1250"), ("KWD", "1.250")])
def test_a_price_has_the_decimals_of_its_currency(currency: str, price: str) -> None:
    told = json_ld.product(evolve(TEA, offers=(evolve(OFFER, price=Money(1250, currency)),)), STORE)

    assert told["offers"]["price"] == price


def test_breadcrumbs_lead_from_the_top_to_the_page() -> None:
    told = json_ld.breadcrumbs(TRAIL, STORE)

    assert json_ld_problems(told) == []
    assert [(step["name"], step["item"]) for step in told["itemListElement"]] == [
        ("Home", "https://shop.example/categories/home"),
        ("Textiles", "https://shop.example/categories/textiles"),
    ]


def test_the_way_to_a_product_ends_at_the_product() -> None:
    told = json_ld.product_breadcrumbs(TRAIL, TEA, STORE)

    assert told is not None
    assert json_ld_problems(told) == []
    assert [(step["name"], step["item"]) for step in told["itemListElement"]] == [
        ("Home", "https://shop.example/categories/home"),
        ("Textiles", "https://shop.example/categories/textiles"),
        ("Tea", "https://shop.example/products/tea"),
    ]
    assert json_ld.product_breadcrumbs([], TEA, STORE) is None


GOOD, GROUP = json_ld.product(TEA, STORE), json_ld.product(SHIRT, STORE)
OFFERED = GOOD["offers"]


@pytest.mark.parametrize(
    ("thing", "rule"),
    [
        ({**GOOD, "@context": "https://example.org"}, "context"),
        ({**GOOD, "name": ""}, "name is required"),
        ({**GOOD, "image": ["/media/tea.webp"]}, "image is required"),
        ({**GOOD, "offers": {**OFFERED, "@type": "AggregateOffer"}}, "not an AggregateOffer"),
        ({**GOOD, "offers": {**OFFERED, "price": "0.00"}}, "above zero"),
        ({**GOOD, "offers": {**OFFERED, "priceCurrency": "€"}}, "priceCurrency"),
        ({**GOOD, "offers": {**OFFERED, "availability": "in_stock"}}, "availability"),
        ({**GOOD, "gtin": "2004711000012"}, "gtin is valid"),
        ({**GROUP, "name": ""}, "product-variants: name"),
        ({**GROUP, "productGroupID": ""}, "a group has an id"),
        ({**GROUP, "hasVariant": [GROUP["hasVariant"][0]] * 2}, "each variant has an id"),
        ({**GROUP, "hasVariant": [GROUP["hasVariant"][0]] * 2}, "an address of its own"),
        ({**GROUP, "variesBy": ["https://schema.org/fit"]}, "properties Google knows"),
        ({**GROUP, "variesBy": ["https://schema.org/material"]}, "has the properties of variesBy"),
        ({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []}, "positions count"),
    ],
)  # fmt: skip
def test_every_rule_can_be_broken(thing: dict[str, Any], rule: str) -> None:
    assert [problem for problem in json_ld_problems(thing) if rule in problem]
