"""Files that spreadsheets wrote: other marks between the cells, and apostrophes before some of them."""

import io

import pytest

from commerce_core.imports.errors import ImportEncodingUnknown
from commerce_core.imports.model import ImportedProduct, LeftOut
from commerce_core.imports.shopify import read_products
from commerce_core.kernel.money import Money


def _only(text: str) -> ImportedProduct:
    (product,) = read_products(io.StringIO(text, newline=""), "EUR")
    assert isinstance(product, ImportedProduct), product
    return product


@pytest.mark.parametrize("first", ["", "\ufeff", "sep={}\n", "\ufeffsep={}\r\n", "\n \n"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_first_row_tells_what_stands_between_cells(mark: str, first: str) -> None:
    rows = [["Handle", "Title", "Tags", "Variant Price"], ["mug", "Mug", '"a, b"', "5.00"]]
    text = first.format(mark) + "\n".join(mark.join(row) for row in rows)
    product = _only(text)
    assert (product.handle, product.tags, product.variants[0].price) == ("mug", ("a", "b"), Money(500, "EUR"))
    assert product.line == 2 + first.count("\n")


def test_quotes_around_the_names_hide_nothing() -> None:
    assert _only('"Handle";"Title";"Price"\n"mug";"Mug; large";"5"\n').title == "Mug; large"


@pytest.mark.parametrize("price", ["12,50", "12.50"])
def test_between_semicolons_decimals_may_stand_after_a_comma(price: str) -> None:
    variant = _only(f"Handle;Title;Price;Weight value (grams)\nmug;Mug;{price};453,5\n").variants[0]
    assert (variant.price, variant.grams) == (Money(1250, "EUR"), 454)


@pytest.mark.parametrize("price", ["1.234,50", "1,234,5", "1,234"])
def test_but_nothing_is_guessed(price: str) -> None:
    (item,) = read_products(io.StringIO(f"Handle;Title;Price\nmug;Mug;{price}\n", newline=""), "EUR")
    assert isinstance(item, LeftOut)
    assert [problem.code for problem in item.problems] == ["invalid-price"]


@pytest.mark.parametrize(
    ("cell", "title"), [("'=1+1", "=1+1"), ("''=1", "'=1"), ("'-20°", "-20°"), ("'90s tee", "'90s tee"), ("=1", "=1")]
)
def test_the_apostrophe_before_a_formula_is_not_part_of_the_text(cell: str, title: str) -> None:
    assert _only(f"Handle,Title,Variant Price\nmug,{cell},5\n").title == title


def test_a_first_row_in_another_encoding_is_refused() -> None:
    latin = io.TextIOWrapper(io.BytesIO("Handle,Titré\n".encode("latin-1")), encoding="utf-8", newline="")
    with latin, pytest.raises(ImportEncodingUnknown):
        read_products(latin, "EUR")
