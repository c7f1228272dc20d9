"""The merchant feed of a shop."""

import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewCategory, NewVariant
from commerce_core.catalog.model import Product, ProductStatus, Seo
from commerce_core.feeds import google
from commerce_core.feeds.model import Availability, Storefront
from commerce_core.feeds.views import Listing, Offer
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce
from tests.features.feeds.conftest import STORE, Publish
from tests.features.feeds.rules import FEED_RULES, Item, feed_items, group_problems

AT = Storefront("Atelier", "https://shop.example")
OFFER = Offer("a-1", "TEA", "4006381333931", "", {}, Money(1250, "EUR"), None, Availability.IN_STOCK, None)
TEA = Listing("7", "tea", "Tea", "Green.", "Leaf & Co", ("/media/tea.webp",), (), (OFFER,))


def _feed(shop: Commerce) -> list[Item]:
    return feed_items(b"".join(shop.feeds.google()))


def _items(*listings: Listing) -> list[Item]:
    text = "".join(item for listing in listings for item in google.items(listing, AT, {}))
    return feed_items(google.opening(AT) + text.encode() + google.closing())


def _sizes(*sizes: str) -> tuple[NewVariant, ...]:
    return tuple(NewVariant(Money(2400, "EUR"), (size,), sku=f"MUG-{size}") for size in sizes)


def test_an_item_says_all_there_is_to_say(shop: Commerce, publish: Publish) -> None:
    home = shop.categories.create(SYSTEM, NewCategory("Home"))
    cups = shop.categories.create(SYSTEM, NewCategory("Cups & more", parent_id=home))
    publish(
        "Mug",
        NewVariant(
            Money(2400, "EUR"), sku="MUG-1", barcode="4006381333931", compare_at_price=Money(2900, "EUR")
        ),
        description_html="<p>Holds <b>tea</b> &amp; coffee.</p>",
        vendor="Kollen Keramik",
        category_ids=(home, cups),
    )  # fmt: skip

    [item] = _feed(shop)

    assert item == {
        "id": ["MUG-1"],
        "title": ["Mug"],
        "description": ["Holds tea & coffee."],
        "link": [f"{STORE}/products/mug"],
        "image_link": [f"{STORE}/media/mug.webp"],
        "availability": ["in_stock"],
        "condition": ["new"],
        "price": ["29.00 EUR"],
        "sale_price": ["24.00 EUR"],
        "brand": ["Kollen Keramik"],
        "gtin": ["4006381333931"],
        "product_type": ["Home > Cups & more"],
    }


def test_each_variant_is_an_item_of_one_group(shop: Commerce, publish: Publish) -> None:
    mug = publish("Mug", *_sizes("S", "L"), option_names=("Size",))

    small, large = _feed(shop)

    assert small["title"] == ["Mug - S"]
    assert small["link"] == [f"{STORE}/products/mug?variant={mug.variants[0].id}"]
    assert small["item_group_id"] == large["item_group_id"] == [str(mug.id)]
    assert (small["size"], large["size"]) == (["S"], ["L"])


def test_variants_google_cannot_tell_apart_are_no_group(shop: Commerce, publish: Publish) -> None:
    publish("Candle", *_sizes("Pine", "Rain"), option_names=("Scent",))

    assert [(item["title"], "item_group_id" in item) for item in _feed(shop)] == [
        (["Candle - Pine"], False),
        (["Candle - Rain"], False),
    ]


@pytest.mark.parametrize(
    ("stock", "limit", "told"),
    [(3, 0, "in_stock"), (0, 0, "out_of_stock"), (0, 5, "out_of_stock"), (None, 0, "in_stock")],
)
def test_stock_decides_what_is_told(shop: Commerce, publish: Publish, stock: int | None, limit: int, told: str) -> None:
    mug = publish("Mug")
    if stock is not None:
        with shop.inventory.begin() as work:
            work.stock.track(mug.variants[0].id, limit)
    if stock:
        shop.inventory.move(SYSTEM, Movement(mug.variants[0].id, MovementType.RECEIPT, stock))

    assert _feed(shop)[0]["availability"] == [told]
    page = shop.catalog.product("mug")
    assert page.json_ld["offers"]["availability"].rpartition("/")[2] == {
        (0, 5): "BackOrder", (0, 0): "OutOfStock"
    }.get((stock, limit), "InStock")  # fmt: skip


@pytest.mark.parametrize(
    "hidden",
    [{"status": ProductStatus.DRAFT}, {"seo": Seo(noindex=True)}, {"images": ()}],
    ids=["draft", "noindex", "no picture"],
)
def test_what_cannot_be_shown_is_not_in_the_feed(shop: Commerce, publish: Publish, hidden: dict[str, object]) -> None:
    publish("Mug", **hidden)
    publish("Gift", NewVariant(Money(0, "EUR")))

    assert _feed(shop) == []


