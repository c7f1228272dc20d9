"""Shopify's CSV as it is met in the wild: both header generations, and everything people do to a spreadsheet."""

import csv
import io
import itertools
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.imports.errors import (
    ImportColumnsMissing,
    ImportEncodingUnknown,
    ImportFileBroken,
    ImportFileEmpty,
)
from commerce_core.imports.model import ImportedProduct, ImportedStatus, ImportedVariant, LeftOut, RowProblem
from commerce_core.imports.shopify import read_products
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.unset import UNSET

OLD = (
    """\
Handle|Title|Body (HTML)|Vendor|Type|Tags|Published|Option1 Name|Option1 Value|Option2 Name|Option2 Value|Variant SKU
Variant Grams|Variant Inventory Tracker|Variant Inventory Qty|Variant Inventory Policy|Variant Price
Variant Compare At Price|Variant Requires Shipping|Variant Taxable|Variant Barcode|Image Src|Image Position
Image Alt Text|Gift Card|SEO Title|SEO Description|Variant Image|Variant Weight Unit|Cost per item|Status
""".strip()
    .replace("\n", "|")
    .split("|")
)
NEW = (
    """\
Title|URL handle|Description|Vendor|Product category|Type|Tags|Published on online store|Status|SKU|Barcode
Option1 name|Option1 value|Option2 name|Option2 value|Price|Compare-at price|Cost per item|Charge tax|Inventory tracker
Inventory quantity|Continue selling when out of stock|Weight value (grams)|Weight unit for display|Requires shipping
Product image URL|Image position|Image alt text|Variant image URL|Gift card|SEO title|SEO description
""".strip()
    .replace("\n", "|")
    .split("|")
)
EUR = "EUR"


def sheet(header: Sequence[str], *rows: Mapping[str, str]) -> io.StringIO:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    text.seek(0)
    return text


def mug(**cells: str) -> dict[str, str]:
    """A row of old headers that reads well; `_` in names stands for a space."""
    row = {"Handle": "mug", "Title": "Mug", "Variant Price": "12.50"}
    return row | {name.replace("_", " "): cell for name, cell in cells.items()}


def more(**cells: str) -> dict[str, str]:
    """A further row of the same product."""
    return {"Handle": "mug"} | {name.replace("_", " "): cell for name, cell in cells.items()}


def read(lines: Iterable[str], currency: str = EUR) -> Iterator[ImportedProduct | RowProblem]:
    """What the reader finds, problem by problem."""
    for item in read_products(lines, currency):
        if isinstance(item, LeftOut):
            yield from item.problems
        else:
            yield item


def only_product(*rows: Mapping[str, str], header: Sequence[str] = OLD) -> ImportedProduct:
    (product,) = read(sheet(header, *rows))
    assert isinstance(product, ImportedProduct), product
    return product


def only_variant(**cells: str) -> ImportedVariant:
    (variant,) = only_product(mug(**cells)).variants
    return variant


def problems(*rows: Mapping[str, str]) -> list[tuple[int, str, str]]:
    found = list(read(sheet(OLD, *rows)))
    assert all(isinstance(item, RowProblem) for item in found), found
    return [(item.line, item.column, item.code) for item in found if isinstance(item, RowProblem)]


