"""`commerce import`, `products` and `inventory`."""

from pathlib import Path

from commerce_core.wiring import Commerce as Shop


def test_a_file_is_imported_once_however_often_it_is_read(commerce, mugs: Path) -> None:
    again = commerce("import", "products", mugs, "--json").value
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)
    assert commerce("inventory", "show", "MUG-W", "--json").value["on_hand"] == 5


def test_a_dry_run_tells_and_changes_nothing(commerce, mugs: Path) -> None:
    mugs.write_text(mugs.read_text("utf-8").replace("mug,", "cup,").replace("MUG-", "CUP-"), "utf-8")
    assert commerce("import", "products", mugs, "--dry-run", "--json").value["created"] == 1
    assert commerce("products", "list", "--json").value["total"] == 1


def test_a_product_that_cannot_be_read_is_named_and_the_code_says_so(commerce, mugs: Path) -> None:
    mugs.write_text(mugs.read_text("utf-8").replace("10.00", "ten"), "utf-8")
    said = commerce("import", "products", mugs)
    assert said.code == 1
    assert "line 2, Variant Price" in said.err


def test_a_file_that_is_none_is_refused(commerce, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert commerce("import", "products", tmp_path / "missing.csv").code == 2
    assert commerce("import", "products", empty).err.startswith("import-file-empty")


def test_products_are_listed_in_columns_that_programs_can_cut(commerce, mugs: Path) -> None:
    header, row = commerce("products", "list", "--search", "mug").out.splitlines()
    assert header.split("\t") == ["Slug", "Title", "Status", "From", "Changed"]
    assert row.split("\t")[:2] == ["mug", "Mug"]
    assert commerce("products", "list", "--status", "archived", "--json").value["items"] == []


def test_a_product_is_shown_by_its_slug_and_by_its_id(commerce, mugs: Path) -> None:
    by_slug = commerce("products", "show", "mug", "--json").value
    assert commerce("products", "show", by_slug["id"], "--json").value == by_slug
    assert "MUG-B" in commerce("products", "show", "mug").out
    assert commerce("products", "show", "nothing-like-it").code == 3


def test_stock_comes_and_goes_by_hand(commerce, mugs: Path) -> None:
    assert commerce("inventory", "receive", "MUG-W", 3, "--reason", "a box", "--json").value["on_hand"] == 8
    assert commerce("inventory", "adjust", "MUG-W", "-2", "--cause", "damage", "--json").value["on_hand"] == 6
    assert commerce("inventory", "verify").code == 0


def test_more_than_there_is_does_not_go(commerce, mugs: Path) -> None:
    said = commerce("inventory", "adjust", "MUG-W", "-6")
    assert (said.code, said.err.split(":")[0]) == (4, "stock-too-low")
    assert commerce("inventory", "show", "MUG-W", "--json").value["on_hand"] == 5
    assert commerce("inventory", "show", "NO-SUCH-SKU").code == 3


def test_a_counter_that_lies_is_found_out(commerce, mugs: Path, shop: Shop) -> None:
    with shop.database.read() as session:
        session.connection.execute("UPDATE inventory_items SET available_qty = available_qty + 1")
    said = commerce("inventory", "verify", "--json")
    assert said.code == 1
    assert len(said.value["discrepancies"]) == 2
