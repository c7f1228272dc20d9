"""The audit log: written with what it tells, and never rewritten."""

from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest

from commerce_core.access.model import Actor, AuditEntry, Changes, Origin, Role
from commerce_core.wiring import Commerce

ENTRIES = """
SELECT actor_kind, actor_id, actor_name, action, entity_type, entity_id, changes, request_id, address FROM audit_logs
"""


class SecondThoughtsError(Exception):
    pass


def record_and_fail(shop: Commerce, entry: AuditEntry) -> None:
    with shop.staff.begin() as work:
        work.audit.record(entry)
        raise SecondThoughtsError


def test_an_entry_tells_who_changed_what_from_where(shop: Commerce, database_url: str) -> None:
    member_id = uuid4()
    actor = Actor.staff(member_id, "kim@example.com", Role.ADMIN, Origin("req-1", "192.0.2.7"))
    changes: Changes = {"title": ("Hat", "Cap"), "vendor": (None, "Us")}

    with shop.staff.begin() as work:
        work.audit.record(AuditEntry(actor, "product.changed", "product", "42", changes))

    told = {"title": {"before": "Hat", "after": "Cap"}, "vendor": {"before": None, "after": "Us"}}
    who, what = ("staff", member_id, "kim@example.com"), ("product.changed", "product", "42")
    with psycopg.connect(database_url) as connection:
        assert connection.execute(ENTRIES).fetchall() == [(*who, *what, told, "req-1", "192.0.2.7")]


def test_an_entry_is_gone_with_the_transaction_that_wrote_it(shop: Commerce, database_url: str) -> None:
    actor = Actor.staff(uuid4(), "kim@example.com", Role.ADMIN, Origin())

    with pytest.raises(SecondThoughtsError):
        record_and_fail(shop, AuditEntry(actor, "product.changed", "product", "42"))

    with psycopg.connect(database_url) as connection:
        assert connection.execute(ENTRIES).fetchall() == []


@pytest.mark.parametrize(
    "tampering", ["UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs", "TRUNCATE audit_logs"]
)
def test_the_database_refuses_to_rewrite_history(shop: Commerce, database_url: str, tampering: LiteralString) -> None:
    shop.staff.create_first_admin("kim@example.com")

    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(tampering)