def test_both_header_generations_say_the_same() -> None:
    old = [
        {
            "Handle": "tee", "Title": "T-Shirt", "Body (HTML)": "<p>Soft</p>", "Vendor": "Mill", "Type": "Clothing",
            "Tags": "cotton, summer", "Published": "true", "Option1 Name": "Size", "Option1 Value": "S",
            "Variant SKU": "TEE-S", "Variant Grams": "180", "Variant Inventory Tracker": "shopify",
            "Variant Inventory Qty": "7", "Variant Inventory Policy": "continue", "Variant Price": "29.90",
            "Variant Compare At Price": "35", "Variant Requires Shipping": "true", "Variant Taxable": "false",
            "Variant Barcode": "4006381333931", "Image Src": "https://cdn.example/s.jpg", "Image Position": "1",
            "Image Alt Text": "Folded", "SEO Title": "Tee", "SEO Description": "A tee.", "Status": "active",
            "Variant Image": "https://cdn.example/s.jpg",
        },
        {"Handle": "tee", "Option1 Value": "M", "Variant SKU": "TEE-M", "Variant Price": "29.90"},
    ]  # fmt: skip
    renamed = {
        "Handle": "URL handle", "Body (HTML)": "Description", "Published": "Published on online store",
        "Variant SKU": "SKU", "Variant Grams": "Weight value (grams)", "Variant Inventory Tracker": "Inventory tracker",
        "Variant Inventory Qty": "Inventory quantity", "Variant Price": "Price", "Variant Barcode": "Barcode",
        "Variant Inventory Policy": "Continue selling when out of stock", "Image Src": "Product image URL",
        "Variant Compare At Price": "Compare-at price", "Variant Requires Shipping": "Requires shipping",
        "Variant Taxable": "Charge tax", "Variant Image": "Variant image URL",
    }  # fmt: skip
    by_new_name = {name.casefold(): name for name in NEW}
    new = [{by_new_name[renamed.get(k, k).casefold()]: cell for k, cell in row.items()} for row in old]

    product = only_product(*old)

    assert only_product(*new, header=NEW) == product
    assert product.variants[0] == ImportedVariant(
        line=2,
        option_values=("S",),
        sku="TEE-S",
        barcode="4006381333931",
        price=Money(2990, EUR),
        compare_at_price=Money(3500, EUR),
        grams=180,
        tracked=True,
        quantity=7,
        sells_when_out_of_stock=True,
        requires_shipping=True,
        taxable=False,
        image_src="https://cdn.example/s.jpg",
    )
    assert (product.title, product.vendor, product.type) == ("T-Shirt", "Mill", "Clothing")
    assert product.tags == ("cotton", "summer")
    assert (product.seo_title, product.seo_description) == ("Tee", "A tee.")
    assert [(image.src, image.position, image.alt) for image in product.images] == [
        ("https://cdn.example/s.jpg", 1, "Folded")
    ]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("first", ["Handle", '"Handle"'])
def test_a_byte_order_mark_makes_no_difference(mark: str, first: str) -> None:
    (product,) = read(io.StringIO(f"{mark}{first},Title,Variant Price\nmug,Mug,5\n", newline=""))
    assert isinstance(product, ImportedProduct)
    assert product.handle == "mug"


def test_columns_are_known_whatever_their_capitals_and_unknown_ones_are_left_alone() -> None:
    text = io.StringIO(" handle ,TITLE,Secret sauce,variant  price\nmug,Mug,basil,5\n", newline="")
    (product,) = read(text)
    assert isinstance(product, ImportedProduct)


def test_a_description_over_several_lines_keeps_them_and_the_line_numbers_after_it_are_right() -> None:
    html = '<p>One,\r\n"two"</p>\r\n\r\n<p>three</p>'
    rows = mug(**{"Body (HTML)": html}), {"Handle": "bowl", "Title": "Bowl", "Variant Price": "many"}
    product, problem = read(sheet(OLD, *rows))
    assert isinstance(product, ImportedProduct)
    assert isinstance(problem, RowProblem)
    assert (product.description_html, product.line) == (html, 2)
    assert (problem.line, problem.column, problem.code) == (6, "Variant Price", "invalid-price")


def test_default_title_means_no_options() -> None:
    product = only_product(mug(Option1_Name="Title", Option1_Value="Default Title"))
    assert product.option_names == ()
    assert [variant.option_values for variant in product.variants] == [()]


def test_title_can_be_an_option_like_any_other() -> None:
    rows = mug(Option1_Name="Title", Option1_Value="Ms"), more(Option1_Value="Mr", Variant_Price="1")
    assert only_product(*rows).option_names == ("Title",)


def test_an_option_value_spelt_two_ways_is_one_value() -> None:
    product = only_product(
        mug(Option1_Name="Colour", Option1_Value="Blue", Option2_Name="Size", Option2_Value="S"),
        more(Option1_Name="colour", Option1_Value="blue", Option2_Value="M", Variant_Price="12.50"),
    )
    assert product.option_names == ("Colour", "Size")
    assert [variant.option_values for variant in product.variants] == [("Blue", "S"), ("Blue", "M")]


def test_rows_without_variant_cells_only_bring_pictures() -> None:
    product = only_product(
        mug(Image_Src="https://cdn.example/b.jpg", Image_Position="2"),
        more(Image_Src="https://cdn.example/none.jpg", Image_Alt_Text="From above"),
        more(Image_Src="https://cdn.example/a.jpg", Image_Position="1", Variant_Grams="0"),
        more(Image_Src="https://cdn.example/b.jpg", Image_Position="3"),
        more(),
    )
    assert len(product.variants) == 1
    assert [(image.src[-8:], image.position, image.alt) for image in product.images] == [
        ("le/a.jpg", 1, ""),
        ("le/b.jpg", 2, ""),
        ("none.jpg", 3, "From above"),
    ]


