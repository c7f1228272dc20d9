"""What keeps lists in order and counted, whoever writes: shelves, totals, and whether a product can be bought."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import psycopg
import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.catalog.cursor import Sort
from commerce_core.catalog.drafts import CategoryChanges, NewCategory, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.catalog.queries import ProductQuery
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce

Connection = psycopg.Connection[tuple[object, ...]]

# What the triggers keep, made anew from what it follows from.
DISAGREEMENTS = """
WITH RECURSIVE places AS (
  SELECT product_id, category_id FROM product_categories
  UNION
  SELECT p.product_id, c.parent_id FROM places p JOIN categories c ON c.id = p.category_id WHERE c.parent_id IS NOT NULL
), wanted AS (
  SELECT p.id AS product_id, s.shelf, p.created_at, p.price_from_amount, EXISTS (
      SELECT 1 FROM product_variants v LEFT JOIN inventory_items i ON i.variant_id = v.id
      WHERE v.product_id = p.id AND (i.variant_id IS NULL OR i.available_qty + i.backorder_limit > 0)) AS in_stock
  FROM products p JOIN (
    SELECT id AS product_id, '00000000-0000-0000-0000-000000000000'::uuid AS shelf FROM products
    UNION ALL SELECT product_id, category_id FROM places
  ) s ON s.product_id = p.id WHERE p.status = 'ACTIVE'
), kept AS (
  SELECT product_id, shelf, created_at, price_amount, in_stock FROM product_listings
)
SELECT 'missing', product_id::text, shelf::text FROM (TABLE wanted EXCEPT TABLE kept) AS a
UNION ALL SELECT 'too many', product_id::text, shelf::text FROM (TABLE kept EXCEPT TABLE wanted) AS b
UNION ALL SELECT 'total', t.shelf::text, t.products::text FROM listing_totals t
  WHERE t.products <> (SELECT count(*) FROM wanted w WHERE w.shelf = t.shelf)
UNION ALL SELECT 'no total', c.id::text, '' FROM categories c
  WHERE NOT EXISTS (SELECT 1 FROM listing_totals t WHERE t.shelf = c.id)
