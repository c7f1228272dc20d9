"""With `--catalogue`: the same reads in shops of 1,000, 10,000 and 100,000 products, side by side.

The shops stand on one server and are loaded in turn, so that a noisy minute meets them all. What matters is the last
column but two: how much longer a read takes in the largest shop than in the smallest.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from attrs import frozen

from benchmarks import load, shop
from benchmarks.ceiling import Ceiling
from benchmarks.load import CONNECTIONS
from benchmarks.processes import STATIC, Processes, Running, Setup
from commerce_core import open_shop
from commerce_core.access.model import SYSTEM

SIZES = (1_000, 10_000, 100_000)
FARTHEST = 41  # the last full page of the smallest shop; every shop is asked for the same ones
AIM = 1.5

_LIST = "/v1/store/products"
_FILTERED = {
    "sort": "'relevance'", "offset": "0", "page": "1", "facets": "false", "guesses": "'[]'", "unfinished": "false",
    "in_stock": "NULL", "words": "('\"product number ' || :product::text || '\"')", "after": "NULL", "after_id": "NULL",
    **dict.fromkeys(("tag", "min_price", "max_price", "facet", "options", "attributes"), "NULL"),
}  # fmt: skip


@frozen
class Read:
    """Something shoppers ask for: its addresses in a shop of so many products, and the statement behind it."""

    title: str
    addresses: str  # with {n}, a product, or {page}
    pages: int = 0
    statement: str | None = None
    values: Mapping[str, str] = {}
    must_scale: bool = False

    def of(self, products: int) -> list[str]:
        """Addresses enough that none is hot."""
        if self.pages:
            return [self.addresses.format(page=page) for page in range(1, self.pages + 1)]
        return [self.addresses.format(n=n) for n in range(1, products + 1, max(1, products // 1_000))]


NEWEST = "catalog_lists.list_newest"
READS = (
    Read("list, first page", _LIST, 1, NEWEST, {"offset": "0"}, must_scale=True),
    Read("list, any page up to 41", _LIST + "?page={page}", FARTHEST, NEWEST, {
        "offset": f"((:page - 1) % {FARTHEST}) * {shop.PER_PAGE}"}, must_scale=True),
    Read("category, pages 1 to 4", _LIST + "?category=bench-category-3&page={page}", 4, NEWEST, {
        "offset": f"((:page - 1) % 4) * {shop.PER_PAGE}", "category": "'bench-category-3'"}, must_scale=True),
    Read("list by price", _LIST + "?sort=price&page={page}", FARTHEST, must_scale=True),
    Read("detail", _LIST + "/bench-product-{n}", 0, "catalog.product"),
    Read("search, one finding", _LIST + "?q=%22product+number+{n}%22", 0, "catalog_lists.list_filtered", _FILTERED),
    Read("search, the start of a word", _LIST + "?q={n}"),
    Read("search, misspelt", _LIST + "?q=prodct+{n}"),
    Read("in stock", _LIST + "?in_stock=true&page={page}", 4),
    Read("category by price range", _LIST + "?category=bench-category-3&min_price=2000&max_price=3000", 1),
    Read("category with facets", _LIST + "?category=bench-category-3&facets=true", 1),
)  # fmt: skip


@frozen
class Sized:
    """A shop of one size, its server and its ceiling."""

    products: int
    api: Running
    ceiling: Ceiling
    folder: Path

    def rate(self, place: int, read: Read, seconds: float) -> float:
        """Answers each second."""
        addresses = self.folder / f"read-{place}"
        addresses.write_text("\n".join(read.of(self.products)))
        return load.get(self.api.port, addresses, seconds).rate

    def alone(self, read: Read, seconds: float) -> float | None:
        """What PostgreSQL makes of it without us."""
        return self.ceiling.statement(read.statement, read.values, seconds) if read.statement else None


@frozen
class Row:
    """The medians of one read: by size, by PostgreSQL alone in the largest shop."""

    read: Read
    rates: Sequence[float]
    alone: float | None


@contextmanager
def shops(url: str, sizes: Sequence[int], folder: Path, setup: Setup) -> Iterator[list[Sized]]:
    """A shop of each size, filled, findable and served."""
    with ExitStack() as stack:
        opened = []
        for products in sizes:
            own = folder / str(products)
            own.mkdir()
            address = shop.copied(url, f"products_{products}")
            shop.seed(address, products)
            with open_shop(address) as library:
                library.search_index.rebuild(SYSTEM)
            shop.settle(address)
            api = stack.enter_context(Processes(address, own).api(setup))
            opened.append(Sized(products, api, Ceiling(address, own, products), own))
            _say(f"  a shop of {products:,} products is open")
        yield opened


def measure(opened: Sequence[Sized], seconds: float, runs: int) -> list[Row]:
    """Each read in each shop, in turn; the medians of several rounds."""
    rows = []
    for place, read in enumerate(READS):
        for sized in opened:
            sized.rate(place, read, 1)
        rates = [[sized.rate(place, read, seconds) for sized in opened] for _ in range(runs)]
        row = Row(read, [median(r[at] for r in rates) for at in range(len(opened))], opened[-1].alone(read, seconds))
        _say(f"  {read.title}: {', '.join(f'{rate:,.0f}' for rate in row.rates)} each second")
        rows.append(row)
    return rows


def markdown(rows: Sequence[Row], sizes: Sequence[int], static: float) -> str:
    """A table, ready for a document."""
    lines = [
        f"| each second | {' | '.join(f'{size:,} products' for size in sizes)} | times as long | pgbench | ratio |",
        f"|---|{'--:|' * (len(sizes) + 3)}",
    ]
    for row in rows:
        longer = f"{row.rates[0] / row.rates[-1]:.2f}" + (f" (aim {AIM})" if row.read.must_scale else "")
        beside = f"{row.alone:,.0f} | {row.rates[-1] / row.alone:.2f}" if row.alone else " | "
        lines.append(f"| {row.read.title} | {' | '.join(f'{r:,.0f}' for r in row.rates)} | {longer} | {beside} |")
    machine = (
        f"{CONNECTIONS} connections; pgbench runs the same statement in the largest shop; a static answer of the same"
        f" server: {static:,.0f} each second. Python {platform.python_version()}; {os.cpu_count()} cores shared by load"
        f" generator, server and database; load average at the end {os.getloadavg()[0]:.1f}."
    )
    return "\n".join([*lines, "", machine]) + "\n"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def table(arguments: argparse.Namespace, url: str, folder: Path) -> str:
    """Measure everything, in shops of the sizes asked for."""
    with shops(url, arguments.sizes, folder, arguments.setup) as opened:
        rows = measure(opened, arguments.seconds, arguments.runs)
        (folder / "one").write_text(_LIST)
        with Processes(url, folder).api(arguments.setup, STATIC) as api:
            static = load.get(api.port, folder / "one", arguments.seconds).rate
    return markdown(rows, arguments.sizes, static)
