"""What shoppers read: the bytes, the values, and how PostgreSQL finds them."""

import orjson
import psycopg
import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.cursor import Sort
from commerce_core.catalog.drafts import NewCategory, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.catalog.queries import ProductQuery
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce


def _publish(shop: Commerce, title: str, price: int, **more: object) -> Product:
    new = NewProduct(title, (NewVariant(Money(price, "EUR")),), status=ProductStatus.ACTIVE)
    return shop.catalog.create_product(SYSTEM, evolve(new, **more))


def _titles(shop: Commerce, query: ProductQuery) -> list[str]:
    return [card.title for card in shop.catalog.products(query).items]


@pytest.fixture
def three(shop: Commerce) -> list[Product]:
    return [_publish(shop, "Bowl", 300), _publish(shop, "Apron", 200), _publish(shop, "Cup", 100)]


@pytest.mark.parametrize("narrowed", [False, True], ids=["by index", "narrowed down"])
@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        (Sort.NEWEST, ["Cup", "Apron", "Bowl"]),
        (Sort.RELEVANCE, ["Cup", "Apron", "Bowl"]),
        (Sort.TITLE, ["Apron", "Bowl", "Cup"]),
        (Sort.PRICE, ["Cup", "Apron", "Bowl"]),
        (Sort.PRICE_DESCENDING, ["Bowl", "Apron", "Cup"]),
    ],
)
def test_every_order_is_the_same_with_and_without_filters(
    shop: Commerce, three: list[Product], sort: Sort, titles: list[str], narrowed: bool
) -> None:
    query = ProductQuery(sort=sort, min_price=0 if narrowed else None)

    assert _titles(shop, query) == titles
    assert _titles(shop, evolve(query, page=2, per_page=1)) == titles[1:2]
    assert _titles(shop, evolve(query, page=400, per_page=1)) == []


def test_the_bytes_and_the_values_say_the_same(shop: Commerce, three: list[Product]) -> None:
    raw = orjson.loads(shop.catalog.products_json(ProductQuery()).body)
    page = shop.catalog.products(ProductQuery())

    assert [item["id"] for item in raw["items"]] == [str(card.id) for card in page.items]
    assert (raw["total"], page.total) == (3, 3)
    assert shop.catalog.product("cup").variants[0].price == Money(100, "EUR")


def test_words_are_ranked_and_a_title_counts_more_than_a_description(shop: Commerce) -> None:
    _publish(shop, "Teapot", 100, description_html="Goes with the cup")
    _publish(shop, "Cup", 100, description_html="Goes with the saucer")

    assert _titles(shop, ProductQuery(q="cup")) == ["Cup", "Teapot"]
    assert _titles(shop, ProductQuery(q="cup -saucer")) == ["Teapot"]
    assert _titles(shop, ProductQuery(q="!!! \"'& | (")) == []


def test_a_category_includes_what_is_below_it_and_nothing_twice(shop: Commerce) -> None:
    top = shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    below = shop.categories.create(SYSTEM, NewCategory("Mugs", parent_id=top))
    _publish(shop, "Cup", 100, category_ids=(top, below))
    _publish(shop, "Lamp", 100)

    page = shop.catalog.products(ProductQuery(category="kitchen"))

    assert ([card.title for card in page.items], page.total) == (["Cup"], 1)


def test_stock_decides_what_can_be_bought(shop: Commerce, three: list[Product]) -> None:
    cup, bowl = three[2], three[0]
    with shop.inventory.begin() as work:
        work.stock.track(cup.variants[0].id, 0)
        work.stock.track(bowl.variants[0].id, 5)
    assert {c.title: c.in_stock for c in shop.catalog.products(ProductQuery()).items} == {
        "Bowl": True,
        "Apron": True,
        "Cup": False,
    }
    assert _titles(shop, ProductQuery(in_stock=False)) == ["Cup"]
    assert shop.catalog.product("cup").variants[0].available == 0
    assert shop.catalog.product("bowl").variants[0].available == 5
    assert shop.catalog.product("apron").variants[0].available is None

    shop.inventory.move(SYSTEM, Movement(cup.variants[0].id, MovementType.RECEIPT, 1_000))

    assert shop.catalog.product("cup").variants[0].available == 100
    assert _titles(shop, ProductQuery(in_stock=False)) == []


def test_the_total_follows_every_product_that_comes_and_goes(
    shop: Commerce, three: list[Product], database_url: str
) -> None:
    shop.catalog.change_product(SYSTEM, three[0].id, ProductChanges(status=ProductStatus.DRAFT))
    assert shop.catalog.products(ProductQuery()).total == 2

    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM products WHERE slug = 'cup'")
    assert shop.catalog.products(ProductQuery()).total == 1