def test_feed_and_page_name_a_variant_the_same(shop: Commerce, publish: Publish) -> None:
    def told(product: Product) -> tuple[str, str]:
        json_ld = shop.catalog.product(product.slug.value).json_ld
        [item] = [item for item in _feed(shop) if item["link"] == [json_ld["url"]]]
        assert f"{json_ld['offers']['price']} {json_ld['offers']['priceCurrency']}" == item["price"][0]
        return json_ld["sku"], item["id"][0]

    assert told(publish("Mug")) == ("MUG", "MUG")
    nameless = publish("Pot", NewVariant(Money(100, "EUR")))
    assert told(nameless) == (str(nameless.variants[0].id),) * 2


@pytest.mark.parametrize(
    ("listing", "told"),
    [
        (TEA, {"brand": ["Leaf & Co"], "gtin": ["4006381333931"]}),
        (evolve(TEA, offers=(evolve(OFFER, gtin=None),)), {"brand": ["Leaf & Co"], "identifier_exists": ["no"]}),
        (evolve(TEA, brand="ATELIER", offers=(evolve(OFFER, gtin=None),)), {"brand": ["ATELIER"], "mpn": ["TEA"]}),
        (evolve(TEA, brand=None), {"gtin": ["4006381333931"]}),
        (evolve(TEA, brand=None, offers=(evolve(OFFER, gtin=None),)), {"identifier_exists": ["no"]}),
    ],
    ids=["barcode", "only a brand", "made by the shop", "only a barcode", "nothing"],
)
def test_nothing_identifies_what_has_no_identifier(listing: Listing, told: dict[str, list[str]]) -> None:
    [item] = _items(listing)

    names = {"brand", "gtin", "mpn", "identifier_exists"}
    assert {name: texts for name, texts in item.items() if name in names} == told


def test_whatever_a_shop_is_filled_with_the_feed_keeps_the_rules() -> None:
    wild = evolve(
        TEA,
        title="<Tea> & \x0bbiscuits " * 30,
        description="=cmd|' /C calc'!A0 ]]> " + "long " * 3_000,
        brand="B" * 300,
        pictures=tuple(f"/media/{n} é.webp" for n in range(30)),
        offers=(
            evolve(OFFER, id="a-1", key="K" * 51, differences={"color": "Red" * 100}, picture="/media/7 é.webp"),
            evolve(OFFER, id="a-2", key="k2", differences={"color": "Blue"}, availability=Availability.BACKORDER),
            evolve(OFFER, id="a-3", key="k3", differences={"color": "Green"}, price=Money(0, "EUR")),
        ),
    )

    items = _items(wild)

    assert len(items) == 2
    assert [name for name, rule in FEED_RULES.items() for item in items if not rule(item)] == []
    assert list(group_problems(items)) == []
    assert items[0]["id"] == ["a-1"]
    assert items[0]["image_link"] == ["https://shop.example/media/7%20%C3%A9.webp"]
    assert items[0]["description"][0].startswith("=cmd|' /C calc'!A0 ]]>")


GOOD: Item = {
    "id": ["1"], "title": ["T"], "description": ["D"], "link": ["https://s.example/t"], "image_link": ["https://s.example/t.webp"],
    "availability": ["in_stock"], "condition": ["new"], "price": ["2.00 EUR"], "identifier_exists": ["no"],
}  # fmt: skip
BROKEN: list[tuple[str, dict[str, list[str]]]] = [
    ("id", {"id": ["x" * 51]}),
    ("title", {"title": ["x" * 151]}),
    ("description", {"description": ["<p>markup</p>"]}),
    ("link", {"link": ["/t"]}),
    ("image_link", {"image_link": ["https://s.example/a b.webp"]}),
    ("additional_image_link", {"additional_image_link": ["https://s.example/x.webp"] * 11}),
    ("availability", {"availability": ["in stock"]}),
    ("availability_date", {"availability": ["backorder"]}),
    ("price", {"price": ["0.00 EUR"]}),
    ("sale_price", {"sale_price": ["2.00 EUR"]}),
    ("gtin", {"gtin": ["2004711000012"], "identifier_exists": ["yes"]}),
    ("mpn", {"mpn": ["x" * 71]}),
    ("brand", {"brand": ["x" * 71]}),
    ("identifier_exists", {"identifier_exists": ["yes"]}),
    ("item_group_id", {"item_group_id": ["7"]}),
    ("condition", {"condition": ["fresh"]}),
    ("product_type", {"product_type": ["x" * 751]}),
    ("color", {"color": ["x" * 101]}),
]


@pytest.mark.parametrize(("field", "change"), BROKEN, ids=[field for field, _ in BROKEN])
def test_every_rule_can_be_broken(field: str, change: dict[str, list[str]]) -> None:
    assert [name for name, rule in FEED_RULES.items() if not rule(GOOD)] == []

    broken = [name for name, rule in FEED_RULES.items() if not rule({**GOOD, **change})]

    assert [name for name in broken if field in name.split(":")[0].replace(",", "").split(" ")], broken


def test_every_rule_is_seen_to_break() -> None:
    assert len(BROKEN) == len(FEED_RULES)
