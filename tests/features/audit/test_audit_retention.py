"""Old rows go, and what is left can still be proved."""

from datetime import timedelta

import psycopg
import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM, AuditEntry
from commerce_core.audit.errors import AuditChainBroken
from commerce_core.audit.model import ChainEnd
from commerce_core.audit.views import AuditQuery
from commerce_core.kernel.page import PageRequest
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce
from tests.crashes import InterruptedBegin, PowerCut

KEPT = timedelta(days=1095)


def record(shop: Commerce, *names: str) -> None:
    for name in names:
        with shop.audit.begin() as work:
            work.audit.record(AuditEntry(SYSTEM, "thing.changed", "thing", name))


def left(shop: Commerce) -> list[str]:
    """What the log tells of, the first first; where it was shortened, that too."""
    page = shop.audit.list_entries(SYSTEM, AuditQuery(), PageRequest(1, 100))
    return [entry.entity_id for entry in reversed(page.items)]


@pytest.fixture
def old(shop: Commerce, clock: Clock) -> str:
    """Three rows that are over and two that are not, all sealed; the head of the chain."""
    record(shop, "a", "b", "c")
    shop.audit.seal()
    clock.forward(KEPT)
    record(shop, "d", "e")
    shop.audit.seal()
    clock.forward(timedelta(hours=1))
    return shop.audit.verify(SYSTEM).head


def test_nothing_is_forgotten_before_its_time(shop: Commerce) -> None:
    record(shop, "a")
    shop.audit.seal()
    assert (shop.audit.prune(), left(shop)) == (0, ["a"])


def test_rows_that_are_over_go_and_the_rest_is_still_proved(shop: Commerce, old: str) -> None:
    assert shop.audit.prune() == 3
    assert left(shop) == ["d", "e", "audit"]  # That it was done is in the log itself.

    found = shop.audit.verify(SYSTEM, ChainEnd.read(old))
    assert (found.findings, found.began.position, found.checked, found.unsealed) == ((), 3, 2, 1)
    assert (found.began.pruned_at is not None, found.known_confirmed) == (True, True)
    assert shop.audit.prune() == 0
    assert (shop.audit.seal(), shop.audit.verify(SYSTEM).checked) == (1, 3)


def test_everything_may_go_and_the_chain_goes_on_from_there(shop: Commerce, old: str, clock: Clock) -> None:
    clock.forward(KEPT)
    assert (shop.audit.prune(), left(shop)) == (5, ["audit"])
    assert shop.audit.seal() == 1
    found = shop.audit.verify(SYSTEM, ChainEnd.read(old))
    assert (found.findings, found.began.position, found.head[:2], found.known_confirmed) == ((), 5, "6:", True)


def test_a_row_that_waits_for_its_seal_does_not_go(shop: Commerce, clock: Clock) -> None:
    record(shop, "a")
    clock.forward(KEPT * 2)
    assert (shop.audit.prune(), left(shop)) == (0, ["a"])


def test_a_head_from_before_what_was_forgotten_is_neither_confirmed_nor_denied(shop: Commerce, clock: Clock) -> None:
    record(shop, "a")
    shop.audit.seal()
    head = ChainEnd.read(shop.audit.verify(SYSTEM).head)
    record(shop, "b")
    shop.audit.seal()
    clock.forward(KEPT * 2)
    shop.audit.prune()
    found = shop.audit.verify(SYSTEM, head)
    assert (found.known_confirmed, found.findings) == (None, ())


def test_what_cannot_be_proved_is_kept_as_evidence(shop: Commerce, old: str, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE audit_logs DISABLE TRIGGER USER")
        connection.execute("UPDATE audit_logs SET action = 'thing.made' WHERE entity_id = 'b'")
        connection.execute("ALTER TABLE audit_logs ENABLE TRIGGER USER")
    with pytest.raises(AuditChainBroken, match="position 2: altered"):
        shop.audit.prune()
    assert left(shop) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("dies_at", [2, 3])
def test_forgetting_that_dies_goes_on_where_it_stopped(shop: Commerce, old: str, dies_at: int) -> None:
    """At its anchor, or at the rows behind it: the log can be proved at every moment."""

    def die(_work: object, opened: int) -> None:
        if opened == dies_at:
            raise PowerCut

    with pytest.raises(PowerCut):
        evolve(shop.audit, begin=InterruptedBegin(shop.audit.begin, before=die)).prune()
    assert shop.audit.verify(SYSTEM).findings == ()
    assert shop.audit.prune() == 3
    assert (shop.audit.verify(SYSTEM, ChainEnd.read(old)).findings, left(shop)) == ((), ["d", "e", "audit"])


def test_the_database_lets_go_of_nothing_in_front_of_the_anchor_but_that(
    shop: Commerce, old: str, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO audit_anchors SELECT position, hash, shop_now() FROM audit_seals WHERE position = 2"
        )
        connection.execute("DELETE FROM audit_logs WHERE entity_id = 'b'")
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("DELETE FROM audit_logs WHERE entity_id = 'c'")
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("INSERT INTO audit_anchors SELECT 1, hash, shop_now() FROM audit_seals WHERE position = 1")
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("DELETE FROM audit_anchors")
    assert left(shop) == ["a", "c", "d", "e"]
    assert shop.audit.verify(SYSTEM).began.position == 2
