"""Walking a list by its cursors, while it grows."""

import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.cursor import Cursor, Sort
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.catalog.queries import ProductQuery
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce

QUERIES = {
    **{f"{sort} of all": ProductQuery(sort=sort, per_page=2) for sort in Sort if sort is not Sort.RELEVANCE},
    **{f"{sort} of words": ProductQuery(q="cup", sort=sort, per_page=2) for sort in Sort},
}


def publish(shop: Commerce, title: str, price: int) -> None:
    new = NewProduct(title, (NewVariant(Money(price, "EUR")),), status=ProductStatus.ACTIVE)
    shop.catalog.create_product(SYSTEM, new)


@pytest.fixture
def cups(shop: Commerce) -> None:
    # Two of everything, so that ids have to decide; the words stand more or less often.
    for title, price in (("Cup", 200), ("Cup", 100), ("Éclair cup", 200), ("Cup for a cup", 100), ("Zebra cup", 300)):
        publish(shop, title, price)


@pytest.mark.parametrize("name", QUERIES)
def test_cursors_lead_through_the_whole_list_in_its_order(shop: Commerce, cups: None, name: str) -> None:
    query = QUERIES[name]
    whole = [card.id for card in shop.catalog.products(evolve(query, per_page=100)).items]

    page = shop.catalog.products(query)
    walked = [card.id for card in page.items]
    while page.next_cursor is not None:
        page = shop.catalog.products(evolve(query, cursor=page.next_cursor))
        assert page.total == 5
        walked += [card.id for card in page.items]
        assert len(walked) <= len(whole)

    assert walked == whole
    assert len(page.items) == 1


@pytest.mark.parametrize("name", QUERIES)
def test_what_comes_meanwhile_neither_repeats_nor_hides_anything(shop: Commerce, cups: None, name: str) -> None:
    query = QUERIES[name]
    whole = [card.id for card in shop.catalog.products(evolve(query, per_page=100)).items]

    first = shop.catalog.products(query)
    for n in range(3):
        publish(shop, "Aa cup cup cup", n)
        publish(shop, "Zz cup", 900 + n)
    rest = shop.catalog.products(evolve(query, cursor=first.next_cursor, per_page=100))

    assert [card.id for card in rest.items if card.id in whole] == whole[2:]


def test_the_last_page_says_so_also_when_it_is_full(shop: Commerce, cups: None) -> None:
    assert shop.catalog.products(ProductQuery(per_page=5)).next_cursor is None
    assert shop.catalog.products(ProductQuery(per_page=4)).next_cursor is not None
    assert shop.catalog.products(ProductQuery(per_page=5, q="cup")).next_cursor is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "zz",
        "é",
        b"newest".hex(),
        b"\xff\xfe".hex(),
        b"title 00000000-0000-0000-0000-000000000000 a".hex(),
        b"newest not-an-id 2026-11-22 10:00:00+00".hex(),
        b"newest 00000000-0000-0000-0000-000000000000 yesterday".hex(),
        b"newest 00000000-0000-0000-0000-000000000000 2026-11-22 10:00:00".hex(),
    ],
)
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ProductQuery(cursor=cursor)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/cursor", "invalid-cursor")]


@pytest.mark.parametrize(
    ("sort", "key"),
    [(Sort.PRICE, "-1"), (Sort.PRICE, "²"), (Sort.PRICE, "9" * 30), (Sort.RELEVANCE, "nan"), (Sort.TITLE, "a\x00")],
)
def test_a_key_the_order_cannot_have_is_refused(sort: Sort, key: str) -> None:
    with pytest.raises(InvalidInput):
        Cursor.read(f"{sort} 00000000-0000-0000-0000-000000000000 {key}".encode().hex(), sort)


def test_pages_end_where_cursors_go_on() -> None:
    assert ProductQuery(page=100, per_page=100).paging.offset == 9_900
    with pytest.raises(InvalidInput) as refused:
        ProductQuery(page=101, per_page=100)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/page", "beyond-pages")]


def test_a_cursor_stands_for_a_page(shop: Commerce, cups: None) -> None:
    cursor = shop.catalog.products(ProductQuery(per_page=1)).next_cursor
    with pytest.raises(InvalidInput) as refused:
        ProductQuery(cursor=cursor, page=2)
    assert [error.code for error in refused.value.errors] == ["not-with-cursor"]
