"""Stock counts from a file: good rows land, bad rows are named."""

from collections.abc import Iterable

import pytest

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.imports.errors import ImportColumnsMissing, ImportFileBroken, ImportFileEmpty
from commerce_core.inventory.model import Count
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.testing.builders import Builders


@pytest.fixture(autouse=True)
def shelf(shop: Commerce) -> None:
    """A cup and a bowl, ten of each."""
    for sku in ("CUP", "BOWL"):
        variant = NewVariant(price=Money(100, "EUR"), sku=sku)
        shop.catalog.create_product(SYSTEM, NewProduct(title=sku, variants=(variant,)))
        shop.inventory.count(SYSTEM, Count(shop.inventory.variant(SYSTEM, sku), 10))


def on_hand(shop: Commerce) -> tuple[int, int]:
    cup, bowl = (shop.inventory.stock(SYSTEM, shop.inventory.variant(SYSTEM, sku)) for sku in ("CUP", "BOWL"))
    return cup.on_hand, bowl.on_hand


def lines(*rows: str) -> Iterable[str]:
    return [f"{row}\n" for row in rows]


def test_good_rows_land_and_the_file_may_be_read_again(shop: Commerce) -> None:
    file = lines("Note,SKU,Quantity,Reason", "left,CUP,7,yearly", ",BOWL,0,")
    for _ in range(2):
        report = shop.stock_counts.import_counts(SYSTEM, file)
        assert (report.counted, report.problems) == (2, ())
    assert on_hand(shop) == (7, 0)
    cup = shop.inventory.movements(SYSTEM, shop.inventory.variant(SYSTEM, "CUP"), PageRequest())
    assert [(m.quantity, m.reason, m.note) for m in cup.items] == [(-3, "yearly", "left"), (10, "", "")]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",5,", "Variant SKU", "required"),
        ("CUP,,", "On hand", "invalid-value"),
        ("CUP,-1,", "On hand", "invalid-value"),
        ("CUP,1.5,", "On hand", "invalid-value"),
        ("CUP,9999999999,", "On hand", "invalid-value"),
        ("CUP,999999999,", "On hand", "out-of-range"),
        ("CUP,5,x", "Version", "invalid-value"),
        ("CUP,5,77", "Version", "stock-changed"),
        ("SAUCER,5,", "Variant SKU", "sku-unknown"),
        ("C\x00P,5,", "Variant SKU", "sku-unknown"),
    ],
)
def test_a_bad_row_is_named_and_the_others_land(shop: Commerce, row: str, column: str, code: str) -> None:
    report = shop.stock_counts.import_counts(SYSTEM, lines("Variant SKU,On hand,Version", row, "BOWL,4,"))
    assert report.counted == 1
    assert [(p.line, p.column, p.code) for p in report.problems] == [(2, column, code)]
    assert on_hand(shop) == (10, 4)


def test_a_row_that_stands_twice_counts_once(shop: Commerce) -> None:
    report = shop.stock_counts.import_counts(SYSTEM, lines("SKU,Quantity", "CUP,7", "CUP,8"))
    assert [(p.line, p.column, p.code) for p in report.problems] == [(3, "SKU", "duplicate")]
    assert on_hand(shop)[0] == 7


def test_fewer_than_are_held_is_a_problem_of_the_row(shop: Commerce, make: Builders, draftless) -> None:
    make.cart((draftless, 4))
    report = shop.stock_counts.import_counts(SYSTEM, lines("SKU,Quantity", "CUP,3", "BOWL,3"))
    assert [(p.line, p.column, p.code) for p in report.problems] == [(2, "Quantity", "stock-too-low")]
    assert on_hand(shop) == (10, 3)


@pytest.fixture
def draftless(shop: Commerce):
    """The cup, published."""
    cup = shop.inventory.variant(SYSTEM, "CUP")
    with shop.database.read() as session:
        session.connection.execute("UPDATE products SET status = 'ACTIVE'")
    return cup


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [((), ImportFileEmpty), (("SKU",), ImportColumnsMissing), (("SKU,Quantity", '"CUP,5'), ImportFileBroken)],
)
def test_a_file_that_cannot_be_read_counts_nothing(
    shop: Commerce, rows: tuple[str, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        shop.stock_counts.import_counts(SYSTEM, lines(*rows))
    assert on_hand(shop) == (10, 10)


def test_progress_is_told_row_by_row(shop: Commerce) -> None:
    heard: list[int] = []
    shop.stock_counts.import_counts(SYSTEM, lines("SKU,Quantity", "CUP,1", "NO,1"), on_progress=heard.append)
    assert heard == [1, 2]
