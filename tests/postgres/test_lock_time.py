"""The time that comes with a lock is the time at which the lock was granted, not the one at which it was asked for."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from psycopg import Connection

from commerce_core.access.model import SYSTEM, Role
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.emails.model import Locale, OrderConfirmation, QueuedMail
from commerce_core.kernel.money import Money
from commerce_core.orders.events import OrderPlaced
from commerce_core.postgres.database import Row
from commerce_core.postgres.statements import statements
from commerce_core.postgres.work import PostgresBegin
from commerce_core.wiring import Commerce

NOTHING = Money(0, "EUR")
MAIL = OrderConfirmation("1001", "Zoé", (), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, True, ())
TABLES = {"outbox": "outbox_events", "emails": "email_outbox", "staff": "users", "catalog": "products"}
ID = UUID("0190a3c0-0000-7000-8000-000000000001")


@pytest.fixture
def holder(shop: Commerce) -> Iterator[Connection[Row]]:
    """A transaction that holds a row of each of these tables."""
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, "correct horse battery")
    shop.catalog.create_product(SYSTEM, NewProduct("Mug", (NewVariant(Money(100, "EUR")),)))
    with PostgresBegin(shop.database)() as work:
        work.emails.queue(QueuedMail("k", "zoe@example.com", Locale.FR, MAIL))
        work.outbox.append(OrderPlaced(ID))
    with shop.database.pool.connection() as connection, connection.transaction():
        for table in TABLES.values():
            connection.execute(f"SELECT 1 FROM {table} FOR UPDATE")
        yield connection


@pytest.mark.parametrize("feature", TABLES)
def test_a_lock_that_had_to_wait_tells_the_time_after_the_wait(
    feature: str, shop: Commerce, holder: Connection[Row]
) -> None:
    row = holder.execute(f"SELECT id FROM {TABLES[feature]}").fetchone()
    assert row
    granted: list[datetime] = []

    def lock() -> None:
        with shop.database.begin() as session:
            assert session.now  # Asked before the lock; the lock knows better.
            if feature == "catalog":
                session.all_locked(session.send("catalog.lock_products", ids=[row[0]], slugs=[]))
            else:
                session.locked(session.send(f"{feature}.lock", id=row[0]))
            granted.append(session.now)

    waiting = threading.Thread(target=lock)
    waiting.start()
    until_somebody_waits(holder)
    released = holder.execute("SELECT clock_timestamp()").fetchone()
    assert released
    holder.execute("ROLLBACK")
    waiting.join(10)

    assert granted[0] >= released[0]


def until_somebody_waits(connection: Connection[Row]) -> None:
    deadline = time.monotonic() + 10
    asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not connection.execute(asked).fetchone():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_every_statement_that_locks_and_tells_the_time_does_so_in_this_order() -> None:
    asked_before = re.compile(r"/\*.*?\*/ SELECT shop_now\(\).*\bFOR (NO KEY )?UPDATE", re.DOTALL)
    assert [name for name, text in statements().items() if asked_before.match(text)] == []