"""


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


def publish(shop: Commerce, title: str, *, variants: int = 1, category_ids: tuple[UUID, ...] = ()) -> Product:
    new = NewProduct(
        title,
        tuple(NewVariant(Money(1000 + n, "EUR"), (str(n),)) for n in range(variants)),
        option_names=("Number",),
        status=ProductStatus.ACTIVE,
        category_ids=category_ids,
    )
    return shop.catalog.create_product(SYSTEM, new)


def test_shelves_agree_with_the_catalogue_after_everything_that_can_happen_to_it(
    shop: Commerce, connection: Connection
) -> None:
    top, other = (shop.categories.create(SYSTEM, NewCategory(title)) for title in ("Top", "Other"))
    below = shop.categories.create(SYSTEM, NewCategory("Below", parent_id=top))
    deep = shop.categories.create(SYSTEM, NewCategory("Deep", parent_id=below))
    cup = publish(shop, "Cup", variants=2, category_ids=(deep, top))
    mug = publish(shop, "Mug", category_ids=(other,))
    first, second = (variant.id for variant in cup.variants)

    def change(**changes: object) -> Callable[[], object]:
        return lambda: shop.catalog.change_product(SYSTEM, cup.id, evolve(ProductChanges(), **changes))

    def stock(variant: UUID, quantity: int) -> Callable[[], object]:
        return lambda: shop.inventory.move(SYSTEM, Movement(variant, MovementType.CORRECTION, quantity, "test"))

    def sql(text: str, *values: object) -> Callable[[], object]:
        return lambda: connection.execute(text.encode(), values)

    steps: list[Callable[[], object]] = [
        change(title="Small cup"),
        change(status=ProductStatus.DRAFT),
        change(status=ProductStatus.ACTIVE),
        change(category_ids=(other, below)),
        lambda: shop.categories.change(SYSTEM, deep, CategoryChanges(parent_id=other)),
        lambda: shop.categories.change(SYSTEM, below, CategoryChanges(parent_id=None)),
        lambda: shop.variants.add(SYSTEM, mug.id, NewVariant(Money(1, "EUR"), ("cheap",))),
        stock(first, 5),
        stock(first, -5),
        stock(second, 1),
        stock(second, -1),
        sql("UPDATE inventory_items SET backorder_limit = 3 WHERE variant_id = %s", first),
        sql("UPDATE inventory_items SET backorder_limit = 0 WHERE variant_id = %s", first),
        lambda: shop.variants.add(SYSTEM, cup.id, NewVariant(Money(1, "EUR"), ("uncounted",))),
        sql("DELETE FROM product_variants WHERE product_id = %s AND title = 'uncounted'", cup.id),
        sql("DELETE FROM inventory_items WHERE variant_id = %s", first),
        sql("UPDATE products SET created_at = created_at - interval '1 day', price_from_amount = 7"),
        sql("DELETE FROM product_categories WHERE category_id = %s", below),
        sql("DELETE FROM categories WHERE id = %s", deep),
        lambda: shop.catalog.delete_product(SYSTEM, mug.id),
    ]
    for n, step in enumerate(steps):
        step()
        assert connection.execute(DISAGREEMENTS).fetchall() == [], f"after step {n}"


def test_the_check_sees_what_disagrees(shop: Commerce, connection: Connection) -> None:
    publish(shop, "Cup")
    connection.execute("UPDATE product_listings SET in_stock = false")
    connection.execute("UPDATE listing_totals SET products = 7")

    assert {row[0] for row in connection.execute(DISAGREEMENTS)} == {"missing", "too many", "total"}


def test_a_list_is_by_title_without_accents_and_case(shop: Commerce) -> None:
    for title in ("zebra", "Éclair", "apple", "Eclipse"):
        publish(shop, title)

    query = ProductQuery(sort=Sort.TITLE)
    assert [card.title for card in shop.catalog.products(query).items] == ["apple", "Éclair", "Eclipse", "zebra"]


def test_a_buyer_who_takes_the_last_one_sells_the_product_out_and_gives_it_back(shop: Commerce) -> None:
    variant = publish(shop, "Cup").variants[0].id
    shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, 1))

    cart = shop.cart.create(NewCart(items=(NewItem(variant, 1),)))
    assert [card.in_stock for card in shop.catalog.products(ProductQuery()).items] == [False]

    shop.cart.remove_item(cart.id, cart.items[0].id)
    assert [card.in_stock for card in shop.catalog.products(ProductQuery()).items] == [True]


def test_two_buyers_of_the_last_two_variants_sell_the_product_out_together(shop: Commerce) -> None:
    for _ in range(5):
        product = publish(shop, "Cup", variants=2)
        for variant in product.variants:
            shop.inventory.move(SYSTEM, Movement(variant.id, MovementType.RECEIPT, 1))
        both = Barrier(2)

        def buy(variant_id: UUID, both: Barrier = both) -> None:
            both.wait(timeout=10)
            shop.cart.create(NewCart(items=(NewItem(variant_id, 1),)))

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(buy, [variant.id for variant in product.variants]))

    assert shop.catalog.products(ProductQuery(in_stock=True)).items == ()


def test_who_sells_the_last_variant_out_waits_for_who_sold_the_one_before(shop: Commerce, database_url: str) -> None:
    # The race by hand: both have decided before either commits, were it not for the lock.
    product = publish(shop, "Cup", variants=2)
    for variant in product.variants:
        shop.inventory.move(SYSTEM, Movement(variant.id, MovementType.RECEIPT, 1))
    sell = "UPDATE inventory_items SET available_qty = 0 WHERE variant_id = %s"
    with psycopg.connect(database_url) as one, psycopg.connect(database_url) as two, ThreadPoolExecutor(1) as pool:
        one.execute(sell, (product.variants[0].id,))
        two.execute(sell, (product.variants[1].id,))
        one.execute("SET CONSTRAINTS ALL IMMEDIATE")
        deciding = pool.submit(two.execute, "SET CONSTRAINTS ALL IMMEDIATE")
        _wait_until(lambda: deciding.done() or _waits(database_url, two.info.backend_pid))
        one.commit()
        deciding.result(timeout=10)
        two.commit()

    assert [card.in_stock for card in shop.catalog.products(ProductQuery()).items] == [False]


def test_holding_stock_that_does_not_run_out_waits_for_nobody_at_the_catalogue(
    shop: Commerce, database_url: str
) -> None:
    variant = publish(shop, "Cup").variants[0].id
    shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, 10))

    with psycopg.connect(database_url) as busy:
        busy.execute("SELECT 1 FROM product_stock FOR UPDATE")
        busy.execute("SELECT 1 FROM product_listings FOR UPDATE")
        busy.execute("SELECT 1 FROM listing_totals FOR UPDATE")
        cart = shop.cart.create(NewCart(items=(NewItem(variant, 9),)))

    assert cart.items[0].quantity == 9


def test_an_editor_who_brings_a_product_back_meets_the_buyer_who_sells_it_out(
    shop: Commerce, database_url: str
) -> None:
    product = publish(shop, "Cup")
    variant = product.variants[0].id
    shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, 1))
    shop.catalog.change_product(SYSTEM, product.id, ProductChanges(status=ProductStatus.DRAFT))

    with psycopg.connect(database_url) as editor, psycopg.connect(database_url) as buyer, ThreadPoolExecutor(1) as pool:
        editor.execute("UPDATE products SET status = 'ACTIVE'")
        buyer.execute("UPDATE inventory_items SET available_qty = 0")
        sold = pool.submit(buyer.commit)  # Waits for the editor, whose shelf it cannot see yet.
        _wait_until(lambda: sold.done() or _waits(database_url, buyer.info.backend_pid))
        editor.commit()
        sold.result(timeout=10)

    assert [card.in_stock for card in shop.catalog.products(ProductQuery()).items] == [False]


def _waits(database_url: str, backend: int) -> bool:
    with psycopg.connect(database_url) as looking:
        row = looking.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", (backend,)).fetchone()
    return row == (True,)


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