def test_a_variant_picture_that_is_not_listed_is_listed_last() -> None:
    product = only_product(mug(Image_Src="images/a.webp", Image_Alt_Text="A", Variant_Image="images/b.webp"))
    assert [(image.src, image.alt) for image in product.images] == [("images/a.webp", "A"), ("images/b.webp", "")]
    assert product.variants[0].image_src == "images/b.webp"


def test_product_cells_count_on_the_first_row_only() -> None:
    rows = mug(Option1_Name="Size", Option1_Value="S"), more(Title="Other", Option1_Value="L", Variant_Price="9")
    assert only_product(*rows).title == "Mug"


@pytest.mark.parametrize(("text", "amount"), [("50", 5000), ("9.9", 990), ("0", 0), ("0.01", 1), (" 19.99 ", 1999)])
def test_prices_need_no_decimals(text: str, amount: int) -> None:
    assert only_variant(Variant_Price=text).price == Money(amount, EUR)


def test_prices_are_read_in_the_shops_own_decimals() -> None:
    (product,) = read(sheet(OLD, mug(Variant_Price="1200")), "JPY")
    assert isinstance(product, ImportedProduct)
    assert product.variants[0].price == Money(1200, "JPY")


@pytest.mark.parametrize("text", ["", "0.00", "12.50", "9"])
def test_a_compare_at_price_that_is_no_reduction_is_none(text: str) -> None:
    assert only_variant(Variant_Compare_At_Price=text).compare_at_price is None


@pytest.mark.parametrize(
    ("tracker", "quantity", "expected"),
    [("shopify", "3", (True, 3)), ("", "3", (False, 3)), ("shopify", "", (True, None)), ("shopify", "-2", (True, 0))],
)
def test_stock_is_counted_where_a_tracker_is_named(tracker: str, quantity: str, expected: tuple[bool, int]) -> None:
    variant = only_variant(Variant_Inventory_Tracker=tracker, Variant_Inventory_Qty=quantity)
    assert (variant.tracked, variant.quantity) == expected


def test_a_quantity_alone_means_that_stock_is_counted_when_there_is_no_tracker_column() -> None:
    rows = {"Handle": "mug", "Title": "Mug", "Variant Price": "5", "Variant Inventory Qty": "4"}
    product = only_product(rows, header=("Handle", "Title", "Variant Price", "Variant Inventory Qty"))
    assert (product.variants[0].tracked, product.variants[0].quantity) == (True, 4)


def test_the_apostrophe_of_spreadsheets_is_not_part_of_a_code() -> None:
    variant = only_variant(Variant_SKU="'007", Variant_Barcode="'0036000291452")
    assert (variant.sku, variant.barcode) == ("007", "0036000291452")


def test_empty_cells_have_the_usual_meaning() -> None:
    variant = only_variant()
    assert (variant.sku, variant.barcode, variant.image_src, variant.sells_when_out_of_stock) == (
        None,
        None,
        None,
        False,
    )


def test_empty_cells_and_missing_columns_say_nothing() -> None:
    variant = only_variant()
    assert (variant.grams, variant.requires_shipping, variant.taxable) == (UNSET, UNSET, UNSET)
    assert only_product(mug()).status is UNSET
    assert variant.compare_at_price is None  # The column is there, so there is no reduction.
    narrow = only_product(mug(), header=("Handle", "Title", "Variant Price"))
    assert narrow.variants[0].compare_at_price is UNSET


def test_weights_are_rounded_to_whole_grams() -> None:
    assert only_variant(Variant_Grams="453.5").grams == 454


@pytest.mark.parametrize(
    ("status", "published", "expected"),
    [
        ("active", "", ImportedStatus.ACTIVE),
        ("", "true", ImportedStatus.ACTIVE),
        ("Active", "TRUE", ImportedStatus.ACTIVE),
        ("active", "false", ImportedStatus.DRAFT),
        ("", "false", ImportedStatus.DRAFT),
        ("draft", "true", ImportedStatus.DRAFT),
        ("unlisted", "true", ImportedStatus.DRAFT),
        ("archived", "true", ImportedStatus.ARCHIVED),
    ],
)
def test_what_shopify_hides_is_hidden(status: str, published: str, expected: ImportedStatus) -> None:
    assert only_product(mug(Status=status, Published=published)).status is expected


def test_tags_are_trimmed_and_said_once() -> None:
    assert only_product(mug(Tags=" new ,, sale,new")).tags == ("new", "sale")


def test_a_handle_that_is_no_slug_keeps_its_name_and_gets_an_address() -> None:
    product = only_product(mug(Handle="My_Mug--Blue"))
    assert (product.handle, product.slug) == ("My_Mug--Blue", Slug("my-mug-blue"))


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
