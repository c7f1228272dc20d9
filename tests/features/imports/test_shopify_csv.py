"""Shopify's CSV as it is met in the wild: both header generations, and everything people do to a spreadsheet."""

import io

import pytest

from commerce_core.imports.model import ImportedProduct, ImportedStatus, ImportedVariant, RowProblem
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.unset import UNSET
from tests.features.imports.shopify_sheets import EUR, NEW, OLD, more, mug, only_product, only_variant, read, sheet


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
