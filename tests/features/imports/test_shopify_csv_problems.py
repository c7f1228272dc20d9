"""What is wrong with a file is told by line, column and code, and its neighbours land."""

import io
import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.imports.errors import (
    ImportColumnsMissing,
    ImportEncodingUnknown,
    ImportFileBroken,
    ImportFileEmpty,
)
from commerce_core.imports.model import ImportedProduct, RowProblem
from commerce_core.imports.shopify import read_products
from tests.features.imports.shopify_sheets import (
    EUR,
    NEW,
    OLD,
    more,
    mug,
    only_product,
    problems,
    read,
    sheet,
)


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"Variant Price": ""}, "Variant Price", "missing"),
        ({"Variant Price": "12,50"}, "Variant Price", "invalid-price"),
        ({"Variant Price": "NaN"}, "Variant Price", "invalid-price"),
        ({"Variant Price": "1e3"}, "Variant Price", "invalid-price"),
        ({"Variant Price": "--5"}, "Variant Price", "invalid-price"),
        ({"Variant Price": "-1"}, "Variant Price", "invalid-price"),
        ({"Variant Price": "1.999"}, "Variant Price", "invalid-price"),
        ({"Variant Price": "9" * 12}, "Variant Price", "out-of-range"),
        ({"Variant Price": "9" * 5000}, "Variant Price", "out-of-range"),
        ({"Variant Compare At Price": "free"}, "Variant Compare At Price", "invalid-price"),
        ({"Variant Grams": "-1"}, "Variant Grams", "out-of-range"),
        ({"Variant Grams": "heavy"}, "Variant Grams", "invalid-number"),
        ({"Variant Inventory Qty": "1.5"}, "Variant Inventory Qty", "invalid-number"),
        ({"Variant Inventory Qty": "٣"}, "Variant Inventory Qty", "invalid-number"),
        ({"Variant Inventory Qty": "9" * 99}, "Variant Inventory Qty", "out-of-range"),
        ({"Variant Inventory Policy": "maybe"}, "Variant Inventory Policy", "unknown-word"),
        ({"Variant Taxable": "oui"}, "Variant Taxable", "unknown-word"),
        ({"Variant Barcode": "4006381333932"}, "Variant Barcode", "invalid-barcode"),
        ({"Variant Barcode": "123"}, "Variant Barcode", "invalid-barcode"),
        ({"Variant SKU": "A\x00"}, "Variant SKU", "forbidden-character"),
        ({"Variant SKU": "A" * 256}, "Variant SKU", "too-long"),
        ({"Title": ""}, "Title", "missing"),
        ({"Title": "T" * 256}, "Title", "too-long"),
        ({"Body (HTML)": "a\ud800"}, "Body (HTML)", "forbidden-character"),
        ({"Handle": "---"}, "Handle", "invalid-handle"),
        ({"Handle": ""}, "Handle", "missing"),
        ({"Status": "gone"}, "Status", "unknown-word"),
        ({"Published": "si"}, "Published", "unknown-word"),
        ({"Tags": ",".join(map(str, range(251)))}, "Tags", "too-many-tags"),
        ({"Tags": "t" * 256}, "Tags", "too-long"),
        ({"Image Src": "javascript:alert(1)"}, "Image Src", "invalid-address"),
        ({"Image Src": "file:///etc/passwd"}, "Image Src", "invalid-address"),
        ({"Image Src": "//evil.example/a.png"}, "Image Src", "invalid-address"),
        ({"Tags": "new, ★"}, "Tags", "invalid-word"),
        ({"Type": "★"}, "Type", "invalid-word"),
        ({"Image Src": "images/../../secret.png"}, "Image Src", "invalid-address"),
        ({"Image Src": "http://[::1"}, "Image Src", "invalid-address"),
        ({"Image Src": "a.jpg", "Image Position": "first"}, "Image Position", "invalid-number"),
        ({"Option1 Name": "Size"}, "Option1 Value", "missing"),
        ({"Option1 Name": "Size", "Option1 Value": "S", "Option2 Value": "x"}, "Option2 Value", "option-without-name"),
        (
            {"Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "size", "Option2 Value": "S"},
            "Option2 Name",
            "duplicate-option",
        ),
    ],
)
def test_a_bad_cell_is_told_by_line_column_and_code(cells: dict[str, str], column: str, code: str) -> None:
    assert problems(mug(**cells)) == [(2, column, code)]


def test_the_column_is_named_as_the_file_names_it() -> None:
    (problem,) = read(sheet(NEW, {"Title": "Mug", "URL handle": "mug", "Price": "?"}))
    assert isinstance(problem, RowProblem)
    assert (problem.column, problem.message) == ("Price", "Must be a price such as 19.90: not an amount: '?'.")


def test_all_problems_of_a_product_are_told_and_its_neighbours_land() -> None:
    rows = (
        {"Handle": "bowl", "Title": "Bowl", "Variant Price": "5"},
        mug(Variant_Price="?", Option1_Name="Size", Option1_Value="S"),
        more(Variant_Price="-1", Option1_Value="L"),
        {"Handle": "plate", "Title": "Plate", "Variant Price": "7"},
    )
    bowl, first, second, plate = read(sheet(OLD, *rows))
    assert isinstance(bowl, ImportedProduct)
    assert isinstance(plate, ImportedProduct)
    assert [item.line for item in (first, second)] == [3, 4]


