"""However large the catalogue, what is written of it never stands whole in memory."""

import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from commerce_core.postgres.statements import statements
from commerce_core.wiring import Commerce

_FILL = """
WITH product AS (
  INSERT INTO products (id, slug, title, description_text, status, vendor, price_from_amount, currency, image_url)
  SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'product-' || n, 'Product ' || n,
    repeat('Words about it. ', 20), 'ACTIVE', 'Somebody', n, 'EUR', '/media/' || n || '.webp'
  FROM generate_series(%(first)s::integer, %(last)s::integer) AS n
  RETURNING id, slug, price_from_amount
), picture AS (
  INSERT INTO product_images (id, product_id, url, position)
  SELECT gen_random_uuid(), id, '/media/' || slug || '.webp', 1 FROM product
)
INSERT INTO product_variants (id, product_id, position, sku, title, option_values, price_amount, currency)
SELECT gen_random_uuid(), id, 1, slug, '', ARRAY[]::text[], price_from_amount, 'EUR' FROM product
"""


def _fill(database_url: str, first: int, last: int) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_FILL, {"first": first, "last": last})
        connection.execute("ANALYZE")


def _peak(write: Callable[[], Iterator[bytes]]) -> tuple[int, int]:
    """How many bytes are written, and how many stood in memory at once."""
    gc.collect()
    tracemalloc.start()
    try:
        written = sum(len(piece) for piece in write())
        return written, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _all(shop: Commerce) -> dict[str, tuple[int, int]]:
    return {"feed": _peak(shop.feeds.google), "sitemap": _peak(lambda: shop.feeds.sitemap(2))}


def test_four_times_the_catalogue_takes_no_more_memory(shop: Commerce, database_url: str) -> None:
    _fill(database_url, 1, 1_500)
    _all(shop)  # What is made once is made now.
    small = _all(shop)
    _fill(database_url, 1_501, 6_000)
    large = _all(shop)

    for name, (written, peak) in large.items():
        assert written > 3.5 * small[name][0], name
        assert peak < 1.3 * small[name][1], name
        assert peak < written, name


@pytest.mark.parametrize("name", ["product_addresses", "listings"])
def test_a_slice_reads_no_more_products_than_it_gives(database_url: str, name: str) -> None:
    _fill(database_url, 1, 3_000)
    slice_ = {"after": "00000000-0000-7000-8000-000000002000", "limit": 100, "url_before": "/", "url_after": ""}
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        text = b"EXPLAIN (ANALYZE, FORMAT JSON) " + statements()[f"feeds.{name}"].encode()
        [(plan,)] = connection.execute(text, slice_, prepare=True).fetchall()

    read = [node for node in _nodes(plan[0]["Plan"]) if node.get("Relation Name") == "products"]
    assert {node["Node Type"] for node in read} == {"Index Scan"}
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in read) == 100


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


_MEASURE = """
import resource, sys
from commerce_core import Settings, open_shop

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

with open_shop(sys.argv[1], settings=Settings(public_store_url="https://shop.example")) as shop:
    list(shop.feeds.sitemap_index())
    next(shop.feeds.google())
    before = peak()
    pages = sum(piece.count(b"<url>") for n in range(2, 12) for piece in shop.feeds.sitemap(n))
    items = sum(piece.count(b"<item>") for piece in shop.feeds.google())
    print(pages, items, peak() - before)
"""


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_thousand_products_fit_into_a_few_megabytes(database_url: str) -> None:
    _fill(database_url, 1, 100_000)

    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", _MEASURE, database_url],
        capture_output=True, text=True, timeout=500, check=True,
    )  # fmt: skip

    pages, items, kibibytes = map(int, ran.stdout.split())
    assert (pages, items) == (100_000, 100_000)
    assert kibibytes < 24 * 1024
