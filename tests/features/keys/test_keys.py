"""Keys for programs: never more than their maker, gone when they should be, and noted without a write per request."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from attrs import evolve, frozen

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM, Actor, ActorKind, Origin, Permission, Role
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.token import hash_token
from commerce_core.keys.errors import KeyInvalid, KeyNotFound
from commerce_core.keys.model import NewKey
from commerce_core.keys.views import IssuedKey
from commerce_core.staff.model import NewInvitation
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce

HERE = Origin("req-1", "192.0.2.1")
GOOD = "correct horse battery"
SCAN = NewKey("Scanner", {Permission.INVENTORY_READ, Permission.INVENTORY_WRITE})
Rows = Callable[..., list[tuple[Any, ...]]]


@frozen
class Hands:
    """Keys, and the people who make them."""

    shop: Commerce

    def hire(self, name: str, role: Role = Role.ADMIN) -> Actor:
        quick = Argon2Hasher(memory_kib=64, iterations=1)
        staff = evolve(self.shop.staff, hasher=quick)
        staff.create(SYSTEM, f"{name.lower()}@example.com", name, role, GOOD)
        return self.enter(staff.log_in(f"{name.lower()}@example.com", GOOD, HERE).access_token)

    def enter(self, token: str) -> Actor:
        return self.shop.operators.authenticate(token, HERE)

    def make(self, actor: Actor, *scopes: Permission, **more: Any) -> IssuedKey:
        return self.shop.keys.create(actor, NewKey("A program", scopes, **more))


@pytest.fixture
def hands(shop: Commerce) -> Hands:
    return Hands(shop)


@pytest.fixture
def rows(database_url: str) -> Rows:
    def ask(query: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url) as connection:
            done = connection.execute(query)
            return done.fetchall() if done.description else []

    return ask


def state(rows: Rows) -> list[Any]:
    return [rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in ("api_keys", "audit_logs", "users")]


def test_a_key_makes_its_program_an_actor_with_its_scopes(hands: Hands) -> None:
    boss = hands.hire("Boss")
    made = hands.shop.keys.create(boss, SCAN)

    actor = hands.enter(made.token)

    assert (actor.kind, actor.id, actor.name) == (ActorKind.KEY, made.key.id, "Scanner")
    assert actor.permissions == SCAN.scopes
    assert actor.origin == HERE
    assert made.key.made_by == "Boss"
    with pytest.raises(PermissionDenied):
        actor.must(Permission.ORDERS_READ)


def test_the_token_is_shown_once_and_only_its_hash_is_kept(hands: Hands, rows: Rows) -> None:
    made = hands.shop.keys.create(SYSTEM, SCAN)
    other = hands.shop.keys.create(SYSTEM, SCAN)

    assert made.token != other.token
    assert made.token.startswith(f"{made.key.prefix}_")
    assert made.token not in repr(made)
    tables = [row[0] for row in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    everything = "".join(str(row) for table in tables for row in rows(f"SELECT t::text FROM {table} t"))
    assert made.token not in everything
    assert made.token.removeprefix(f"{made.key.prefix}_") not in everything
    assert made.key.prefix in everything
    assert {row[0] for row in rows("SELECT token_hash FROM api_keys")} == {
        hash_token(made.token),
        hash_token(other.token),
    }


@pytest.mark.parametrize("token", ["ck_", "ck_guess", "ck_\x00", "ck_" + chr(0xD800), "ck_" + "é" * 5000])
def test_a_key_that_is_not_ours_opens_nothing(hands: Hands, token: str) -> None:
    hands.shop.keys.create(SYSTEM, SCAN)
    with pytest.raises(KeyInvalid):
        hands.enter(token)


def test_a_key_opens_nothing_after_its_end(hands: Hands, rows: Rows, clock: Clock) -> None:
    made = hands.make(SYSTEM, Permission.ORDERS_READ, expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert hands.enter(made.token)
    clock.forward(timedelta(hours=1, seconds=1))
    before = state(rows)
    with pytest.raises(KeyInvalid):
        hands.enter(made.token)
    assert state(rows) == before


def test_a_revoked_key_opens_nothing_from_the_next_request_on(hands: Hands, rows: Rows) -> None:
    made = hands.make(SYSTEM, Permission.ORDERS_READ)
    hands.enter(made.token)
    hands.shop.keys.revoke(SYSTEM, made.key.id)
    with pytest.raises(KeyInvalid):
        hands.enter(made.token)
    [shown] = hands.shop.keys.list_keys(SYSTEM)
    assert shown.revoked_at is not None
    before = state(rows)
    hands.shop.keys.revoke(SYSTEM, made.key.id)
    assert state(rows) == before


def test_a_key_never_holds_more_than_its_maker(hands: Hands, rows: Rows) -> None:
    narrow = Actor.key(uuid4(), "narrow", frozenset({Permission.KEYS_MANAGE, Permission.ORDERS_READ}), HERE)
    before = state(rows)
    with pytest.raises(PermissionDenied) as refused:
        hands.make(narrow, Permission.ORDERS_READ, Permission.CATALOG_WRITE)
    assert refused.value.permission == Permission.CATALOG_WRITE
    assert state(rows) == before


def test_a_key_shrinks_and_grows_with_the_role_of_its_maker(hands: Hands) -> None:
    hands.hire("Other")
    boss = hands.hire("Boss")
    made = hands.make(boss, Permission.CATALOG_WRITE, Permission.ORDERS_READ, Permission.STAFF_MANAGE)

    hands.shop.staff.set_role(SYSTEM, UUID(str(boss.id)), Role.SUPPORT)
    assert hands.enter(made.token).permissions == {Permission.ORDERS_READ}

    hands.shop.staff.set_role(SYSTEM, UUID(str(boss.id)), Role.ADMIN)
    assert hands.enter(made.token).permissions == {
        Permission.CATALOG_READ,  # Whoever may change something sees it.
        Permission.CATALOG_WRITE,
        Permission.ORDERS_READ,
        Permission.STAFF_MANAGE,
    }


def test_a_key_opens_nothing_while_its_maker_is_shut_out(hands: Hands) -> None:
    hands.hire("Other")
    boss = hands.hire("Boss")
    made = hands.make(boss, Permission.KEYS_MANAGE, Permission.ORDERS_READ)
    child = hands.make(hands.enter(made.token), Permission.ORDERS_READ)

    hands.shop.staff.disable(SYSTEM, UUID(str(boss.id)))
    for token in (made.token, child.token):
        with pytest.raises(KeyInvalid):
            hands.enter(token)

    hands.shop.staff.enable(SYSTEM, UUID(str(boss.id)))
    assert hands.enter(made.token)
    assert hands.enter(child.token)


def test_keys_made_with_a_key_go_with_it(hands: Hands, rows: Rows) -> None:
    first = hands.make(SYSTEM, Permission.KEYS_MANAGE, Permission.ORDERS_READ)
    second = hands.make(hands.enter(first.token), Permission.KEYS_MANAGE, Permission.ORDERS_READ)
    third = hands.make(hands.enter(second.token), Permission.ORDERS_READ)
    beside = hands.make(SYSTEM, Permission.ORDERS_READ)

    hands.shop.keys.revoke(SYSTEM, first.key.id)

    for gone in (first, second, third):
        with pytest.raises(KeyInvalid):
            hands.enter(gone.token)
    assert hands.enter(beside.token)
    assert rows("SELECT count(*) FROM audit_logs WHERE action = 'keys.revoked'") == [(1,)]


def test_a_key_that_was_revoked_meanwhile_makes_no_other(hands: Hands, rows: Rows) -> None:
    made = hands.make(SYSTEM, Permission.KEYS_MANAGE, Permission.ORDERS_READ)
    program = hands.enter(made.token)
    hands.shop.keys.revoke(SYSTEM, made.key.id)
    before = state(rows)
    with pytest.raises(KeyInvalid):
        hands.make(program, Permission.ORDERS_READ)
    assert state(rows) == before


def test_invitations_written_with_a_key_go_with_it(hands: Hands) -> None:
    made = hands.make(SYSTEM, *Permission)
    hands.shop.invitations.invite(hands.enter(made.token), NewInvitation("zoe@example.com", "Zoé", Role.SUPPORT))
    hands.shop.keys.revoke(SYSTEM, made.key.id)
    assert hands.shop.invitations.list_invitations(SYSTEM) == ()


def test_no_key_outlives_the_one_it_was_made_with(hands: Hands, rows: Rows) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    made = hands.make(SYSTEM, Permission.KEYS_MANAGE, Permission.ORDERS_READ, expires_at=soon)
    program = hands.enter(made.token)
    before = state(rows)
    for later in (None, soon + timedelta(seconds=1)):
        with pytest.raises(InvalidInput) as refused:
            hands.make(program, Permission.ORDERS_READ, expires_at=later)
        assert refused.value.errors[0].code == "outlives-maker"
    assert state(rows) == before
    assert hands.make(program, Permission.ORDERS_READ, expires_at=soon)


@pytest.mark.parametrize(
    ("name", "scopes", "expires_at", "pointer"),
    [
        (" ", [Permission.ORDERS_READ], None, "/name"),
        ("n" * 101, [Permission.ORDERS_READ], None, "/name"),
        ("A program", [], None, "/scopes"),
        ("A program", [Permission.ORDERS_READ], datetime(2030, 1, 1), "/expires_at"),  # noqa: DTZ001 - that is it
    ],
)
def test_what_is_no_key_is_refused(
    name: str, scopes: list[Permission], expires_at: datetime | None, pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        NewKey(name, scopes, expires_at)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_key_whose_end_has_passed_is_not_made(hands: Hands, rows: Rows) -> None:
    before = state(rows)
    with pytest.raises(InvalidInput):
        hands.make(SYSTEM, Permission.ORDERS_READ, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert state(rows) == before


def test_keys_are_made_and_seen_by_whoever_may_and_by_nobody_else(hands: Hands, rows: Rows) -> None:
    made = hands.make(SYSTEM, Permission.ORDERS_READ)
    unscoped = hands.enter(made.token)
    manager = hands.hire("Mo", Role.MANAGER)
    before = state(rows)
    for actor in (manager, unscoped, GUEST):
        for refused in (
            lambda actor=actor: hands.make(actor, Permission.ORDERS_READ),
            lambda actor=actor: hands.shop.keys.list_keys(actor),
            lambda actor=actor: hands.shop.keys.show(actor, made.key.id),
            lambda actor=actor: hands.shop.keys.revoke(actor, made.key.id),
        ):
            with pytest.raises(PermissionDenied):
                refused()
    for missing in (hands.shop.keys.show, hands.shop.keys.revoke):
        with pytest.raises(KeyNotFound):
            missing(SYSTEM, uuid4())
    assert state(rows) == before


def test_use_is_noted_once_a_minute_and_not_for_each_request(hands: Hands, rows: Rows, clock: Clock) -> None:
    made = hands.make(SYSTEM, Permission.ORDERS_READ)
    assert made.key.last_used_at is None
    clock.forward(timedelta(minutes=5))
    version = "SELECT last_used_at, xmin::text FROM api_keys"

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: hands.enter(made.token), range(12)))
    first = rows(version)
    clock.forward(timedelta(seconds=59))
    hands.enter(made.token)
    assert rows(version) == first

    clock.forward(timedelta(seconds=1))
    hands.enter(made.token)
    assert rows(version) != first
    assert hands.shop.keys.show(SYSTEM, made.key.id).last_used_at == clock.now


def test_of_requests_at_once_one_notes_the_use_and_those_after_do_not_even_try(hands: Hands, rows: Rows) -> None:
    made = hands.make(SYSTEM, Permission.ORDERS_READ)
    minute = timedelta(minutes=1)
    versions = []
    for _ in range(2):  # Both have found that it is due.
        with hands.shop.keys.begin() as work:
            work.keys.note_use(made.key.id, minute)
        versions.append(rows("SELECT last_used_at, xmin::text FROM api_keys"))
    assert versions[0] == versions[1] != [(None,)]

    holder = hands.shop.keys.read.holder(hash_token(made.token), minute)
    assert holder is not None
    assert not holder.use_is_due


def test_noting_a_use_waits_for_nobody(hands: Hands, database_url: str, rows: Rows) -> None:
    made = hands.make(SYSTEM, Permission.ORDERS_READ)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT 1 FROM api_keys FOR UPDATE")
        assert hands.enter(made.token)
    assert rows("SELECT last_used_at FROM api_keys") == [(None,)]


def test_making_and_revoking_stand_in_the_audit_log_without_the_token(hands: Hands, rows: Rows) -> None:
    boss = hands.hire("Boss")
    made = hands.shop.keys.create(boss, SCAN)
    hands.shop.keys.revoke(boss, made.key.id)
    logged = rows("SELECT action, actor_id, entity_id, changes FROM audit_logs WHERE entity_type = 'api_key'")
    assert [row[:3] for row in logged] == [
        ("keys.created", boss.id, str(made.key.id)),
        ("keys.revoked", boss.id, str(made.key.id)),
    ]
    assert logged[0][3]["scopes"] == {"before": None, "after": ["inventory:read", "inventory:write"]}
    assert made.token not in str(logged)


def test_what_a_key_does_is_told_by_its_name(hands: Hands, rows: Rows) -> None:
    made = hands.make(SYSTEM, Permission.KEYS_MANAGE, Permission.ORDERS_READ)
    hands.make(hands.enter(made.token), Permission.ORDERS_READ)
    assert rows("SELECT actor_kind, actor_id, actor_name FROM audit_logs ORDER BY id DESC LIMIT 1") == [
        ("key", made.key.id, "A program")
    ]
