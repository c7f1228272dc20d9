"""`commerce import` and `commerce export`: files in and out of a shop."""

import csv
from pathlib import Path

import pytest

from adapters_cli.imports import _progress
from adapters_cli.screen import Screen

BAD = "Handle,Title,Option1 Name,Option1 Value,Variant Price\nmug,Mug,Size,S,ten\nmug,,,L,12\nbowl,Bowl,,,5\n"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "bad.csv"
    file.write_text(BAD, "utf-8")
    return file


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_what_is_left_out_is_written_to_a_file_that_imports_when_mended(commerce, bad: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    said = commerce("import", "products", bad, "--errors", errors)
    assert said.code == 1
    assert "1 created, 0 updated, 0 unchanged, 1 left out (1 problems)" in said.out
    assert "line 2, Variant Price: Must be a price" in said.err
    assert [(row["Handle"], row["code"]) for row in _rows(errors)] == [("mug", "invalid-price"), ("mug", "")]

    errors.write_text(errors.read_text("utf-8").replace("ten", "10"), "utf-8")
    assert commerce("import", "products", errors).code == 0
    assert commerce("products", "list", "--json").value["total"] == 2


def test_a_rehearsal_reports_and_writes_the_errors_alone(commerce, bad: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    said = commerce("import", "products", bad, "--dry-run", "--errors", errors, "--json")
    assert (said.code, said.value["created"], said.value["left_out"]) == (1, 1, 1)
    assert [problem["line"] for problem in said.value["problems"]] == [2]
    assert len(_rows(errors)) == 2
    assert commerce("products", "list", "--json").value["total"] == 0


def test_a_file_is_not_overwritten_while_it_is_read(commerce, bad: Path) -> None:
    assert commerce("import", "products", bad, "--errors", bad).code == 2
    assert bad.read_text("utf-8") == BAD


def test_nothing_left_out_empties_the_file_of_errors(commerce, mugs: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    errors.write_text("of yesterday")
    assert commerce("import", "products", mugs, "--errors", errors).code == 0
    assert errors.read_text() == ""


def test_an_export_reads_back_without_a_change(commerce, mugs: Path, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    assert str(file) in commerce("export", "products", "--output", file).out
    assert [row["Variant SKU"] for row in _rows(file)] == ["MUG-W", "MUG-B"]
    assert file.read_text("utf-8") == commerce("export", "products").out
    again = commerce("import", "products", file, "--json").value
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)
    assert sorted(path.name for path in tmp_path.glob("shop*")) == ["shop.csv"]


def test_an_export_that_fails_leaves_the_file_as_it_was(commerce, mugs: Path, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("the last one")
    said = commerce("export", "products", "--output", file, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert said.code == 6
    assert file.read_text() == "the last one"
    assert sorted(path.name for path in tmp_path.glob("shop*")) == ["shop.csv"]


def test_progress_is_for_terminals(bad: Path) -> None:
    with bad.open(encoding="utf-8", newline="") as lines, _progress(Screen(), bad, lines) as advance:
        assert advance is None  # pytest is none.
