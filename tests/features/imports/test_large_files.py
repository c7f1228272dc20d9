"""A file of any length takes the memory of a batch."""

import tracemalloc
from collections.abc import Iterator

import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.wiring import Commerce

COLUMNS = "Handle,Title,Body (HTML),Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\n"


def file_of(rows: int, name: str) -> Iterator[str]:
    """Made while it is read. Two rows to a product; of every twentieth product one row is bad."""
    yield COLUMNS
    for number in range(rows // 2):
        body = f"<p>{'Well made. ' * 20}{number}</p>"
        price = "?" if number % 20 == 0 else "5"
        yield f"{name}-{number},Product {number},{body},new,Size,S,{name}-{number}-S,3,5\n"
        yield f"{name}-{number},,,,,L,{name}-{number}-L,0,{price}\n"


def peak_of(shop: Commerce, rows: int, name: str) -> int:
    """The most memory that Python held while importing so many rows and exporting the whole shop, in bytes."""
    tracemalloc.start()
    try:
        report = shop.imports.import_products(SYSTEM, file_of(rows, name))
        exported = sum(1 for _ in shop.imports.export_products(SYSTEM))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.created + report.left_out == rows // 2
    print(f"{rows:,} rows: peak {peak:,} bytes")
    assert report.problem_count == report.left_out == rows // 40
    assert exported > 2 * report.created
    return peak


def test_ten_times_the_rows_take_no_more_memory(shop: Commerce) -> None:
    peak_of(shop, 300, "warm")  # Warms up what is made once.
    few = peak_of(shop, 300, "few")
    assert peak_of(shop, 3_000, "many") < 1.5 * few + 500_000


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hundred_thousand_rows_take_the_memory_of_a_thousand(shop: Commerce) -> None:
    peak_of(shop, 1_000, "warm")
    few = peak_of(shop, 1_000, "few")
    assert peak_of(shop, 100_000, "many") < 1.5 * few + 1_000_000
