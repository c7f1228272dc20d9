"""The figures as people read them."""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from benchmarks.backlog import Drained
from benchmarks.load import Measured
from benchmarks.processes import Setup
from benchmarks.races import BUYERS, STOCK
from benchmarks.wire import Exchange

PURCHASE = ("cart", "item", "checkout", "pay")
_BLOCK = re.compile(r"(<!-- figures: begin[^>]*-->\n).*?(<!-- figures: end -->)", re.DOTALL)


@frozen
class Goal:
    """What a figure is measured against: requests or flows each second on two cores shared with the load."""

    title: str
    floor: int
    aim: int


GOALS: Mapping[str, Goal] = {
    "list": Goal("product list of 24", 1_400, 2_000),
    "detail": Goal("product detail", 1_500, 2_200),
    "cart": Goal("new cart + 1 item", 480, 720),
    "purchase": Goal("full purchase", 120, 200),
}


@frozen
class Speed:
    """One kind of load beside its two ceilings, all of the same minutes."""

    name: str
    measured: Measured
    pgbench: float
    static: float


@frozen
class Findings:
    """Everything that was found out."""

    setup: Setup
    postgres: str
    in_memory: bool
    seconds: float
    speeds: Sequence[Speed]
    exchanges: Mapping[str, Exchange]
    first_answer: float
    api_memory: Sequence[float]
    drained: Drained | None
    accepted: int


def markdown(found: Findings) -> str:
    """A table and a list, ready for the README."""
    return "\n".join([*_speeds(found), "", *_facts(found), "", _machine(found)]) + "\n"


def write(table: str, page: Path) -> None:
    """Put the table between the marks of a page that has them, else make it the page."""
    text = page.read_text("utf-8") if page.exists() else ""
    filled, blocks = _BLOCK.subn(lambda block: f"{block[1]}{table}{block[2]}", text)
    page.write_text(filled if blocks else table, "utf-8")


def _speeds(found: Findings) -> list[str]:
    head = [
        "| each second, 16 connections | commerce-core | p99 | pgbench | ratio | static answer | ratio | floor | aim |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    return head + [_speed(speed) for speed in found.speeds]


def _speed(speed: Speed) -> str:
    goal, rate = GOALS[speed.name], speed.measured.rate
    cells = [
        goal.title, f"**{rate:,.0f}**", f"{speed.measured.p99_ms:,.0f} ms", f"{speed.pgbench:,.0f}",
        f"{rate / speed.pgbench:.2f}", f"{speed.static:,.0f}", f"{rate / speed.static:.2f}",
        f"{goal.floor:,}", f"{goal.aim:,}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _facts(found: Findings) -> list[str]:
    statements = sum(found.exchanges[name].count for name in PURCHASE)
    waits = ", ".join(f"{name} {exchange.waits}" for name, exchange in found.exchanges.items())
    api = f"one API process {found.api_memory[0]:.0f} MiB (aim 100), all of the API {sum(found.api_memory):.0f} MiB"
    worker = f", worker {found.drained.memory:.0f} MiB" if found.drained else ""
    facts = [
        f"SQL statements of one purchase: {statements} (BEGIN and COMMIT excluded; aim 15)",
        f"waits for PostgreSQL: {waits}",
        f"start of the server to its first answer: {found.first_answer:.1f} s (aim 2 s)",
        f"memory (PSS): {api}{worker} (aim 250 together)",
        f"stock {STOCK}, {BUYERS} buyers: {found.accepted} orders accepted",
    ]
    if found.drained and found.drained.rows:
        drained = found.drained
        left = f", {drained.left} left" if drained.left else ""
        facts.append(
            f"the worker then handled {drained.rows:,} waiting events and mails in {drained.seconds:.1f} s,"
            f" its start included: {drained.rows / drained.seconds:,.0f} each second{left}"
        )
    return [f"- {fact}" for fact in facts]


def _machine(found: Findings) -> str:
    runs = len(found.speeds[0].measured.runs)
    where = "a disk in memory" if found.in_memory else "the disk"
    return (
        f"Medians of {runs} runs of {found.seconds:g} s; {found.setup} processes × threads; PostgreSQL {found.postgres}"
        f" with fsync on {where}; Python {platform.python_version()}; {os.cpu_count()} cores ({_processor()}) shared by"
        " load generator, server and database;"
        f" load average at the end {os.getloadavg()[0]:.1f}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
