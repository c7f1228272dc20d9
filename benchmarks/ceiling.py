"""What PostgreSQL alone makes of the same work: pgbench with prepared statements, on the same server.

The reads are the shop's own statements, word for word. The writes are the rows a cart or a purchase has to leave, in as
many transactions as the shop takes, each sent at once: the least that any program would have to ask for. They stay true
to the shop's invariants, so stock can still be verified afterwards.
"""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from benchmarks.load import CONNECTIONS
from benchmarks.shop import PER_PAGE
from commerce_core.postgres.programs import Account, Programs
from commerce_core.postgres.statements import statements

_MARGIN = 30.0  # seconds pgbench may need beyond the run
_PARAMETER = re.compile(r"%\((\w+)\)s")
_TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_WRITES = Path(__file__).with_name("pgbench")

_LIST = f"\\set page random(1, :pages)\n\\set offset (:page - 1) * {PER_PAGE}\n"
_DETAIL = "\\set product random(1, :products)\n"
# What stands for each parameter. pgbench has no texts, so the slug is put together by PostgreSQL.
_VALUES: dict[str, str] = {
    "page": ":page",
    "limit": str(PER_PAGE),
    "offset": ":offset",
    "url_before": "'/products/'",
    "url_after": "''",
    "category": "NULL",
    "in_stock": "false",
    "after": "'infinity'",
    "after_id": "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    "slug": "('bench-product-' || :product::text)",
    "minor_unit": "0.01",
}


class CeilingFailed(Exception):
    """pgbench could not do its work; says what it said."""


@frozen
class Ceiling:
    """pgbench on one database. `folder`: where its scripts may be written."""

    url: str
    folder: Path
    products: int

    def list(self, seconds: float) -> float:
        """Pages of the product list, each second."""
        return self._run("list", _LIST + _filled("catalog_lists.list_newest"), seconds)

    def detail(self, seconds: float) -> float:
        """Pages of one product, each second."""
        return self._run("detail", _DETAIL + _filled("catalog.product"), seconds)

    def statement(self, name: str, values: Mapping[str, str], seconds: float) -> float:
        """Any read of the shop, each second; `values` stand for its parameters and may name `:page` and `:product`."""
        return self._run(name, _LIST + _DETAIL + _filled(name, values), seconds)

    def cart(self, seconds: float) -> float:
        """New carts with one item, each second."""
        return self._run("cart", (_WRITES / "cart.sql").read_text("utf-8"), seconds)

    def hot_cart(self, seconds: float) -> float:
        """The same when everybody wants one and the same variant."""
        script = (
            (_WRITES / "cart.sql").read_text("utf-8").replace("random(1, :products)", "1").replace("random(1, 2)", "1")
        )
        return self._run("hot-cart", script, seconds)

    def purchase(self, seconds: float) -> float:
        """Whole purchases, each second."""
        return self._run("purchase", (_WRITES / "purchase.sql").read_text("utf-8"), seconds)

    def _run(self, name: str, script: str, seconds: float) -> float:
        file = self.folder / f"{name}.pgbench.sql"
        file.write_text(script, "utf-8")
        program = Programs.find(None, Account.for_postgres()).folder / "bin" / "pgbench"
        pages = -(-self.products // PER_PAGE)
        command = [
            str(program), "--protocol=prepared", "--no-vacuum", f"--client={CONNECTIONS}", "--jobs=2",
            f"--time={max(seconds, 1):.0f}", f"--define=products={self.products}", f"--define=pages={pages}",
            f"--file={file}", self.url,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _MARGIN, check=False)
        found = _TPS.search(done.stdout)
        if done.returncode != 0 or found is None:
            raise CeilingFailed(f"{name}: {done.stderr[-1000:]}")
        return float(found[1])


def _filled(name: str, values: Mapping[str, str] = _VALUES) -> str:
    """The shop's statement with a value for each parameter, as pgbench reads it."""
    text = _PARAMETER.sub(lambda parameter: {**_VALUES, **values}[parameter[1]], statements()[name])
    return text.replace("%%", "%") + ";\n"
