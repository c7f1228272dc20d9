"""`commerce inventory`."""

from pathlib import Path

import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce as Shop


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    return tmp_path / "counts.csv"


def on_hand(commerce, sku: str) -> int:
    return commerce("inventory", "show", sku, "--json").value["on_hand"]


def test_the_list_shows_what_is_low_and_what_is_out(commerce, mugs: Path) -> None:
    assert commerce("inventory", "set", "MUG-W", "--low-threshold", 5, "--backorder-limit", 2).code == 0
    header, *rows = commerce("inventory", "list").out.splitlines()
    assert header.split("\t")[:5] == ["SKU", "Title", "On hand", "Held", "Free"]
    assert {row.split("\t")[0] for row in rows} == {"MUG-W", "MUG-B"}
    assert [s["sku"] for s in commerce("inventory", "list", "--low", "--json").value["items"]] == ["MUG-W"]
    assert [s["sku"] for s in commerce("inventory", "list", "--out", "--json").value["items"]] == ["MUG-B"]
    assert commerce("inventory", "list", "--search", "MUG-B", "--json").value["total"] == 1


def test_a_setting_is_changed_and_taken_back(commerce, mugs: Path) -> None:
    commerce("inventory", "set", "MUG-W", "--low-threshold", 5)
    assert commerce("inventory", "show", "MUG-W", "--json").value["low_threshold"] == 5
    commerce("inventory", "set", "MUG-W", "--never-low")
    assert commerce("inventory", "show", "MUG-W", "--json").value["low_threshold"] is None
    assert commerce("inventory", "set", "MUG-W", "--untracked").code == 0
    assert commerce("inventory", "show", "MUG-W").code == 3
    assert commerce("inventory", "set", "MUG-W", "--tracked", "--json").value["on_hand"] == 0


def test_a_shelf_is_counted_unless_it_changed_since(commerce, mugs: Path) -> None:
    version = commerce("inventory", "show", "MUG-W", "--json").value["version"]
    said = commerce("inventory", "count", "MUG-W", 37, "--expected-version", version, "--reason", "yearly", "--json")
    assert said.value["on_hand"] == 37
    late = commerce("inventory", "count", "MUG-W", 30, "--expected-version", version)
    assert (late.code, late.err.split(":")[0]) == (4, "stock-changed")
    assert on_hand(commerce, "MUG-W") == 37


def test_the_ledger_is_read_page_by_page(commerce, mugs: Path) -> None:
    commerce("inventory", "adjust", "MUG-W", "-2", "--cause", "damage", "--reason", "dropped", "--note", "by Kim")
    said = commerce("inventory", "movements", "MUG-W", "--per-page", 1)
    assert said.out.splitlines()[1].split("\t")[1:] == ["damage", "-2", "3", "-", "shop", "dropped: by Kim"]
    cursor = said.err.split("--cursor ")[1].strip()
    assert "opening stock" in commerce("inventory", "movements", "MUG-W", "--cursor", cursor).out


def test_a_return_names_its_order(commerce, mugs: Path, shop: Shop, make: Builders) -> None:
    variant = shop.inventory.variant(SYSTEM, "MUG-W")
    order = shop.checkout.check_out(make.request(make.cart((variant, 1)).id)).order
    commerce("inventory", "adjust", "MUG-W", 1, "--cause", "return", "--order", order.number)
    [latest, _] = commerce("inventory", "movements", "MUG-W", "--json").value["items"]
    assert (latest["type"], latest["order_number"]) == ("return", order.number)
    assert commerce("inventory", "adjust", "MUG-W", 1, "--cause", "return", "--order", 7).code == 3


def test_it_is_told_who_holds_what_and_why_the_number_is_what_it_is(
    commerce, mugs: Path, shop: Shop, make: Builders
) -> None:
    cart = make.cart((shop.inventory.variant(SYSTEM, "MUG-W"), 2))
    masked = f"{str(cart.id)[:8]}…"
    assert masked in commerce("inventory", "reservations", "MUG-W").out
    told = commerce("inventory", "explain", "MUG-W").out
    assert f"held by cart {masked}" in told
    assert "5, the ledger says 5" in told
    assert str(cart.id) not in told


def test_a_file_of_counts_lands_row_by_row_and_names_what_is_wrong(commerce, mugs: Path, counts: Path) -> None:
    counts.write_text("SKU,Counted,Note\nMUG-W,7,top shelf\nNO-SUCH,1,\nMUG-B,many,\n", "utf-8")
    said = commerce("inventory", "import", counts)
    assert said.code == 1
    assert said.out.strip() == "1 counted, 2 problem(s)."
    assert said.err.splitlines() == [
        "line 3, SKU: No variant has the SKU NO-SUCH. (sku-unknown)",
        "line 4, Counted: Must be a whole number of units, zero or more. (invalid-value)",
    ]
    assert (on_hand(commerce, "MUG-W"), on_hand(commerce, "MUG-B")) == (7, 0)
    counts.write_text("SKU,Counted\nMUG-W,7\n", "utf-8")
    assert commerce("inventory", "import", counts).code == 0
    assert commerce("inventory", "movements", "MUG-W", "--json").value["total"] == 2


def test_a_counter_that_lies_is_found_and_repaired(commerce, mugs: Path, shop: Shop) -> None:
    with shop.database.read() as session:
        session.connection.execute(
            "UPDATE inventory_items SET available_qty = available_qty + 1 WHERE available_qty = 5"
        )
    said = commerce("inventory", "verify")
    assert said.code == 1
    assert said.out.splitlines()[1].split("\t") == [
        "MUG-W", "6", "0", "5", "0", "0", "on-hand-differs-from-ledger", "after the last movement",
    ]  # fmt: skip
    repaired = commerce("inventory", "verify", "--repair")
    assert (repaired.code, repaired.err.strip()) == (1, "repaired MUG-W: 6 free, 0 held -> 5 free, 0 held")
    assert commerce("inventory", "verify").code == 0
