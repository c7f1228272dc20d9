"""What an import leaves out: told, kept within bounds, and written down so that it can be mended."""

import csv
import io
from collections.abc import Iterator

import pytest

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.imports.left_out import LeftOutSheet
from commerce_core.imports.model import ImportReport, LeftOut, RowProblem
from commerce_core.wiring import Commerce

HEADER = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Notes"
GOOD = "bowl,Bowl,,,,5,"
BAD = ("mug,Mug,Size,S,M-S,ten,=1+1", "mug,,,L,M-L,12,", "mug,,,XL,M-XL,-1,")


def _import(shop: Commerce, text: str, sheet: io.StringIO | None = None, *, dry_run: bool = False) -> ImportReport:
    written = None if sheet is None else LeftOutSheet(sheet)
    lines = io.StringIO(text, newline="")
    return shop.imports.import_products(SYSTEM, lines, on_left_out=written, dry_run=dry_run)


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def test_all_rows_of_a_product_are_written_with_what_is_wrong_beside_them(shop: Commerce) -> None:
    sheet = io.StringIO(newline="")
    report = _import(shop, _lines(HEADER, GOOD, *BAD), sheet)
    assert (report.created, report.left_out, report.problem_count) == (1, 1, 2)
    header, first, second, third = csv.reader(io.StringIO(sheet.getvalue(), newline=""))
    assert header == [*HEADER.split(","), "code", "message"]
    assert first[:7] == ["mug", "Mug", "Size", "S", "M-S", "ten", "'=1+1"]
    assert first[7:] == ["invalid-price", "Variant Price: Must be a price such as 19.90: not an amount: 'ten'."]
    assert second == ["mug", "", "", "L", "M-L", "12", "", "", ""]
    assert third[7:] == ["invalid-price", "Variant Price: May not be negative."]


def test_the_mended_file_imports_what_was_left_out(shop: Commerce) -> None:
    sheet = io.StringIO(newline="")
    _import(shop, _lines(HEADER, GOOD, *BAD), sheet)
    again = io.StringIO(newline="")
    assert _import(shop, sheet.getvalue().replace("ten", "10"), again).left_out == 1
    assert next(csv.reader([again.getvalue().splitlines()[0]])) == [*HEADER.split(","), "code", "message"]
    assert _import(shop, again.getvalue().replace("'-1", "14"), sheet).created == 1
    assert [variant.sku for variant in shop.catalog.product("mug").variants] == ["M-S", "M-L", "M-XL"]


def test_what_the_shop_refuses_is_written_too_in_the_order_of_the_file(shop: Commerce) -> None:
    _import(shop, _lines(HEADER, "other,Other,,,M-L,5,"))
    sheet = io.StringIO(newline="")
    clash = ("cup,Cup,Size,S,,5,", "cup,,,L,M-L,5,")
    report = _import(shop, _lines(HEADER, *clash, *BAD), sheet)
    assert [problem.line for problem in report.problems] == [3, 4, 6]
    rows = list(csv.DictReader(io.StringIO(sheet.getvalue(), newline="")))
    assert [(row["Handle"], row["code"]) for row in rows] == [
        ("cup", ""), ("cup", "sku-taken"), ("mug", "invalid-price"), ("mug", ""), ("mug", "invalid-price"),
    ]  # fmt: skip


def test_a_rehearsal_writes_the_same(shop: Commerce) -> None:
    rehearsed, real = io.StringIO(newline=""), io.StringIO(newline="")
    text = _lines(HEADER, GOOD, *BAD)
    tried = _import(shop, text, rehearsed, dry_run=True)
    assert tried == _import(shop, text, real)
    assert rehearsed.getvalue() == real.getvalue() != ""


def test_semicolons_stay_semicolons(shop: Commerce) -> None:
    sheet = io.StringIO(newline="")
    _import(shop, "Handle;Title;Price\nmug;Mug, large;12,5,0\n", sheet)
    assert sheet.getvalue().splitlines()[:1] == ["Handle;Title;Price;code;message"]
    assert _import(shop, sheet.getvalue().replace("12,5,0", "12,50")).created == 1


def test_columns_are_named_as_the_file_names_them_also_where_the_shop_refuses(shop: Commerce) -> None:
    report = _import(shop, "URL handle,Title,SKU,Price\nmug,Mug,A,5\ncup,Cup,A,5\n")
    detail = "The SKU A belongs to another product."
    assert report.problems == (RowProblem(3, "SKU", "sku-taken", detail),)


def test_a_file_that_breaks_off_lands_what_came_before_and_says_where(shop: Commerce) -> None:
    sheet = io.StringIO(newline="")
    report = _import(shop, _lines(HEADER, GOOD, BAD[0], "plate,Plate,,,,5,") + 'cup,"Cup,,,,5,\n', sheet)
    assert (report.created, report.left_out, report.problem_count) == (1, 1, 2)
    assert [(problem.line, problem.code) for problem in report.problems] == [
        (3, "invalid-price"),
        (5, "import-file-broken"),
    ]
    assert "cup" not in sheet.getvalue()
    # Whether the plate has further rows nobody can know.
    assert [card.slug for card in shop.catalog.list_products(SYSTEM, StaffProductQuery()).items] == ["bowl"]


def test_the_report_tells_a_thousand_problems_and_counts_them_all(shop: Commerce) -> None:
    heard: list[LeftOut] = []
    lines = iter([HEADER + "\n", *(f"p-{n},P,,,,?,\n" for n in range(1_200))])
    report = shop.imports.import_products(SYSTEM, lines, on_left_out=heard.append)
    assert (report.left_out, report.problem_count, len(report.problems), len(heard)) == (1_200, 1_200, 1_000, 1_200)
    assert report.problems[-1].line == 1_001


def test_a_product_with_too_many_rows_is_left_out_with_all_of_them(shop: Commerce) -> None:
    sheet = io.StringIO(newline="")
    rows = ("mug,Mug,Size,0,,5,", *(f"mug,,,{n},,5," for n in range(1, 1_200)))
    report = _import(shop, _lines(HEADER, *rows, GOOD), sheet)
    assert (report.left_out, report.created) == (1, 1)
    assert "too-many-rows" in {problem.code for problem in report.problems}
    assert len(sheet.getvalue().splitlines()) == 1 + 1_200


def test_nothing_left_out_is_nothing_written(shop: Commerce) -> None:
    sheet = io.StringIO(newline="")
    _import(shop, _lines(HEADER, GOOD), sheet)
    assert sheet.getvalue() == ""


@pytest.mark.parametrize("size", [99, 100, 101])
def test_batches_lose_no_product(shop: Commerce, size: int) -> None:
    def lines() -> Iterator[str]:
        yield HEADER + "\n"
        yield from (f"p-{n},P {n},,,,{'?' if n % 10 == 0 else 1},\n" for n in range(size))

    report = shop.imports.import_products(SYSTEM, lines())
    assert report.created + report.left_out == size
    assert report.left_out == -(-size // 10)