def test_two_variants_with_the_same_options_are_a_problem() -> None:
    rows = mug(Option1_Name="Size", Option1_Value="S"), more(Option1_Value="s", Variant_Price="1")
    assert problems(*rows) == [(3, "Option1 Value", "duplicate-variant")]


def test_two_variants_without_options_are_a_problem() -> None:
    assert problems(mug(), more(Variant_Price="1")) == [(3, "Option1 Value", "duplicate-variant")]


def test_two_variants_with_the_same_sku_are_a_problem() -> None:
    rows = (
        mug(Option1_Name="Size", Option1_Value="S", Variant_SKU="MUG"),
        more(Option1_Value="L", Variant_SKU="MUG", Variant_Price="1"),
    )
    assert problems(*rows) == [(3, "Variant SKU", "duplicate-sku")]


def test_an_option_may_not_change_its_name() -> None:
    rows = (
        mug(Option1_Name="Size", Option1_Value="S"),
        more(Option1_Name="Colour", Option1_Value="Red", Variant_Price="1"),
    )
    assert problems(*rows) == [(3, "Option1 Name", "option-renamed")]


def test_a_comma_too_many_is_a_problem_but_empty_cells_are_not() -> None:
    text = io.StringIO("Handle,Title,Variant Price\nmug,Mug,5,,\nbowl,Bowl,red,5\n", newline="")
    mug_product, *bowl = read(text)
    assert isinstance(mug_product, ImportedProduct)
    assert {item.code for item in bowl if isinstance(item, RowProblem)} == {"too-many-cells", "invalid-price"}


def test_two_hundred_and_fifty_variants_fit_and_one_more_does_not() -> None:
    rows = [mug(Option1_Name="Size", Option1_Value="0")]
    rows += [more(Option1_Value=str(number), Variant_Price="1") for number in range(1, 250)]
    assert len(only_product(*rows).variants) == 250
    assert problems(*rows, more(Option1_Value="250", Variant_Price="1")) == [(2, "Handle", "too-many-variants")]


def test_a_handle_that_comes_back_without_a_title_is_a_problem_and_with_one_a_product() -> None:
    bowl = {"Handle": "bowl", "Title": "Bowl", "Variant Price": "5"}
    lost = more(Variant_Price="1")
    assert [type(item) for item in read(sheet(OLD, mug(), bowl, lost, bowl, mug()))] == [
        ImportedProduct,
        ImportedProduct,
        RowProblem,
        ImportedProduct,
        ImportedProduct,
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " , ,\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    with pytest.raises(ImportFileEmpty):
        read_products(io.StringIO(text), EUR)


def test_a_file_without_the_needed_columns_is_refused_by_their_names() -> None:
    with pytest.raises(ImportColumnsMissing, match=r"Handle, Title, Variant Price\.") as refusal:
        read_products(io.StringIO("Name,Label,Cost\nmug,Mug,5\n"), EUR)
    assert refusal.value.columns == ("Handle", "Title", "Variant Price")


def test_a_file_in_another_encoding_is_refused() -> None:
    latin = io.BytesIO("Handle,Title,Variant Price\ncafe,Café,5\n".encode("latin-1"))
    with (
        pytest.raises(ImportEncodingUnknown),
        io.TextIOWrapper(latin, encoding="utf-8", newline="") as lines,
    ):
        list(read(lines))


def test_a_file_cut_off_inside_a_cell_is_refused_after_what_could_be_read() -> None:
    text = 'Handle,Title,Variant Price\nbowl,Bowl,5\nmug,Mug,5\ncup,"Cup,5\n'
    items = read(io.StringIO(text, newline=""))
    assert isinstance(next(items), ImportedProduct)
    with pytest.raises(ImportFileBroken) as refusal:
        list(items)
    assert refusal.value.line == 4


def test_a_file_with_column_names_alone_holds_no_products() -> None:
    assert list(read(sheet(OLD))) == []


def test_a_wrong_currency_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="currency"):
        read_products(sheet(OLD, mug()), "euro")


def many_rows(count: int) -> Iterator[str]:
    yield "Handle,Title,Variant Price,Option1 Name,Option1 Value\n"
    for number in range(count // 2):
        yield f"product-{number},Product {number},5,Size,S\n"
        yield f"product-{number},,5,,L\n"


def test_a_long_file_needs_no_more_memory_than_a_short_one() -> None:
    tracemalloc.start()
    try:
        found = sum(1 for item in read(many_rows(10_000)) if isinstance(item, ImportedProduct))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 5_000
    assert peak < 1_000_000  # The products together would take ten times as much.


def test_one_handle_without_end_is_a_problem_and_not_a_full_memory() -> None:
    endless = itertools.chain(["Handle,Title,Variant Price\n"], itertools.repeat("mug,Mug,5\n", 20_000))
    assert "too-many-rows" in {item.code for item in read(endless) if isinstance(item, RowProblem)}


CELL = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(["mug", "5", "Size", "S", "true"])


@given(st.lists(st.lists(CELL, min_size=len(OLD), max_size=len(OLD)), max_size=6))
def test_no_cell_whatsoever_makes_the_reader_stumble(rows: list[list[str]]) -> None:
    for item in read(sheet(OLD, *(dict(zip(OLD, row, strict=True)) for row in rows))):
        if isinstance(item, ImportedProduct):
            assert item.slug
            assert {variant.image_src for variant in item.variants} - {None} <= {image.src for image in item.images}
        else:
            assert item.line >= 2
            assert item.column in OLD
