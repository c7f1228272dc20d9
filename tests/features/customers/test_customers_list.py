"""Customers are remembered from what they order, and shown with what they bought."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM, Permission
from commerce_core.customers.model import CustomerQuery
from commerce_core.customers.views import CustomerView
from commerce_core.emails.model import Locale
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.wiring import Commerce

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, tzinfo=UTC)
PlaceOrder = Callable[..., UUID]

INSERT = """
INSERT INTO orders (id, number, reference, status, payment_status, email, locale, currency, prices_include_tax,
  subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_lines,
  shipping_address, billing_address, placed_at, expires_at, paid_at)
VALUES (%(id)s, %(number)s, %(number)s::text, %(status)s, %(payment_status)s, %(email)s, %(locale)s, 'EUR', true,
  %(total)s,
  0, 0, 0, %(total)s, '[]', %(shipping)s, %(billing)s, %(placed_at)s, %(placed_at)s, %(placed_at)s)
"""


@pytest.fixture
def placed(database_url: str) -> PlaceOrder:
    """Writes an order row, as checkout would."""
    numbers = count(1001)

    def place(email: str, name: str | None = "Zoé Lefèvre", **fields: Any) -> UUID:
        order_id = uuid7()
        order = {
            "id": order_id,
            "number": next(numbers),
            "status": "PAID",
            "payment_status": "paid",
            "email": email,
            "locale": "fr",
            "total": 5_000,
            "shipping": Jsonb({"name": name}) if name is not None else None,
            "billing": None,
            "placed_at": NOON,
        } | fields
        with psycopg.connect(database_url) as connection:
            connection.execute(INSERT, order)
        return order_id

    return place


def listed(shop: Commerce, q: str | None = None, page: int = 1, per_page: int = 24) -> Page[CustomerView]:
    return shop.customers.list_customers(SYSTEM, CustomerQuery(q, PageRequest(page, per_page)))


def test_whoever_orders_becomes_a_customer(shop: Commerce, placed: PlaceOrder) -> None:
    shop.customers.remember_buyer(placed("Zoe@Example.com"))

    page = listed(shop)

    assert page.total == 1
    customer = page.items[0]
    assert (customer.email, customer.name, customer.locale) == ("Zoe@Example.com", "Zoé Lefèvre", Locale.FR)
    assert (customer.orders_count, customer.total_spent) == (1, Money(5_000, "EUR"))
    assert customer.last_order_at == NOON


def test_remembering_the_same_order_again_changes_nothing(shop: Commerce, placed: PlaceOrder) -> None:
    order_id = placed("zoe@example.com")
    shop.customers.remember_buyer(order_id)
    before = listed(shop)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(shop.customers.remember_buyer, [order_id] * 8))

    assert listed(shop) == before


def test_an_order_that_is_gone_is_nobodys(shop: Commerce) -> None:
    shop.customers.remember_buyer(uuid7())

    assert listed(shop) == Page((), 1, 24, 0)


def test_orders_under_one_address_belong_to_one_customer(shop: Commerce, placed: PlaceOrder) -> None:
    for email, at in (("zoe@example.com", NOON), ("ZOE@example.com", LATER)):
        shop.customers.remember_buyer(placed(email, placed_at=at))

    [customer] = listed(shop).items

    assert (customer.email, customer.orders_count) == ("zoe@example.com", 2)
    assert (customer.total_spent, customer.last_order_at) == (Money(10_000, "EUR"), LATER)


def test_cancelled_orders_do_not_count_and_unpaid_ones_are_not_spent(shop: Commerce, placed: PlaceOrder) -> None:
    shop.customers.remember_buyer(placed("zoe@example.com", total=1_999))
    placed("zoe@example.com", status="PENDING_PAYMENT", payment_status="unpaid", placed_at=LATER)
    placed("zoe@example.com", status="CANCELLED", payment_status="unpaid", placed_at=LATER.replace(day=24))

    [customer] = listed(shop).items

    assert (customer.orders_count, customer.last_order_at) == (2, LATER)
    assert customer.total_spent == Money(1_999, "EUR")


def test_the_orders_of_a_guest_stay_a_guests(shop: Commerce, placed: PlaceOrder, database_url: str) -> None:
    shop.customers.remember_buyer(placed("zoe@example.com"))

    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT customer_id FROM orders").fetchall() == [(None,)]


def test_a_later_order_fills_in_a_missing_name_and_replaces_none(shop: Commerce, placed: PlaceOrder) -> None:
    for name in (None, "Zoé Lefèvre", "Somebody Else"):
        shop.customers.remember_buyer(placed("zoe@example.com", name, locale="en" if name else "fr"))

    [customer] = listed(shop, q="lefevre").items

    assert (customer.name, customer.locale) == ("Zoé Lefèvre", Locale.FR)
    assert listed(shop, q="somebody").items == ()


def test_the_name_of_who_pays_comes_before_that_of_who_receives(shop: Commerce, placed: PlaceOrder) -> None:
    shop.customers.remember_buyer(placed("zoe@example.com", "Her Aunt", billing=Jsonb({"name": "Zoé"})))

    assert [customer.name for customer in listed(shop).items] == ["Zoé"]


def test_pages_come_newest_first_and_know_the_total(shop: Commerce, placed: PlaceOrder) -> None:
    for number in range(5):
        shop.customers.remember_buyer(placed(f"buyer{number}@example.com"))

    first, last, beyond = (listed(shop, page=page, per_page=2) for page in (1, 3, 4))

    assert [customer.email for customer in first.items] == ["buyer4@example.com", "buyer3@example.com"]
    assert [customer.email for customer in last.items] == ["buyer0@example.com"]
    assert (beyond.items, beyond.total, first.total) == ((), 5, 5)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ZOE", 1),
        ("lefevre", 1),
        ("Lefèvre", 1),
        ("example.com", 2),
        ("%", 0),
        ("_", 0),
        ("nobody", 0),
        ("", 2),
        ("max%", 0),
    ],
)
def test_a_search_looks_into_address_and_name_and_takes_every_character_as_itself(
    shop: Commerce, placed: PlaceOrder, q: str, found: int
) -> None:
    shop.customers.remember_buyer(placed("zoe@example.com", "Zoé Lefèvre"))
    shop.customers.remember_buyer(placed("max@example.com", "Max"))

    page = listed(shop, q=q)

    assert (len(page.items), page.total) == (found, found)


def test_customers_are_shown_to_those_who_may_see_them(shop: Commerce) -> None:
    with pytest.raises(PermissionDenied) as refused:
        shop.customers.list_customers(GUEST, CustomerQuery())

    assert refused.value.permission == Permission.CUSTOMERS_READ
