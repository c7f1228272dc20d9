"""What is kept, read and changed behind the shop's back."""

from collections.abc import Callable
from typing import Any

import psycopg

Rows = Callable[..., list[tuple[Any, ...]]]

# What an operator's repair may do: units that were held for an order are on the shelf again.
LOSE_THE_HOLD = """
WITH gone AS (
  UPDATE inventory_reservations SET released_at = shop_now() WHERE released_at IS NULL RETURNING variant_id, qty
)
UPDATE inventory_items i SET available_qty = available_qty + g.qty, reserved_qty = reserved_qty - g.qty
FROM gone g WHERE i.variant_id = g.variant_id
"""


def rows_of(database_url: str) -> Rows:
    """Runs SQL beside the shop, committed at once, and returns its rows."""

    def answer(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    return answer
