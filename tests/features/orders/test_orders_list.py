"""Finding orders: what a plain look at all of them would find, in the same order, page by page."""

import itertools
import random
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import asdict

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.exported import ExportProfile, OrderExport
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus
from commerce_core.orders.queries import OrderCursor, OrderFilter, OrderSort
from commerce_core.orders.views import OrderSummary
from commerce_core.testing.builders import Builders
from tests.features.orders.conftest import Known

PARIS = ZoneInfo("Europe/Paris")
S, P, F = OrderStatus, OrderPaymentStatus, FulfillmentStatus

# For each filter: nothing, and things to ask for. Times stand so that a day of Paris is not one of Greenwich.
CHOICES: dict[str, tuple[dict[str, Any], ...]] = {
    "status": ({}, {"status": (S.PAID,)}, {"status": (S.FULFILLED, S.CANCELLED, S.DRAFT)}),
    "payment": ({}, {"payment_status": (P.PAID, P.PARTIALLY_REFUNDED, P.UNPAID)}),
    "fulfillment": ({}, {"fulfillment_status": (F.UNFULFILLED, F.DELIVERED)}),
    "placed": ({}, {"first_day": date(2026, 1, 2)}, {"first_day": date(2026, 1, 8), "last_day": date(2026, 4, 1)}),
    "paid": (
        {},
        {"paid_last_day": date(2026, 3, 1)},
        {"paid_first_day": date(2026, 2, 1), "paid_last_day": date(2026, 4, 14)},
    ),
    "total": ({}, {"min_total": 1990}, {"min_total": 1000, "max_total": 2000, "currency": "eur"}),
    "text": ({}, {"q": "dupo"}, {"q": "obrien shop.ex"}),
    "case": ({}, {"open_case": True}),
}  # fmt: skip


def fits(order: Known, wanted: OrderFilter) -> bool:
    """Whether an order is meant, said as plainly as can be."""
    told = order.told
    placed = told.placed_at.astimezone(PARIS).date()
    paid = told.paid_at.astimezone(PARIS).date() if told.paid_at else None
    words = f"{order.name} {told.email} {order.sku} {told.reference}".lower()
    return (
        (not wanted.status or told.status in wanted.status)
        and (not wanted.payment_status or told.payment_status in wanted.payment_status)
        and (not wanted.fulfillment_status or told.fulfillment_status in wanted.fulfillment_status)
        and (wanted.first_day is None or placed >= wanted.first_day)
        and (wanted.last_day is None or placed <= wanted.last_day)
        and (wanted.paid_first_day is None or (paid is not None and paid >= wanted.paid_first_day))
        and (wanted.paid_last_day is None or (paid is not None and paid <= wanted.paid_last_day))
        and (wanted.min_total is None or told.total.amount >= wanted.min_total)
        and (wanted.max_total is None or told.total.amount <= wanted.max_total)
        and all(word in words for word in (wanted.q or "").split())
        and (not wanted.open_case or order.open_case)
    )


KEYS: dict[OrderSort, Callable[[OrderSummary], Any]] = {
    OrderSort.OLDEST: lambda told: (told.placed_at, told.id),
    OrderSort.TOTAL: lambda told: (told.total.amount, told.id),
    OrderSort.NUMBER: lambda told: told.number,
}
FALLING = {
    OrderSort.NEWEST: OrderSort.OLDEST,
    OrderSort.TOTAL_DESCENDING: OrderSort.TOTAL,
    OrderSort.NUMBER_DESCENDING: OrderSort.NUMBER,
}


def plainly(known: Sequence[Known], wanted: OrderFilter, sort: OrderSort) -> list[OrderSummary]:
    found = (order.told for order in known if fits(order, wanted))
    return sorted(found, key=KEYS[FALLING.get(sort, sort)], reverse=sort in FALLING)


