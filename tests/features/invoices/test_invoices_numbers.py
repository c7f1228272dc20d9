"""Numbers without a gap and without a double, whoever issues at the same time and whatever dies."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, frozen

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.checkout.views import CheckoutView
from commerce_core.invoices.service import InvoiceService
from commerce_core.kernel.errors import DatabaseUnavailable
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.payments.conftest import Till

ORDERS = 200
_COPIES = """
WITH copies AS (
  INSERT INTO orders (
    id, number, reference, status, payment_status, email, locale, currency, prices_include_tax, subtotal_amount,
    discount_amount, shipping_amount, tax_amount, total_amount, tax_lines, shipping_address, shipping_option, placed_at,
    paid_at
  )
  SELECT gen_random_uuid(), n, n::text, status, payment_status, email, locale, currency, prices_include_tax,
    subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_lines, shipping_address,
    shipping_option, placed_at, paid_at
  FROM orders, generate_series(5000, %s) AS n
  RETURNING id
), charges AS (
  INSERT INTO order_charges (
    order_id, position, qty, label_price_amount, unit_price_amount, discount_amount, tax_class, tax_title, tax_rate,
    reverse_charge, tax_base_amount, tax_amount
  )
  SELECT copies.id, position, qty, label_price_amount, unit_price_amount, discount_amount, tax_class, tax_title,
    tax_rate, reverse_charge, tax_base_amount, tax_amount
  FROM order_charges, copies
)
SELECT id FROM copies
"""


class Doomed(Exception):
    """A transaction that comes to nothing."""


@frozen
class Ending:
    """Opens transactions that end badly just before their commit: given up, or with their connection cut off."""

    begin: Any
    killed: bool

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        with self.begin() as work:
            yield work
            connection = work._session.connection
            connection.execute("SELECT 1").fetchone()  # The number is drawn, and the document is written.
            if self.killed:
                connection.execute("SELECT pg_terminate_backend(pg_backend_pid())").fetchone()
            raise Doomed


def issue(invoices: InvoiceService, place: int, order_id: UUID) -> None:
    """Every third transaction fails, every ninth by a killed connection; the order is then tried again."""
    if place % 3 == 0:
        with pytest.raises((Doomed, DatabaseUnavailable)):
            evolve(invoices, begin=Ending(invoices.begin, killed=place % 9 == 0)).issue(SYSTEM, order_id)
    if place % 10:  # Some are never tried again.
        invoices.issue(SYSTEM, order_id)


def test_two_hundred_at_once_are_numbered_without_a_gap_whatever_fails(
    till: Till, paid: CheckoutView, database_url: str, settings: Settings, gateway: FakeGateway
) -> None:
    orders = [id_ for (id_,) in till.rows(_COPIES, 5000 + ORDERS - 1)]
    with (
        open_shop(database_url, settings=evolve(settings, threads=24), gateway=gateway) as shop,
        ThreadPoolExecutor(24) as hands,
    ):
        list(hands.map(lambda work: issue(shop.invoices, *work), enumerate(orders)))
        list(hands.map(lambda order_id: shop.invoices.issue(SYSTEM, order_id), orders * 2))  # All, and all again.
    rows = till.rows("SELECT ordinal, number, order_id FROM invoices ORDER BY ordinal")
    assert [ordinal for ordinal, _, _ in rows] == list(range(1, ORDERS + 1))
    assert {order_id for _, _, order_id in rows} == set(orders)
    assert all(number.endswith(f"-{ordinal:06d}") for ordinal, number, _ in rows)
    assert till.rows("SELECT last FROM invoice_series") == [(ORDERS,)]


def test_many_hands_at_one_order_give_it_one_invoice(till: Till, paid: CheckoutView, shop: Commerce) -> None:
    for (order_id,) in till.rows(_COPIES, 5004):
        with ThreadPoolExecutor(8) as hands:
            issued = set(hands.map(lambda _, same=order_id: shop.invoices.issue(SYSTEM, same), range(8)))
        assert len(issued) == 1
    assert till.rows("SELECT count(*), max(ordinal) FROM invoices") == [(5, 5)]


def test_the_day_never_goes_back_within_a_series(shop: Commerce, till: Till, paid: CheckoutView) -> None:
    orders = [id_ for (id_,) in till.rows(_COPIES, 5001)]
    shop.invoices.issue(SYSTEM, orders[0])
    till.rows("UPDATE invoice_series SET issued_on = issued_on + 1, last = last + 1")  # As if by a clock that was fast.
    [late] = shop.invoices.issue(SYSTEM, orders[1]).items
    [early] = shop.invoices.of_order(SYSTEM, orders[0]).items
    assert (late.issued_on - early.issued_on).days == 1
