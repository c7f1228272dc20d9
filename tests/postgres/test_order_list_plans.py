"""A list of orders costs the same however many there are: what a page reads is counted by PostgreSQL itself."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import define, field
from psycopg.sql import SQL, Literal

from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus
from commerce_core.orders.queries import OrderCursor, OrderFilter, OrderSort
from commerce_core.postgres.database import Row, Session
from commerce_core.postgres.order_lists import MOST_COUNTED, counted, listed, microseconds
from commerce_core.postgres.statements import statements
from tests.house.test_statements import nodes, parameters, prepared

PARIS = ZoneInfo("Europe/Paris")
S, P, F = OrderStatus, OrderPaymentStatus, FulfillmentStatus

# Nine of ten are done with, the last hour's wait; one in ten thousand is disputed, and as many were refunded.
MANY_ORDERS = """
INSERT INTO orders (id, number, reference, status, payment_status, fulfillment_status, email, locale, currency,
    prices_include_tax, subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_lines,
    placed_at, paid_at, words)
  SELECT gen_random_uuid(), n, n, k.status, k.payment_status, k.fulfillment_status, k.email, 'en', 'EUR', true, n, 0, 0,
    0, n, '[]', k.at, k.at, array_to_tsvector(ARRAY[k.email, 'buyer' || n, 'example', n::text])
  FROM generate_series(1, %(orders)s) AS n CROSS JOIN LATERAL (SELECT
    CASE WHEN n % 10000 = 3 THEN 'REFUNDED' WHEN n % 10 = 0 THEN 'CANCELLED' ELSE 'COMPLETED' END AS status,
    CASE WHEN n % 10000 = 3 THEN 'refunded' WHEN n % 10 = 0 THEN 'failed' ELSE 'paid' END AS payment_status,
    CASE WHEN n % 10 = 0 THEN 'unfulfilled' ELSE 'delivered' END AS fulfillment_status,
    'buyer' || n || '@example.com' AS email, '2026-01-01Z'::timestamptz + n * interval '1 minute' AS at) AS k;
INSERT INTO order_items (id, order_id, position, title, qty, unit_price_amount, discount_amount, tax_amount,
    line_total_amount, tax_rate, requires_shipping)
  SELECT gen_random_uuid(), id, 1, 'Thing', 1, 1, 0, 0, 1, '20.00', true FROM orders;
INSERT INTO payments (id, order_id, attempt, provider, intent_id, idempotency_key, status, amount, currency, created_at,
    updated_at)
  SELECT id, id, 1, 'stripe', 'pi_' || id, 'key-' || id, 'succeeded', 1, 'EUR', placed_at, placed_at FROM orders
  WHERE number % 10000 = 7;
INSERT INTO disputes (id, order_id, payment_id, provider, provider_dispute_id, status, reason, amount, currency,
    told_at, opened_at)
  SELECT id, id, id, 'stripe', 'dp_' || id, 'needs_response', 'general', 1, 'EUR', created_at, created_at FROM payments;
VACUUM ANALYZE
"""
ORDERS = 20_000


@define
class Explaining(Session):
    """A session that asks how a statement would be run, runs it to count, and keeps what it read of the orders."""

    read: dict[str, float] = field(factory=dict)
    scanned: set[str] = field(factory=set)

    def rows(self, name: str, /, **given: object) -> list[Row]:
        text = statements()[name]
        self.connection.execute(f"PREPARE plan AS {prepared(text)}", prepare=False)
        values = SQL(", ").join(Literal(given[parameter]) for parameter in parameters(text))
        ask = SQL("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE plan ({})").format(values)
        row = self.connection.execute(ask, prepare=False).fetchone()
        self.connection.execute("DEALLOCATE plan", prepare=False)
        assert row is not None
        for node in nodes(row[0][0]["Plan"]):
            if node.get("Relation Name") == "orders" or node.get("Index Name", "").startswith("orders_"):
                kept = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                self.read[name] = self.read.get(name, 0) + kept * node["Actual Loops"]
                self.scanned |= {name} if node["Node Type"] == "Seq Scan" else set()
        return [(0,)]

    def row(self, name: str, /, **given: object) -> Row | None:
        return self.rows(name, **given)[0]


@pytest.fixture(scope="module")
def many(postgres_url: str, template_database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a shop with many orders."""
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE order_list_plans TEMPLATE {template_database}")
        try:
            with psycopg.connect(postgres_url, dbname="order_list_plans", autocommit=True) as connection:
                for statement in MANY_ORDERS.replace("%(orders)s", str(ORDERS)).split(";"):
                    connection.execute(statement)
                connection.execute("SET plan_cache_mode = force_generic_plan")
                yield connection
        finally:
            server.execute("DROP DATABASE order_list_plans WITH (FORCE)")


COMMON: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a status": {"status": (S.COMPLETED,)},
    "a rare status": {"status": (S.REFUNDED,)},
    "a status nobody has": {"status": (S.FULFILLED,)},
    "a state of payment": {"payment_status": (P.REFUNDED,)},
    "what is to be sent": {"status": (S.PAID,), "fulfillment_status": (F.UNFULFILLED, F.PARTIALLY_FULFILLED)},
    "a day": {"first_day": date(2026, 1, 5), "last_day": date(2026, 1, 5)},
    "a status on a day": {"status": (S.CANCELLED,), "first_day": date(2026, 1, 5), "last_day": date(2026, 1, 5)},
    "a number": {"q": "12345"},
    "an address": {"q": "buyer12345@"},
    "an address and a status": {"q": "buyer12345@example.com", "status": (S.COMPLETED,)},
    "open cases": {"open_case": True},
    "a day of payment": {"paid_first_day": date(2026, 1, 5), "paid_last_day": date(2026, 1, 5)},
}  # fmt: skip
A_DAY = 1440  # orders


@pytest.mark.parametrize("name", COMMON)
@pytest.mark.parametrize("behind", [False, True])
def test_a_page_reads_a_few_orders_of_many(many: psycopg.Connection[Any], name: str, behind: bool) -> None:
    wanted = OrderFilter(**COMMON[name])
    first = wanted.placed(PARIS).until if wanted.last_day else None
    for sort in (OrderSort.NEWEST, OrderSort.OLDEST):
        session = Explaining(many)
        middle = many.execute("SELECT placed_at, id FROM orders WHERE number = 6000").fetchone()
        assert middle is not None
        after = OrderCursor(microseconds(first or middle[0]), middle[1]) if behind else None
        listed(session, wanted, PARIS, sort, after, 25)
        bound = 2 * A_DAY if "day" in name else 150
        assert not session.scanned
        assert max(session.read.values(), default=0) <= bound, session.read


@pytest.mark.parametrize("sort", OrderSort)
def test_every_order_of_a_list_goes_along_an_index(many: psycopg.Connection[Any], sort: OrderSort) -> None:
    session = Explaining(many)
    listed(session, OrderFilter(), PARIS, sort, None, 25)
    assert not session.scanned
    assert list(session.read.values()) == [25]


@pytest.mark.parametrize("name", COMMON)
def test_counting_ends_at_its_bound(many: psycopg.Connection[Any], name: str) -> None:
    session = Explaining(many)
    counted(session, OrderFilter(**COMMON[name]), PARIS)
    assert sum(session.read.values()) <= (A_DAY if "day" in name else MOST_COUNTED + 2), session.read