def listed(shop: Commerce, wanted: OrderFilter, sort: OrderSort, per_page: int) -> list[OrderSummary]:
    """Every page of a list, each of which tells how many there are in all."""
    found: list[OrderSummary] = []
    cursor = None
    while True:
        page = shop.orders.list_orders(SYSTEM, PageRequest(per_page=per_page), wanted, sort, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            assert (page.total, page.total_is_exact) == (len(found), True)
            return found


def every_filter() -> list[OrderFilter]:
    every = [dict(itertools.chain(*(part.items() for part in parts))) for parts in itertools.product(*CHOICES.values())]
    return [OrderFilter(**fields) for fields in every]


@pytest.mark.parametrize("tried", [400, pytest.param(1944, marks=pytest.mark.long)])
def test_every_combination_finds_what_a_plain_look_finds(shop: Commerce, known: Sequence[Known], tried: int) -> None:
    sorts = itertools.cycle(OrderSort)
    combinations = every_filter()
    random.Random(1).shuffle(combinations)
    assert len(combinations) == 1944
    hits = 0
    for wanted in combinations[:tried]:
        sort = next(sorts)
        expected = plainly(known, wanted, sort)
        assert listed(shop, wanted, sort, 100) == expected, (wanted, sort)
        hits += bool(expected)
    assert hits > tried / 10


def test_small_pages_lose_nothing_and_repeat_nothing(shop: Commerce, known: Sequence[Known]) -> None:
    for name, sort in itertools.product(CHOICES, OrderSort):
        wanted = OrderFilter(**CHOICES[name][-1])
        expected = plainly(known, wanted, sort)
        assert listed(shop, wanted, sort, 4) == expected, (wanted, sort)
        second = shop.orders.list_orders(SYSTEM, PageRequest(2, 4), wanted, sort)
        assert list(second.items) == expected[4:8]


def test_an_export_is_of_the_same_orders(shop: Commerce, known: Sequence[Known]) -> None:
    chosen = random.Random(2).sample(every_filter(), 40)
    for wanted in chosen:
        rows = list(shop.orders.export(SYSTEM, OrderExport(**asdict(wanted, recurse=False))))
        numbers = [int(row.split(",")[0]) for row in rows[1:]]
        assert numbers == [told.number for told in plainly(known, wanted, OrderSort.OLDEST)]


TYPED = {
    "zoe": 12, "ZOÉ": 12, "dupond-m": 12, "muller": 12, "o'brien": 12, "lukasz": 12, "brien": 12, "zoe@example.com": 12,
    "zoe@": 12, "example.com": 24, "mug-w": 12, "MUG": 24, "4006381333931": 12, "400638": 0, "1001": 1, "100": 0,
    "zoe mug-w 1001": 1, "zoe mug-b": 0, "%": 0, "_": 0, "'": 0, "\\": 0, "zoe & lukasz": 0, "!zoe": 0, "  ": 36,
    "'zoe' | 'lukasz'": 0, "x" * 200: 0,
}  # fmt: skip


def test_words_are_found_as_they_begin_and_numbers_as_they_are(shop: Commerce, known: Sequence[Known]) -> None:
    found = {typed: shop.orders.list_orders(SYSTEM, PageRequest(), OrderFilter(q=typed)).total for typed in TYPED}
    assert found == TYPED


def test_what_is_placed_while_a_list_is_read_moves_nothing(
    shop: Commerce, make: Builders, known: Sequence[Known]
) -> None:
    for sort in OrderSort:
        first = shop.orders.list_orders(SYSTEM, PageRequest(per_page=5), sort=sort)
        before = listed(shop, OrderFilter(), sort, 100)
        for _ in range(2):
            shop.checkout.place_order(make.request(make.cart((make.variant(price=300), 1)).id))
        cursor = first.next_cursor
        rest = shop.orders.list_orders(SYSTEM, PageRequest(per_page=100), OrderFilter(), sort, cursor).items
        assert [told for told in rest if told in before] == before[5:]


def test_what_cannot_be_asked_is_refused(shop: Commerce, known: Sequence[Known]) -> None:
    for fields, pointer in (
        ({"first_day": date(2026, 1, 2), "last_day": date(2026, 1, 1)}, "/last_day"),
        ({"paid_first_day": date(2026, 1, 2), "paid_last_day": date(2026, 1, 1)}, "/paid_last_day"),
        ({"min_total": 2, "max_total": 1}, "/max_total"),
        ({"min_total": -1}, "/min_total"),
        ({"max_total": 2**63}, "/max_total"),
        ({"currency": "EURO"}, "/currency"),
        ({"q": "a\x00b"}, "/q"),
        ({"q": "a" * 201}, "/q"),
    ):
        with pytest.raises(InvalidInput) as told:
            OrderFilter(**fields)
        assert [error.pointer for error in told.value.errors] == [pointer]
    cursor = shop.orders.list_orders(SYSTEM, PageRequest(per_page=1)).next_cursor
    for wrong, sort in (
        (cursor, OrderSort.TOTAL),
        ("00", OrderSort.NEWEST),
        ("x", OrderSort.NEWEST),
        ("é", OrderSort.TOTAL),
        (OrderCursor(2**62, uuid7()).told(OrderSort.NEWEST), OrderSort.NEWEST),  # After the last day there is.
        (OrderCursor(2**63, uuid7()).told(OrderSort.TOTAL), OrderSort.TOTAL),
    ):
        with pytest.raises(InvalidInput):
            shop.orders.list_orders(SYSTEM, PageRequest(), sort=sort, cursor=wrong)
    for page, beside in ((PageRequest(2), cursor), (PageRequest(101, 100), None)):
        with pytest.raises(InvalidInput) as told:
            shop.orders.list_orders(SYSTEM, page, cursor=beside)
        assert [error.pointer for error in told.value.errors] == ["/page"]
    with pytest.raises(PermissionDenied):
        shop.orders.list_orders(GUEST, PageRequest())


@pytest.mark.parametrize(
    "narrowed",
    [
        {"status": (S.PAID,)}, {"payment_status": (P.PAID,)}, {"fulfillment_status": (F.DELIVERED,)}, {"q": "x"},
        {"open_case": True}, {"min_total": 0}, {"max_total": 1}, {"currency": "EUR"},
        {"paid_first_day": date(2026, 1, 1)},
    ],
)  # fmt: skip
def test_a_ledger_has_all_that_was_sold(narrowed: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as told:
        OrderExport(ExportProfile.LEDGER, **narrowed)
    assert [error.pointer for error in told.value.errors] == [f"/{name}" for name in narrowed]
