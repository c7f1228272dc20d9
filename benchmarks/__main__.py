"""`python -m benchmarks`: builds a shop, loads it, prints a table. Ends with 1 when an answer or a count was wrong."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from attrs import frozen

from benchmarks import catalogue, importing, load, shop, stock, wire
from benchmarks.backlog import drain
from benchmarks.ceiling import Ceiling, CeilingFailed
from benchmarks.load import Load, LoadFailed, Measured
from benchmarks.processes import STATIC, WEBHOOK_SECRET, Processes, Running, Setup, StartFailed
from benchmarks.races import STOCK, oversell
from benchmarks.report import GOALS, Findings, Speed, markdown, write
from commerce_core import open_shop
from commerce_core.access.model import SYSTEM

SETUPS = (Setup(1, 8), Setup(1, 16), Setup(2, 4), Setup(2, 8), Setup(2, 16), Setup(3, 6), Setup(4, 4))


class WrongCount(Exception):
    """The database does not hold what the load generator was told."""


@frozen
class Benchmark:
    """A filled shop and what it is measured with."""

    url: str
    folder: Path
    names: Sequence[str]
    seconds: float
    runs: int
    ceiling: Ceiling
    processes: Processes

    def speeds(self, api: Running, static: Running) -> list[Speed]:
        """Round after round of everything, so that a noisy minute does not meet one kind of load alone."""
        for name in self.names:
            self._beside(api, static, name, 1)
        shop.settle(self.url, self.ceiling.url)
        rounds = [[self._beside(api, static, name, self.seconds) for name in self.names] for _ in range(self.runs)]
        return [
            Speed(
                name,
                Measured(tuple(r[at][0] for r in rounds)),
                median(r[at][1] for r in rounds),
                median(r[at][2] for r in rounds),
            )
            for at, name in enumerate(self.names)
        ]

    def best_setup(self) -> Setup:
        """The set-up with the highest product of rates, each measured once."""
        rates: dict[Setup, float] = {}
        for setup in SETUPS:
            with self.processes.api(setup) as api:
                rates[setup] = 1.0
                for name in self.names:
                    self._load(api, name, 1)
                    rates[setup] *= self._load(api, name, self.seconds).rate
            _say(f"  {setup}: {rates[setup] ** (1 / len(self.names)):,.0f} (geometric mean of the rates)")
        return max(rates, key=lambda setup: rates[setup])

    def _beside(self, api: Running, static: Running, name: str, seconds: float) -> tuple[Load, float, float]:
        ceilings: dict[str, Callable[[float], float]] = {
            "list": self.ceiling.list,
            "detail": self.ceiling.detail,
            "cart": self.ceiling.cart,
            "purchase": self.ceiling.purchase,
        }
        alone = ceilings[name](seconds)
        at_best = load.get(static.port, self.folder / "list", seconds).rate
        measured = self._load(api, name, seconds)
        _say(f"  {GOALS[name].title}: {measured.rate:,.0f} each second, pgbench {alone:,.0f}, static {at_best:,.0f}")
        return measured, alone, at_best

    def _load(self, api: Running, name: str, seconds: float) -> Load:
        if name in {"list", "detail"}:
            return load.get(api.port, self.folder / name, seconds)
        before = shop.counts(self.url)
        done = load.buy(api.port, name, self.folder / "variants", WEBHOOK_SECRET, seconds)
        after = shop.counts(self.url)
        carts, paid = after.carts - before.carts, after.paid - before.paid
        counted = paid if name == "purchase" else carts
        if not done.flows <= counted <= done.flows + load.CONNECTIONS:  # Those under way at the end.
            raise WrongCount(f"{name}: {done.flows} flows were answered, {counted} are in the database")
        return done


def measure(arguments: argparse.Namespace, url: str, folder: Path) -> Findings:
    """Fill the shop, load it, and look at what that left behind."""
    shop.seed(url, arguments.products)
    copy = shop.copied(url, "alone")
    (folder / "list").write_text("\n".join(shop.list_addresses(arguments.products)))
    (folder / "detail").write_text("\n".join(shop.detail_addresses(arguments.products)))
    (folder / "variants").write_text("\n".join(variants := shop.variants(url)))
    processes = Processes(url, folder)
    seconds = 15.0 if arguments.long else arguments.seconds
    ceiling = Ceiling(copy, folder, arguments.products)
    benchmark = Benchmark(url, folder, arguments.only, seconds, arguments.runs, ceiling, processes)
    exchanges = wire.exchanges(url, variants[0], shop.detail_addresses(arguments.products)[0])
    setup = benchmark.best_setup() if arguments.search else arguments.setup
    with processes.api(setup, STATIC) as static, processes.api(setup) as api:
        speeds = benchmark.speeds(api, static)
        memory = api.memory()
        accepted = oversell(url, api.port, WEBHOOK_SECRET)
    drained = drain(url, processes) if "purchase" in arguments.only else None
    _must_agree(url, accepted)
    return Findings(
        setup=setup,
        postgres=shop.version(url),
        in_memory=arguments.ram,
        seconds=seconds,
        speeds=speeds,
        exchanges=exchanges,
        first_answer=api.first_answer,
        api_memory=memory,
        drained=drained,
        accepted=accepted,
    )


def _must_agree(url: str, accepted: int) -> None:
    with open_shop(url) as opened:
        wrong = opened.inventory.verify(SYSTEM)
    if wrong:
        raise WrongCount(f"the stock of {len(wrong)} variants disagrees with its ledger: {wrong[0]}")
    if accepted != STOCK:
        raise WrongCount(f"of {STOCK} units {accepted} were sold")


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(GOALS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: choose from {', '.join(GOALS)}")
    return names


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


def _table(arguments: argparse.Namespace, url: str, folder: Path) -> str:
    for asked, part in (
        (arguments.stock, stock.table),
        (arguments.catalogue, catalogue.table),
        (arguments.importing, importing.table),
    ):
        if asked:
            return part(arguments, url, folder)
    return markdown(measure(arguments, url, folder))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a run (5)")
    parser.add_argument("--long", action="store_true", help="runs of 15 seconds, as the floors were set")
    parser.add_argument("--runs", type=int, default=3, help="how many, for the median (3)")
    parser.add_argument("--only", type=_names, default=list(GOALS), metavar="NAMES", help=f"some of {','.join(GOALS)}")
    parser.add_argument("--setup", type=Setup.parse, default=Setup(), metavar="PxT", help="processes x threads (2x8)")
    parser.add_argument("--search", action="store_true", help="try several set-ups first and take the best")
    parser.add_argument("--products", type=int, default=shop.PRODUCTS, help="with two variants each (1000)")
    parser.add_argument("--ram", action="store_true", help="keep the database in memory: no disk is measured then")
    parser.add_argument("--stock", action="store_true", help="only carts with a held item, without and with a history")
    parser.add_argument("--catalogue", action="store_true", help="only reads, in shops of several sizes")
    parser.add_argument("--sizes", type=_sizes, default=list(catalogue.SIZES), help="of those shops")
    parser.add_argument("--import", action="store_true", dest="importing", help="only the import of a file")
    parser.add_argument("--rows", type=int, default=importing.ROWS, help=f"of that file ({importing.ROWS})")
    parser.add_argument("--output", type=Path, help="write the table here, too, between its marks")
    return parser


def main() -> int:
    """Measure, print, and say with the exit code whether everything was right."""
    arguments = _parser().parse_args()
    try:
        if not arguments.importing:  # It needs no load.
            load.program()
        data_dir = shop.folder(in_memory=arguments.ram)
        _say(f"PostgreSQL in {data_dir}")
        with shop.database(data_dir) as url, tempfile.TemporaryDirectory(prefix="commerce-benchmark-") as folder:
            table = _table(arguments, url, Path(folder))
    except (LoadFailed, StartFailed, CeilingFailed, WrongCount, importing.WrongCount) as failure:
        _say(f"FAILED: {failure}")
        return 1
    print(table, end="")
    if arguments.output:
        write(table, arguments.output)
    return 0


def _say(line: str) -> None:
    """What happens, beside the table: that one may be piped into a file."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
