"""Refunds from before they had lines: each is given lines of its order, and what is left of those is counted."""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from commerce_core.postgres.files import migrations_folder
from commerce_core.postgres.migrate import migrate

ORDER, PAYMENT = UUID(int=1), UUID(int=2)
BEFORE = """
INSERT INTO orders (id, number, reference, status, payment_status, email, locale, currency, prices_include_tax,
  subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_lines, placed_at, paid_at)
VALUES (%(order)s, 1001, '1001', 'PAID', 'partially_refunded', 'a@example.com', 'en', 'EUR', true,
  2000, 0, 490, 415, 2490, '[]', shop_now(), shop_now());
INSERT INTO order_charges (order_id, position, qty, label_price_amount, unit_price_amount, discount_amount, tax_class,
  tax_title, tax_rate, reverse_charge, tax_base_amount, tax_amount)
VALUES (%(order)s, 0, 1, 490, 490, 0, 'standard', 'VAT', 20, false, 408, 82),
  (%(order)s, 1, 1, 1000, 1000, 0, 'standard', 'VAT', 20, false, 833, 167),
  (%(order)s, 2, 1, 1000, 1000, 0, 'reduced', 'VAT', 5, false, 952, 48);
INSERT INTO payments (id, order_id, attempt, provider, idempotency_key, status, amount, currency, captured_amount,
  refunded_amount, created_at, updated_at)
VALUES (%(payment)s, %(order)s, 1, 'stripe', 'key', 'succeeded', 2490, 'EUR', 2490, 1500, shop_now(), shop_now());
INSERT INTO refunds (id, order_id, payment_id, amount, currency, reason, status, created_by_kind, created_at,
  updated_at)
SELECT refund.id::uuid, %(order)s, %(payment)s, refund.amount, 'EUR', refund.reason, refund.status, 'system',
  shop_now(), shop_now()
FROM (VALUES
  ('00000000-0000-0000-0000-00000000000a', 700, 'made_elsewhere', 'succeeded'),
  ('00000000-0000-0000-0000-00000000000b', 400, 'made_elsewhere', 'failed'),
  ('00000000-0000-0000-0000-00000000000c', 500, 'made_elsewhere', 'pending'),
  ('00000000-0000-0000-0000-00000000000d', 300, 'paid_twice', 'succeeded')
) AS refund (id, amount, reason, status)
"""


def test_refunds_from_before_are_given_lines_and_counted(empty_database_url: str, tmp_path: Path) -> None:
    for file in migrations_folder().glob("*.sql"):
        if file.name < "0040":
            shutil.copy(file, tmp_path)
    migrate(empty_database_url, folder=tmp_path)
    with psycopg.connect(empty_database_url, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(BEFORE, {"order": ORDER, "payment": PAYMENT})
    migrate(empty_database_url)

    def rows(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(empty_database_url) as connection:
            return connection.execute(query.encode()).fetchall()

    assert rows("SELECT refund_id, position, qty, amount, tax_amount FROM refund_lines ORDER BY 1, 2") == [
        (UUID(int=10), 1, 0, 700, 117),
        (UUID(int=12), 1, 0, 300, 50),
        (UUID(int=12), 2, 0, 200, 10),
    ]
    assert rows("SELECT position, refunded_amount, refunded_tax_amount FROM order_charges ORDER BY position") == [
        (0, 0, 0), (1, 1000, 167), (2, 200, 10),
    ]  # fmt: skip
    assert rows("SELECT status, succeeded_at IS NULL, failed_at IS NULL FROM refunds ORDER BY id") == [
        ("succeeded", False, True), ("failed", True, False), ("pending", True, True), ("succeeded", False, True),
    ]  # fmt: skip
