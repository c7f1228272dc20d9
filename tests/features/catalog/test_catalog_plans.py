"""How PostgreSQL finds a page among many products: through an index, and reading hardly more than it shows."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg

from commerce_core.postgres.statements import statements

PRODUCTS = 20_000
BIG = {"products", "product_listings", "product_search", "product_variants", "product_tags", "product_categories"}
PARAMETER = re.compile(r"%\((\w+)\)s")

# One category in twenty, one tag in twenty, every word of a number's own in one product.
FILL = f"""
INSERT INTO categories (id, slug, title)
  SELECT md5('c' || n)::uuid, 'c' || n, 'C ' || n FROM generate_series(0, 19) AS n;
INSERT INTO tags (id, slug, title) SELECT md5('t' || n)::uuid, 't' || n, 'T ' || n FROM generate_series(0, 19) AS n;
INSERT INTO products (id, slug, title, status, option_names, price_from_amount, currency, created_at)
  SELECT md5('p' || n)::uuid, 'p-' || n, 'Product ' || n, 'ACTIVE', ARRAY['Size'], n, 'EUR',
    shop_now() - n * interval '1 minute'
  FROM generate_series(1, {PRODUCTS}) AS n;
INSERT INTO product_variants (id, product_id, position, sku, title, option_values, price_amount, currency)
  SELECT id, id, 1, slug, '', ARRAY['S'], price_from_amount, 'EUR' FROM products;
INSERT INTO product_categories (product_id, category_id)
  SELECT id, md5('c' || price_from_amount % 20)::uuid FROM products;
INSERT INTO product_tags (product_id, tag_id) SELECT id, md5('t' || price_from_amount % 20)::uuid FROM products;
INSERT INTO product_search (product_id, document, facets)
  SELECT id, search_document('product number' || price_from_amount, '', '', ''),
    ARRAY['option:Size' || chr(31) || price_from_amount]
  FROM products;
INSERT INTO search_words (word, trigrams)
  SELECT 'number' || n, ARRAY['  n', ' nu', substr(n::text, 1, 3)] FROM generate_series(1, {PRODUCTS}) AS n;
"""

PAGE = {"limit": "24", "offset": "0", "page": "1", "url_before": "'/'", "url_after": "''", "in_stock": "false"}
FIRST, LAST = "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
NEWEST = {**PAGE, "after": "'infinity'", "after_id": LAST}
FILTERED = {
    **{name: value for name, value in PAGE.items() if name != "in_stock"},
    "sort": "'newest'",
    "facets": "false",
    "guesses": "'[]'",
    "unfinished": "true",
}
STAFF = {"limit": "24", "offset": "0", "unfinished": "true"}

# What is asked, and how many rows a step may see for it: those of the page, of what is skipped, of what is counted.
ASKED: list[tuple[str, dict[str, str], int]] = [
    ("catalog_lists.list_newest", NEWEST, 25),
    ("catalog_lists.list_by_title", {**PAGE, "after": "''", "after_id": FIRST}, 25),
    ("catalog_lists.list_cheapest", {**PAGE, "after": "-1", "after_id": FIRST}, 25),
    ("catalog_lists.list_dearest", {**PAGE, "after": "99999999999", "after_id": LAST}, 25),
    ("catalog_lists.list_newest", {**NEWEST, "category": "'c7'"}, 25),
    ("catalog_lists.list_cheapest", {**PAGE, "after": "-1", "after_id": FIRST, "category": "'c7'"}, 25),
    ("catalog_lists.list_cheapest", {**PAGE, "after": "19000", "after_id": FIRST}, 25),
    ("catalog_lists.list_newest", {**NEWEST, "offset": "1176"}, 1201),
    ("catalog_lists.list_newest", {**NEWEST, "in_stock": "true"}, 25),
    ("catalog_lists.list_filtered", {**FILTERED, "words": "'number777'"}, 25),
    ("catalog_lists.list_filtered", {**FILTERED, "words": "'number777'", "category": "'c17'", "facets": "true"}, 25),
    ("catalog_lists.list_filtered", {**FILTERED, "tag": "'t7'"}, 1000),
    ("catalog_lists.list_filtered", {**FILTERED, "category": "'c7'", "min_price": "1", "max_price": "2000"}, 1000),
    ("catalog_lists.list_filtered", {**FILTERED, "facet": "ARRAY['option:Size' || chr(31) || '777']"}, 25),
    ("catalog_lists.for_staff", STAFF, 24),
    ("catalog_lists.found_for_staff", {**STAFF, "q": "'p-777'", "words": "'number777'"}, 25),
    ("catalog_lists.found_for_staff", {**STAFF, "category": "'c7'"}, 1001),
]  # fmt: skip


def test_lists_and_searches_read_no_more_than_they_have_to(database_url: str) -> None:
    wrong = []
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(FILL.encode(), prepare=False)
        connection.execute("VACUUM ANALYZE")
        connection.execute("SET plan_cache_mode = force_generic_plan")  # As in the shop.
        for name, values, most in ASKED:
            for node in _nodes(_plan(connection, name, values)):
                seen = node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
                scanned = node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG and node["Actual Loops"]
                if scanned or seen > most:
                    wrong.append((name, values, node["Node Type"], node.get("Relation Name"), seen))
    assert wrong == []


def _plan(connection: psycopg.Connection[Any], name: str, values: dict[str, str]) -> dict[str, Any]:
    text = statements()[name]
    names = list(dict.fromkeys(PARAMETER.findall(text)))
    asked = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text).replace("%%", "%")
    given = ", ".join(values.get(parameter, "NULL") for parameter in names)
    connection.execute(f"PREPARE asked AS {asked}".encode(), prepare=False)
    row = connection.execute(
        f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked ({given})".encode(), prepare=False
    ).fetchone()
    connection.execute("DEALLOCATE asked", prepare=False)
    assert row is not None
    plan: dict[str, Any] = row[0][0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)
