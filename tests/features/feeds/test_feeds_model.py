"""Addresses, identifiers and words as others want them."""

import pytest

from commerce_core.feeds.errors import StoreAddressUnknown
from commerce_core.feeds.model import Storefront, differences, public_gtin, shortened

STORE = Storefront("Shop", "https://shop.example", "/p/{slug}", "/c/{slug}?all")


def test_addresses_are_whole_and_encoded() -> None:
    assert STORE.product("thé-vert") == "https://shop.example/p/th%C3%A9-vert"
    assert STORE.category("tea") == "https://shop.example/c/tea?all"
    assert STORE.absolute("/media/a b.webp") == "https://shop.example/media/a%20b.webp"
    assert STORE.absolute("https://cdn.example/é.webp?w=1&h=2") == "https://cdn.example/%C3%A9.webp?w=1&h=2"
    assert STORE.absolute("https://cdn.example/a%20b.webp") == "https://cdn.example/a%20b.webp"


@pytest.mark.parametrize(
    ("path", "address"), [("/p/{slug}", "/p/tea?variant=7"), ("/p?name={slug}", "/p?name=tea&variant=7")]
)
def test_the_page_of_a_variant_is_its_products_with_one_more_parameter(path: str, address: str) -> None:
    assert Storefront("Shop", product_path=path).variant("tea", "7") == address


def test_a_shop_without_an_address_is_where_it_is_asked() -> None:
    asked = Storefront("Shop").seen_at("http://localhost:8000/")

    assert asked.product("tea") == "http://localhost:8000/products/tea"
    assert STORE.seen_at("http://localhost:8000").base == "https://shop.example"


@pytest.mark.parametrize("nowhere", [None, ""])
def test_a_shop_nobody_knows_the_address_of_says_so(nowhere: str | None) -> None:
    with pytest.raises(StoreAddressUnknown):
        Storefront("Shop").seen_at(nowhere)


@pytest.mark.parametrize(
    "barcode", ["96385074", "036000291452", "4006381333931", "9780306406157", "14006381333938", "0036000291452"]
)
def test_a_barcode_of_the_whole_world_is_told(barcode: str) -> None:
    assert public_gtin(barcode) == barcode


@pytest.mark.parametrize(
    ("barcode", "why"),
    [
        (None, "none"),
        ("4006381333932", "wrong check digit"),
        ("400638133393", "wrong length"),
        ("2004711000012", "GS1 prefix 2: restricted circulation"),
        ("212345678992", "UPC number system 2: the same"),
        ("0412345678903", "GS1 prefix 04: restricted circulation"),
        ("9812345678900", "GS1 prefix 981: coupon"),
        ("12004711000019", "GTIN-14 around a restricted number"),
        ("20123451", "GS1-8 prefix 2: restricted circulation"),
    ],
)
def test_a_barcode_that_means_nothing_outside_is_not_told(barcode: str | None, why: str) -> None:
    assert public_gtin(barcode) is None, why


def test_differences_are_known_by_the_names_shops_give_them() -> None:
    assert differences({"Couleur": "Bleu", "Matière": "Lin", "Scent": "Pine"}) == {"color": "Bleu", "material": "Lin"}
    assert differences({"SIZE": "M", "Pattern": "Striped"}) == {"size": "M", "pattern": "Striped"}


def test_a_text_is_cut_between_words() -> None:
    assert shortened("Three short words", 17) == "Three short words"
    assert shortened("Three short, words", 17) == "Three short…"
    assert shortened("Donaudampfschifffahrt", 10) == "Donaudamp…"
    assert all(len(shortened("word " * 50, limit)) <= limit for limit in range(5, 200))
