"""With `--import`: reads a shop of many rows from a file, and lets PostgreSQL copy the same bytes.

COPY is the floor below which no import can go: it parses the same CSV and writes the same text into one table without
an index, while an import checks every cell, finds what is there, and keeps products, stock, history and audit apart.
"""

import argparse
import csv
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from attrs import frozen
from psycopg.sql import SQL, Identifier

from commerce_core import open_shop
from commerce_core.access.model import SYSTEM

ROWS = 10_000
AIM = 800  # rows each second

HEADER = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value",
    "Option2 Name", "Option2 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
    "Variant Inventory Qty", "Variant Inventory Policy", "Variant Price", "Variant Compare At Price",
    "Variant Requires Shipping", "Variant Taxable", "Variant Barcode", "Image Src", "Image Position",
    "Image Alt Text", "SEO Title", "SEO Description", "Variant Image", "Status",
)  # fmt: skip
_WORDS = "Thrown by hand in a small pottery, it keeps its warmth to the last sip and is safe in the dishwasher."
_SIZES = ("Small", "Large")


class WrongCount(Exception):
    """Not everything that stands in the file is in the shop."""


@frozen
class Imported:
    """How one file fared: rows and bytes, and the seconds that each way of reading them took."""

    rows: int
    size: int
    first: float
    again: float
    copied: float


def sheet(rows: int) -> Iterator[dict[str, str]]:
    """The rows of a shop: two to a product, a variant and a picture in each, as a shop's own export has them."""
    for number in range(rows // 2):
        handle = f"imported-product-{number}"
        for place, size in enumerate(_SIZES, 1):
            picture = f"https://pictures.example/{handle}-{place}.webp"
            row = {
                "Handle": handle, "Option1 Value": size, "Variant SKU": f"SKU-{number}-{place}", "Variant Grams": "380",
                "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": str(number % 50 + 1),
                "Variant Inventory Policy": "deny", "Variant Price": f"{number % 90 + 10}.90",
                "Variant Requires Shipping": "true", "Variant Taxable": "true", "Image Src": picture,
                "Image Position": str(place), "Image Alt Text": f"Product {number}, {size.lower()}",
                "Variant Image": picture,
            }  # fmt: skip
            if place == 1:
                row |= {
                    "Title": f"Product number {number}", "Body (HTML)": f"<p>{_WORDS}</p>\n<p>{_WORDS}</p>",
                    "Vendor": f"Vendor {number % 12}", "Type": f"Type {number % 10}", "Published": "true",
                    "Tags": f"tag {number % 20}, tag {number % 7}, new", "Option1 Name": "Size", "Status": "active",
                    "Variant Compare At Price": f"{number % 90 + 20}.90" if number % 5 == 0 else "",
                }  # fmt: skip
            yield row


def write(file: Path, rows: int) -> None:
    """Write such a file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, restval="")
        writer.writeheader()
        writer.writerows(sheet(rows))


def measure(url: str, file: Path, rows: int) -> Imported:
    """Import the file into an empty shop, once more, and copy it. Raises `WrongCount`."""
    write(file, rows)
    first, created = _import(url, file)
    again, unchanged = _import(url, file)
    if not created[0] == unchanged[1] == rows // 2:
        raise WrongCount(f"of {rows // 2} products {created[0]} were created and {unchanged[1]} found again")
    return Imported(rows, file.stat().st_size, first, again, _copy(url, file))


def _import(url: str, file: Path) -> tuple[float, tuple[int, int]]:
    with open_shop(url) as opened, file.open(encoding="utf-8", newline="") as lines:
        started = time.perf_counter()
        report = opened.imports.import_products(SYSTEM, lines)
        return time.perf_counter() - started, (report.created, report.unchanged)


def _copy(url: str, file: Path) -> float:
    columns = SQL(", ").join(SQL("{} text").format(Identifier(name)) for name in HEADER)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("CREATE TABLE copied_rows ({})").format(columns))
        started = time.perf_counter()
        statement = "COPY copied_rows FROM STDIN (FORMAT csv, HEADER)"
        with file.open("rb") as content, connection.cursor().copy(statement) as copy:
            while block := content.read(1 << 16):
                copy.write(block)
        return time.perf_counter() - started


def markdown(done: Imported, *, in_memory: bool) -> str:
    """A table, ready for a document."""
    where = "a disk in memory" if in_memory else "the disk"
    machine = f"Python {platform.python_version()}; {os.cpu_count()} cores"
    lines = [
        f"| {done.rows:,} rows, {done.size / 1e6:.1f} MB | rows each second | times as long as COPY | aim |",
        "|---|--:|--:|--:|",
        f"| import into an empty shop | **{done.rows / done.first:,.0f}** | {done.first / done.copied:,.0f} | {AIM} |",
        f"| the same file again | **{done.rows / done.again:,.0f}** | {done.again / done.copied:,.0f} | |",
        f"| COPY of the same bytes | {done.rows / done.copied:,.0f} | 1 | |",
        "",
        f"fsync on {where}; {machine}; load average at the end {os.getloadavg()[0]:.1f}.",
    ]
    return "\n".join(lines) + "\n"


def table(arguments: argparse.Namespace, url: str, folder: Path) -> str:
    """Measure a file of as many rows as asked for."""
    return markdown(measure(url, folder / "products.csv", arguments.rows), in_memory=arguments.ram)
