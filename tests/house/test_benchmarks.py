"""The benchmarks measure what they say, as far as seconds can tell: seed, load scripts, signatures, statements."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.ceiling import Ceiling
from benchmarks.importing import markdown, measure
from benchmarks.load import SCRIPTS
from benchmarks.report import GOALS, write
from benchmarks.shop import counts, detail_addresses, seed, variants
from benchmarks.wire import exchanges
from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.gateways import stripe_signature

PRODUCTS = 20
SECRET = "whsec_" + "long" * 20  # longer than a block of SHA-256, which HMAC treats apart
NOW = 1_795_000_000

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk, a package of the system, is not installed")


@pytest.fixture
def seeded(database_url: str) -> str:
    seed(database_url, PRODUCTS)
    return database_url


@pytest.fixture
def door() -> Iterator[int]:
    """A port that wrk can connect to before it runs a script; nobody answers there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def told_by_wrk(script: Path, door: int, *arguments: str) -> list[str]:
    """What a script prints that ends wrk before it sends anything."""
    command = ["wrk", "-t1", "-c1", "-d1s", "-s", str(script), f"http://127.0.0.1:{door}", "--", *arguments]
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.splitlines()


def test_the_seed_is_a_shop_whose_stock_agrees_with_its_ledger(seeded: str, shop: Commerce) -> None:
    with psycopg.connect(seeded) as connection:
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM products), (SELECT count(*) FROM product_variants),"
            " (SELECT max(products) FROM listing_totals)"
        ).fetchone()
    assert counted == (PRODUCTS, 2 * PRODUCTS, PRODUCTS)
    assert shop.inventory.verify(SYSTEM) == []


def test_a_purchase_is_heard_on_the_wire_and_keeps_to_its_round_trips(seeded: str) -> None:
    heard = exchanges(seeded, variants(seeded)[0], detail_addresses(PRODUCTS)[0])
    assert heard["list"].statements == ("catalog_lists.list_newest",)
    assert heard["detail"].statements == ("catalog.product",)
    assert "inventory.hold" in heard["item"].statements
    assert {name: heard[name].waits for name in ("list", "detail")} == {"list": 1, "detail": 1}
    assert heard["item"].waits <= 3
    assert heard["checkout"].waits <= 6 + 2  # two of them for the idempotency key
    assert counts(seeded).paid == 2


def test_what_pgbench_writes_leaves_the_stock_in_order(seeded: str, shop: Commerce, tmp_path: Path) -> None:
    ceiling = Ceiling(seeded, tmp_path, PRODUCTS)
    assert ceiling.list(1) > 0
    assert ceiling.detail(1) > 0
    assert ceiling.cart(1) > 0
    assert ceiling.purchase(1) > 0
    assert counts(seeded).paid > 0
    assert shop.inventory.verify(SYSTEM) == []


def test_a_file_is_imported_found_again_and_copied(database_url: str, tmp_path: Path) -> None:
    done = measure(database_url, tmp_path / "products.csv", 40)
    with psycopg.connect(database_url) as connection:
        copied = connection.execute("SELECT count(*) FROM copied_rows").fetchone()
    assert copied == (done.rows,) == (40,)
    assert "| import into an empty shop |" in markdown(done, in_memory=True)


@needs_wrk
def test_every_script_of_the_load_can_be_loaded(door: int, tmp_path: Path) -> None:
    script = tmp_path / "load.lua"
    script.write_text("function init(files) for _, f in ipairs(files) do print(f, loadfile(f)) end os.exit(0) end")
    files = sorted(file.name for file in SCRIPTS.glob("*.lua"))
    told = told_by_wrk(script, door, *files)
    assert [line.split("\t")[0] for line in told] == files
    assert [line for line in told if "function:" not in line] == []


@needs_wrk
def test_the_scripts_sign_webhooks_as_stripe_does(door: int, tmp_path: Path) -> None:
    script = tmp_path / "sign.lua"
    script.write_text(
        "local buyer = require('buyer')\n"
        "function init(a) for i = 3, #a do print(buyer.signature(a[i], a[1], tonumber(a[2]))) end os.exit(0) end"
    )
    # Around the ends of a block, where padding goes wrong, and as long as an event.
    bodies = [
        "{}",
        "é",
        *("x" * length for length in (40, 43, 44, 45, 52, 53, 64)),
        json.dumps({"object": "event" * 200}),
    ]
    for secret in ("whsec_benchmark", SECRET):
        expected = [stripe_signature.sign(body.encode(), secret, NOW) for body in bodies]
        assert told_by_wrk(script, door, secret, str(NOW), *bodies) == expected


def test_the_table_goes_between_the_marks_of_a_page_and_nowhere_else(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- figures: begin, by hand -->\nold\n<!-- figures: end -->\nafter\n", "utf-8")
    write("| new |\n", page)
    kept = "before\n<!-- figures: begin, by hand -->\n| new |\n<!-- figures: end -->\nafter\n"
    assert page.read_text("utf-8") == kept
    write("| new |\n", tmp_path / "table.md")
    assert (tmp_path / "table.md").read_text("utf-8") == "| new |\n"


def test_the_readme_shows_what_a_run_printed() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    block = text.split("<!-- figures: begin", 1)[1].split("<!-- figures: end -->", 1)[0]
    assert all(f"| {goal.title} | **" in block for goal in GOALS.values())
    assert "Medians of" in block
