"""Carts with one held item, on random variants and on one that everybody wants, in a new shop and in an old one."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
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
class Shop:
    """A filled shop with its server, a copy of it for pgbench, and what loads them."""

    url: str
    api: Running
    ceiling: Ceiling
    folder: Path

    def ways(self) -> Sequence[Callable[[float], float]]:
        """Each kind of load, in the order of `Rates`: called with its seconds, it tells how many carts each had."""
        return (
            lambda seconds: self._carts("variants", seconds),
            lambda seconds: self._carts("hot-variant", seconds),
            self.ceiling.cart,
            self.ceiling.hot_cart,
        )

    def _carts(self, variants: str, seconds: float) -> float:
        return load.buy(self.api.port, "cart", self.folder / variants, WEBHOOK_SECRET, seconds).rate


def table(arguments: argparse.Namespace, url: str, folder: Path) -> str:
    """Fill two shops, let years pass in one, load both in turns, and prove the stock; the figures as a table.

    Raises `LoadFailed` when an answer or a counter was wrong.
    """
    shop.seed(url, arguments.products)
    urls = url, *(shop.copied(url, name) for name in ("alone", "old", "old_alone"))
    for aged in urls[2:]:
        age(aged, arguments.products)
    variants = shop.variants(url)
    (folder / "variants").write_text("\n".join(variants))
    (folder / "hot-variant").write_text(variants[0])
    seconds = 15.0 if arguments.long else arguments.seconds
    with ExitStack() as running:
        shops = [
            Shop(
                used,
                running.enter_context(Processes(used, folder).api(arguments.setup)),
                Ceiling(alone, folder, arguments.products),
                folder,
            )
            for used, alone in (urls[:2], urls[2:])
        ]
        new, old = rates(shops, seconds, arguments.runs)
    return _markdown(new, old, proof_seconds(urls[2]))


def rates(shops: Sequence[Shop], seconds: float, runs: int) -> list[Rates]:
    """Round after round of everything in every shop, so that a noisy minute meets all of them alike."""
    for each in shops:
        for way in each.ways():
            way(1)
        shop.settle(each.url, each.ceiling.url)
    # By the way first, so that what is compared is measured one right after the other.
    rounds = [
        [[way(seconds) for way in ways] for ways in zip(*(s.ways() for s in shops), strict=True)] for _ in range(runs)
    ]
    return [
        Rates(*(median(measured[way][at] for measured in rounds) for way in range(len(rounds[0]))))
        for at in range(len(shops))
    ]


def age(url: str, products: int, rows: int = HISTORY) -> None:
    """Let years pass: write the history of a shop of so many products."""
    values = {"products": products, "rows": rows, "currency": shop.CURRENCY}
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        # The rows are right by construction, and checking two million references one by one is not what is measured.
        connection.execute("SET session_replication_role = replica")
        with connection.transaction():
            connection.execute(_SQL.read_bytes(), values)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")  # Years have passed: what they wrote is on the disk.
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
