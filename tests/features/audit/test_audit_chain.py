"""The chain of hashes, on a real database: whatever is done to the log is found."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Origin, Role
from commerce_core.audit.model import BEGINNING, ChainEnd, Finding, Problem
from commerce_core.audit.views import AuditQuery
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.page import PageRequest
from commerce_core.wiring import Commerce
from tests.crashes import InterruptedBegin, PowerCut, cut_after_commit, cut_before_commit

ZOE = Actor.staff(uuid7(), "Zoé", Role.ADMIN, Origin("req-1", "192.0.2.7"))
INSERT = """
INSERT INTO audit_logs (actor_kind, actor_name, action, entity_type, entity_id)
VALUES ('staff', 'Kim', 'late.change', 'thing', '0') RETURNING id
"""


def record(shop: Commerce, *names: str, actor: Actor = ZOE) -> None:
    """An entry about each of these things, each in its transaction."""
    for name in names:
        with shop.audit.begin() as work:
            work.audit.record(AuditEntry(actor, "thing.changed", "thing", name, {"size": (1, 2)}))


@contextmanager
def without_triggers(database_url: str, *tables: LiteralString) -> Iterator[psycopg.Connection[Any]]:
    """The database in the hands of its owner, who can do everything."""
    with psycopg.connect(database_url) as connection:
        for table in tables:
            connection.execute(
                psycopg.sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(psycopg.sql.Identifier(table))
            )
        yield connection
        for table in tables:
            connection.execute(
                psycopg.sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(psycopg.sql.Identifier(table))
            )


def findings(shop: Commerce, known: str | None = None) -> tuple[Finding, ...]:
    return shop.audit.verify(SYSTEM, ChainEnd.read(known) if known else None).findings


def rows(database_url: str, query: LiteralString) -> list[Any]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(query).fetchall()


def test_an_empty_log_is_whole(shop: Commerce) -> None:
    found = shop.audit.verify(SYSTEM)
    assert (found.findings, found.checked, found.head, found.unsealed) == ((), 0, str(BEGINNING), 0)


def test_rows_wait_until_they_are_sealed_and_are_proved_from_then_on(shop: Commerce) -> None:
    record(shop, "a", "b", "c")
    waiting = shop.audit.verify(SYSTEM)
    assert (waiting.findings, waiting.checked, waiting.unsealed) == ((), 0, 3)
    assert waiting.unsealed_since is not None

    assert (shop.audit.seal(), shop.audit.seal()) == (3, 0)
    record(shop, "d")

    found = shop.audit.verify(SYSTEM)
    assert (found.findings, found.checked, found.unsealed) == ((), 3, 1)
    assert found.head.startswith("3:")


def test_a_long_log_is_sealed_and_proved_in_batches(shop: Commerce, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO audit_logs (actor_kind, actor_name, action, entity_type, entity_id)"
            " SELECT 'system', 'system', 'thing.changed', 'thing', n::text FROM generate_series(1, 2500) n"
        )
    assert shop.audit.seal() == 2500
    assert (shop.audit.verify(SYSTEM).checked, findings(shop)) == (2500, ())
    assert len(list(shop.audit.export(SYSTEM, AuditQuery()))) == 2501


@pytest.mark.parametrize(
    "edit",
    [
        "at = at + interval '1 microsecond'",
        "actor_kind = 'system'",
        "actor_id = NULL",
        "actor_name = 'Kim'",
        "action = 'thing.made'",
        "entity_type = 'other'",
        "entity_id = 'z'",
        """changes = '{"size": {"before": 1, "after": 3}}'""",
        "request_id = NULL",
        "address = '192.0.2.8'",
    ],
)
def test_an_edited_row_is_found(shop: Commerce, database_url: str, edit: LiteralString) -> None:
    record(shop, "a", "b", "c", "d")
    shop.audit.seal()
    with without_triggers(database_url, "audit_logs") as connection:
        connection.execute(
            psycopg.sql.SQL("UPDATE audit_logs SET {} WHERE entity_id = 'b'").format(psycopg.sql.SQL(edit))
        )
    assert findings(shop) == (Finding(Problem.ALTERED, 2, 2),)
    assert shop.audit.verify(SYSTEM).head.startswith("1:")


def test_a_removed_row_is_found(shop: Commerce, database_url: str) -> None:
    record(shop, "a", "b", "c")
    shop.audit.seal()
    with without_triggers(database_url, "audit_logs") as connection:
        connection.execute("DELETE FROM audit_logs WHERE entity_id = 'b'")
    assert findings(shop) == (Finding(Problem.REMOVED, 2, 2),)


def test_a_row_removed_with_its_seal_is_found(shop: Commerce, database_url: str) -> None:
    record(shop, "a", "b", "c")
    shop.audit.seal()
    with without_triggers(database_url, "audit_logs", "audit_seals") as connection:
        connection.execute("DELETE FROM audit_logs WHERE entity_id = 'b'")
        connection.execute("DELETE FROM audit_seals WHERE position = 2")
    assert findings(shop) == (Finding(Problem.SEAL_REMOVED, 2),)


def test_an_inserted_row_is_found(shop: Commerce, database_url: str) -> None:
    record(shop, "a", "b")
    shop.audit.seal()
    with without_triggers(database_url, "audit_logs") as connection:
        connection.execute(INSERT)
    record(shop, "c")
    shop.audit.seal()
    assert findings(shop) == (Finding(Problem.UNKNOWN, log_id=3),)


def test_a_row_put_into_the_middle_of_the_chain_is_found(shop: Commerce, database_url: str) -> None:
    record(shop, "a", "b")
    shop.audit.seal()
    with without_triggers(database_url, "audit_logs", "audit_seals") as connection:
        connection.execute(INSERT)
        connection.execute("UPDATE audit_seals SET position = 3 WHERE position = 2")
        connection.execute(
            "INSERT INTO audit_seals SELECT 2, 3, sha256('x'), sealed_at FROM audit_seals WHERE position = 1"
        )
    assert findings(shop) == (Finding(Problem.ALTERED, 2, 3),)


def test_seals_cut_off_at_the_end_are_found_by_the_rows_they_leave(shop: Commerce, database_url: str) -> None:
    record(shop, "a", "b", "c")
    shop.audit.seal()
    with without_triggers(database_url, "audit_seals") as connection:
        connection.execute("DELETE FROM audit_seals WHERE position > 1")
    assert findings(shop) == (Finding(Problem.UNKNOWN, log_id=2),)


def test_a_row_that_was_removed_while_it_waited_is_found(shop: Commerce, database_url: str) -> None:
    record(shop, "a", "b")
    with without_triggers(database_url, "audit_logs") as connection:
        connection.execute("DELETE FROM audit_logs WHERE entity_id = 'a'")
    assert findings(shop) == (Finding(Problem.LOST, log_id=1),)
    shop.audit.seal()
    assert findings(shop) == (Finding(Problem.LOST, log_id=1),)


def test_a_chain_that_was_shortened_or_made_anew_contradicts_the_head_that_was_kept(
    shop: Commerce, database_url: str
) -> None:
    record(shop, "a", "b", "c")
    shop.audit.seal()
    head = shop.audit.verify(SYSTEM).head
    with without_triggers(database_url, "audit_logs", "audit_seals") as connection:
        connection.execute("DELETE FROM audit_logs WHERE id > 1")
        connection.execute("DELETE FROM audit_seals WHERE position > 1")
    assert findings(shop) == ()  # Whole in itself: nobody could know.
    assert findings(shop, head) == (Finding(Problem.REWRITTEN, 2),)
    record(shop, "x", "y", "z")
    shop.audit.seal()
    assert findings(shop) == ()
    assert findings(shop, head) == (Finding(Problem.REWRITTEN, 3, 5),)


def test_a_head_that_was_kept_is_confirmed_as_the_chain_grows(shop: Commerce) -> None:
    record(shop, "a", "b")
    shop.audit.seal()
    head = ChainEnd.read(shop.audit.verify(SYSTEM).head)
    record(shop, "c")
    shop.audit.seal()
    assert shop.audit.verify(SYSTEM, head).known_confirmed is True
    assert shop.audit.verify(SYSTEM, BEGINNING).known_confirmed is True
    assert shop.audit.verify(SYSTEM).known_confirmed is None


def test_a_row_that_is_committed_late_is_sealed_late(shop: Commerce, database_url: str) -> None:
    with psycopg.connect(database_url) as late:
        late.execute(INSERT)  # It has drawn the lower id.
        record(shop, "a", "b")
        assert shop.audit.seal() == 2
        late.rollback()
        late.execute(INSERT)
        record(shop, "c")
        assert shop.audit.seal() == 1
        late.commit()
    assert (shop.audit.verify(SYSTEM).unsealed, findings(shop)) == (1, ())
    assert shop.audit.seal() == 1
    found = shop.audit.verify(SYSTEM)
    assert (found.findings, found.checked, found.unsealed) == ((), 4, 0)
    assert rows(database_url, "SELECT log_id FROM audit_seals ORDER BY position") == [(2,), (3,), (5,), (4,)]


def test_two_who_seal_at_once_make_one_chain(shop: Commerce) -> None:
    record(shop, *(str(n) for n in range(20)))
    sealed = list[int]()
    threads = [threading.Thread(target=lambda: sealed.append(shop.audit.seal())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(sealed) == [0, 0, 0, 0, 0, 20]
    assert (shop.audit.verify(SYSTEM).checked, findings(shop)) == (20, ())


def test_sealing_that_dies_before_or_after_its_commit_goes_on(shop: Commerce) -> None:
    record(shop, "a", "b")
    dying = evolve(shop.audit, begin=InterruptedBegin(shop.audit.begin, before=cut_before_commit))
    with pytest.raises(PowerCut):
        dying.seal()
    assert (shop.audit.verify(SYSTEM).checked, shop.audit.verify(SYSTEM).unsealed) == (0, 2)
    dying = evolve(shop.audit, begin=InterruptedBegin(shop.audit.begin, after=cut_after_commit))
    with pytest.raises(PowerCut):
        dying.seal()
    assert (shop.audit.verify(SYSTEM).checked, shop.audit.seal(), findings(shop)) == (2, 0, ())


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_logs SET action = 'x'",
        "DELETE FROM audit_logs",
        "DELETE FROM audit_logs WHERE entity_id = 'waits'",
        "TRUNCATE audit_logs",
        "UPDATE audit_seals SET sealed_at = sealed_at",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
        "INSERT INTO audit_anchors VALUES (1, sha256('x'), shop_now())",
        "INSERT INTO audit_anchors SELECT 9, hash, shop_now() FROM audit_seals LIMIT 1",
        "TRUNCATE audit_anchors",
    ],
)
def test_the_database_refuses_to_rewrite_the_log_its_seals_and_its_anchors(
    shop: Commerce, database_url: str, tampering: LiteralString, role: LiteralString
) -> None:
    record(shop, "a", "b")
    shop.audit.seal()
    record(shop, "waits")
    before = rows(database_url, "SELECT id, action FROM audit_logs ORDER BY id")
    acting = f"-c session_replication_role={role}"
    with (
        psycopg.connect(database_url, options=acting) as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        connection.execute(tampering)
    assert rows(database_url, "SELECT id, action FROM audit_logs ORDER BY id") == before
    assert (shop.audit.verify(SYSTEM).checked, findings(shop)) == (2, ())


def test_an_auditor_finds_entries_by_whatever_she_knows(shop: Commerce) -> None:
    kim = Actor.staff(uuid7(), "Kim", Role.MANAGER, Origin("req-2", "192.0.2.9"))
    record(shop, "a", "b")
    record(shop, "b", actor=kim)
    record(shop, "c", actor=SYSTEM)

    def found(**asked: Any) -> list[tuple[str, str]]:
        page = shop.audit.list_entries(SYSTEM, AuditQuery(**asked), PageRequest())
        assert page.total == len(page.items)
        return [(entry.actor_name, entry.entity_id) for entry in page.items]

    everything = [("system", "c"), ("Kim", "b"), ("Zoé", "b"), ("Zoé", "a")]
    now = datetime.now(UTC)
    assert found() == found(action="thing.changed") == found(until=now) == everything
    assert found(since=now) == found(action="thing.made") == found(request_id="req-3") == []
    assert found(entity_type="thing", entity_id="b") == [("Kim", "b"), ("Zoé", "b")]
    assert found(actor_id=kim.id) == found(request_id="req-2") == [("Kim", "b")]
    assert found(actor_kind=SYSTEM.kind) == [("system", "c")]
    assert found(actor_id=ZOE.id, entity_type="thing", entity_id="b", request_id="req-1") == [("Zoé", "b")]


def test_a_page_after_the_other_shows_every_entry_once_while_new_ones_come(shop: Commerce) -> None:
    record(shop, *"abcdefg")
    seen, cursor = [], None
    while True:
        page = shop.audit.list_entries(SYSTEM, AuditQuery(entity_type="thing"), PageRequest(1, 3), cursor)
        seen += [entry.entity_id for entry in page.items]
        record(shop, "new")
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list("gfedcba")
