"""A file of any length takes the memory of a batch."""

import resource
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

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
    assert report.problem_count == report.left_out == rows // 40
    assert exported > 2 * report.created
    return peak


def test_ten_times_the_rows_take_no_more_memory(shop: Commerce) -> None:
    peak_of(shop, 200, "warm")  # Warms up what is made once.
    few = peak_of(shop, 200, "few")
    assert peak_of(shop, 2_000, "many") < 1.5 * few + 500_000


def resident() -> int:
    """The memory that the system counts as this process's, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell what a process holds")
def test_a_hundred_thousand_rows_take_the_memory_of_a_thousand(shop: Commerce) -> None:
    held: list[int] = []
    report = shop.imports.import_products(
        SYSTEM, file_of(100_000, "many"), on_progress=lambda _: held.append(resident())
    )
    assert (report.created, report.left_out) == (47_500, 2_500)
    for _ in shop.imports.export_products(SYSTEM):
        pass
    grown = max(*held, resident()) - held[5]  # After the first thousand rows.
    print(f"grown by {grown:,} bytes")
    assert grown < 20_000_000  # The file alone is longer than that, and its products would take ten times as much.
