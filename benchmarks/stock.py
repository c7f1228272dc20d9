"""Carts with one held item, on random variants and on one that everybody wants, in a new shop and in an old one."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import psycopg
from attrs import frozen

from benchmarks import load, shop
from benchmarks.ceiling import Ceiling
from benchmarks.processes import WEBHOOK_SECRET, Processes, Running
from commerce_core import open_shop
from commerce_core.access.model import SYSTEM

HISTORY = 2_000_000  # reservations, and as many movements
SLOWEST = 1.3  # times, what a history may cost

_SQL = Path(__file__).with_name("history.sql")


@frozen
class Rates:
    """Carts each second, medians of the runs."""

    random: float
    hot: float
    random_alone: float  # PostgreSQL alone
    hot_alone: float


@frozen
class StockBench:
    """A filled shop, a copy of it for pgbench, and what loads them."""

    url: str
    ceiling: Ceiling
    folder: Path
    seconds: float
    runs: int

    def rates(self, api: Running) -> Rates:
        """Round after round of everything, so that a noisy minute does not meet one kind of load alone."""
        ways: Sequence[Callable[[float], float]] = (
            lambda seconds: self._carts(api, "variants", seconds),
            lambda seconds: self._carts(api, "hot-variant", seconds),
            self.ceiling.cart,
            self.ceiling.hot_cart,
        )
        for way in ways:
            way(1)
        shop.settle(self.url, self.ceiling.url)
        rounds = [[way(self.seconds) for way in ways] for _ in range(self.runs)]
        return Rates(*(median(figures) for figures in zip(*rounds, strict=True)))

    def _carts(self, api: Running, variants: str, seconds: float) -> float:
        return load.buy(api.port, "cart", self.folder / variants, WEBHOOK_SECRET, seconds).rate


def table(arguments: argparse.Namespace, url: str, folder: Path) -> str:
    """Fill the shop, load it, let years pass, load it again, and prove the stock; the figures as a table.

    Raises `LoadFailed` when an answer or a counter was wrong.
    """
    shop.seed(url, arguments.products)
    copy = shop.copied(url)
    variants = shop.variants(url)
    (folder / "variants").write_text("\n".join(variants))
    (folder / "hot-variant").write_text(variants[0])
    seconds = 15.0 if arguments.long else arguments.seconds
    bench = StockBench(url, Ceiling(copy, folder, arguments.products), folder, seconds, arguments.runs)
    processes = Processes(url, folder)
    with processes.api(arguments.setup) as api:
        new = bench.rates(api)
    for filled in (url, copy):
        age(filled, arguments.products)
    with processes.api(arguments.setup) as api:
        old = bench.rates(api)
    return _markdown(new, old, proof_seconds(url))


def age(url: str, products: int, rows: int = HISTORY) -> None:
    """Let years pass: write the history of a shop of so many products."""
    values = {"products": products, "rows": rows, "currency": shop.CURRENCY}
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        # The rows are right by construction, and checking two million references one by one is not what is measured.
        connection.execute("SET session_replication_role = replica")
        with connection.transaction():
            connection.execute(_SQL.read_bytes(), values)
        connection.execute("VACUUM ANALYZE")
    print(f"  {rows:,} reservations and movements written", file=sys.stderr, flush=True)


def proof_seconds(url: str) -> float:
    """How long it takes to prove the stock. Raises `LoadFailed` when it is wrong."""
    began = time.monotonic()
    with open_shop(url) as opened:
        wrong = opened.inventory.verify(SYSTEM)
    if wrong:
        raise load.LoadFailed(f"the stock of {len(wrong)} variants disagrees with its ledger: {wrong[0]}")
    return time.monotonic() - began


def _markdown(new: Rates, old: Rates, proof: float) -> str:
    head = ["carts with one held item, each second, 16 connections", "new shop", "pgbench", "ratio"]
    head += [f"{HISTORY:,} reservations and movements", "pgbench", "ratio", f"slower by (aim {SLOWEST})"]
    lines = [
        f"| {' | '.join(head)} |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        _line("random variants", (new.random, new.random_alone), (old.random, old.random_alone)),
        _line("one hot variant", (new.hot, new.hot_alone), (old.hot, old.hot_alone)),
        "",
        f"- the stock of the old shop was proved in {proof:.1f} s",
    ]
    return "\n".join(lines) + "\n"


def _line(title: str, new: tuple[float, float], old: tuple[float, float]) -> str:
    cells = [f"**{new[0]:,.0f}**", f"{new[1]:,.0f}", f"{new[0] / new[1]:.2f}"]
    cells += [f"**{old[0]:,.0f}**", f"{old[1]:,.0f}", f"{old[0] / old[1]:.2f}", f"{new[0] / old[0]:.2f}"]
    return f"| {title} | {' | '.join(cells)} |"
