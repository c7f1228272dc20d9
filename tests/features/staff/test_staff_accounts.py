"""Taking staff on, changing what they may do, and shutting them out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import SYSTEM, Actor, Origin, Permission, Role
from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.staff.errors import EmailTaken, InvalidCredentials, LastAdmin, SessionInvalid, StaffNotFound
from commerce_core.wiring import Commerce

GOOD = "correct horse battery"
MANAGER = Actor.staff(uuid4(), "mo@example.com", Role.MANAGER, Origin())


def all_rows(url: str, query: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def actions(url: str) -> list[str]:
    return [row[0] for row in all_rows(url, "SELECT action FROM audit_logs ORDER BY id")]


def together(*calls: Callable[[], object]) -> list[object]:
    """Run the calls at the same moment; a refusal is a result."""
    barrier = Barrier(len(calls), timeout=10)

    def run(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except CommerceError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_somebody_taken_on_can_log_in(shop: Commerce) -> None:
    member = shop.staff.create(SYSTEM, "Kim@Example.com", "Kim", Role.SUPPORT, GOOD)

    session = shop.staff.log_in("kim@example.com", GOOD, Origin())

    assert session.staff.id == member.id
    assert session.staff.email == "Kim@Example.com"


def test_an_address_belongs_to_one_member_however_it_is_spelt(shop: Commerce, database_url: str) -> None:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)

    with pytest.raises(EmailTaken) as refused:
        shop.staff.create(SYSTEM, "KIM@example.com", "Another Kim", Role.ADMIN, GOOD)

    assert refused.value.email == "KIM@example.com"
    assert all_rows(database_url, "SELECT name FROM users") == [("Kim",)]
    assert actions(database_url) == ["staff.created"]


def test_a_weak_password_takes_nobody_on(shop: Commerce, database_url: str) -> None:
    with pytest.raises(InvalidInput):
        shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, "password")

    assert all_rows(database_url, "SELECT 1 FROM users") == []


def test_only_administrators_manage_the_staff(shop: Commerce, database_url: str) -> None:
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.ADMIN, GOOD)

    for forbidden in (
        lambda: shop.staff.create(MANAGER, "x@example.com", "X", Role.ADMIN, GOOD),
        lambda: shop.staff.set_role(MANAGER, member.id, Role.SUPPORT),
        lambda: shop.staff.disable(MANAGER, member.id),
        lambda: shop.staff.enable(MANAGER, member.id),
        lambda: shop.staff_passwords.set_password(MANAGER, member.id, GOOD),
        lambda: shop.staff.list_staff(MANAGER),
    ):
        with pytest.raises(PermissionDenied) as refused:
            forbidden()
        assert refused.value.permission == Permission.STAFF_MANAGE
    assert actions(database_url) == ["staff.created"]


def test_the_first_administrator_gets_a_password_that_works(shop: Commerce) -> None:
    created = shop.staff.create_first_admin("kim@example.com")

    assert created is not None
    member, password = created
    assert member.role is Role.ADMIN
    assert shop.staff.log_in("kim@example.com", password, Origin()).staff.id == member.id


def test_a_shop_with_staff_gets_no_other_first_administrator(shop: Commerce) -> None:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)

    assert shop.staff.create_first_admin("boss@example.com") is None


def test_four_processes_that_start_at_once_make_one_first_administrator(shop: Commerce, database_url: str) -> None:
    made = together(*[lambda n=n: shop.staff.create_first_admin(f"boss{n}@example.com") for n in range(4)])

    assert len([result for result in made if result]) == 1
    assert all_rows(database_url, "SELECT count(*) FROM users") == [(1,)]


def test_two_administrators_who_disable_each_other_leave_one(shop: Commerce, database_url: str) -> None:
    one = shop.staff.create(SYSTEM, "one@example.com", "One", Role.ADMIN, GOOD)
    two = shop.staff.create(SYSTEM, "two@example.com", "Two", Role.ADMIN, GOOD)

    results = together(
        lambda: shop.staff.disable(SYSTEM, one.id),
        lambda: shop.staff.set_role(SYSTEM, two.id, Role.SUPPORT),
    )

    assert sorted(type(result).__name__ for result in results) == ["LastAdmin", "StaffMember"]
    active = "SELECT count(*) FROM users WHERE role = 'ADMIN' AND disabled_at IS NULL"
    assert all_rows(database_url, active) == [(1,)]


def test_the_last_administrator_stays(shop: Commerce, database_url: str) -> None:
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.ADMIN, GOOD)

    with pytest.raises(LastAdmin):
        shop.staff.disable(SYSTEM, member.id)

    assert actions(database_url) == ["staff.created"]
    assert shop.staff.log_in("kim@example.com", GOOD, Origin())


def test_a_role_counts_from_the_next_request_on(shop: Commerce) -> None:
    shop.staff.create(SYSTEM, "boss@example.com", "Boss", Role.ADMIN, GOOD)
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.MANAGER, GOOD)
    token = shop.staff.log_in("kim@example.com", GOOD, Origin()).access_token

    shop.staff.set_role(SYSTEM, member.id, Role.SUPPORT)

    with pytest.raises(PermissionDenied):
        shop.staff.authenticate(token, Origin()).must(Permission.CATALOG_WRITE)


def test_somebody_disabled_is_refused_on_the_very_next_request(shop: Commerce, database_url: str) -> None:
    shop.staff.create(SYSTEM, "boss@example.com", "Boss", Role.ADMIN, GOOD)
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.ADMIN, GOOD)
    token = shop.staff.log_in("kim@example.com", GOOD, Origin()).access_token

    shop.staff.disable(SYSTEM, member.id)

    with pytest.raises(SessionInvalid):
        shop.staff.authenticate(token, Origin())
    with pytest.raises(InvalidCredentials):
        shop.staff.log_in("kim@example.com", GOOD, Origin())
    assert all_rows(database_url, "SELECT count(*) FROM staff_sessions") == [(0,)]


def test_somebody_enabled_again_has_to_log_in_again(shop: Commerce) -> None:
    shop.staff.create(SYSTEM, "boss@example.com", "Boss", Role.ADMIN, GOOD)
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)
    token = shop.staff.log_in("kim@example.com", GOOD, Origin()).access_token
    shop.staff.disable(SYSTEM, member.id)

    enabled = shop.staff.enable(SYSTEM, member.id)

    assert (enabled.disabled_at, enabled.version) == (None, 3)
    with pytest.raises(SessionInvalid):
        shop.staff.authenticate(token, Origin())
    assert shop.staff.log_in("kim@example.com", GOOD, Origin())


def test_a_new_password_replaces_the_old_one_and_ends_every_session(shop: Commerce) -> None:
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)
    token = shop.staff.log_in("kim@example.com", GOOD, Origin()).access_token

    shop.staff_passwords.set_password(SYSTEM, member.id, "staple battery horse")

    with pytest.raises(SessionInvalid):
        shop.staff.authenticate(token, Origin())
    with pytest.raises(InvalidCredentials):
        shop.staff.log_in("kim@example.com", GOOD, Origin())
    assert shop.staff.log_in("kim@example.com", "staple battery horse", Origin())


def test_a_weak_new_password_changes_nothing(shop: Commerce) -> None:
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)

    with pytest.raises(InvalidInput):
        shop.staff_passwords.set_password(SYSTEM, member.id, "kim@example.com")

    assert shop.staff.log_in("kim@example.com", GOOD, Origin())


def test_nobody_is_changed_who_is_not_there(shop: Commerce) -> None:
    for change in (
        lambda: shop.staff.set_role(SYSTEM, uuid4(), Role.ADMIN),
        lambda: shop.staff.disable(SYSTEM, uuid4()),
        lambda: shop.staff.enable(SYSTEM, uuid4()),
        lambda: shop.staff_passwords.set_password(SYSTEM, uuid4(), GOOD),
    ):
        with pytest.raises(StaffNotFound):
            change()


def test_everybody_is_listed_with_what_they_may_do(shop: Commerce) -> None:
    shop.staff.create(SYSTEM, "boss@example.com", "Boss", Role.ADMIN, GOOD)
    kim = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)
    shop.staff.disable(SYSTEM, kim.id)

    boss, kim_now = shop.staff.list_staff(SYSTEM)

    assert (boss.email, boss.permissions, boss.disabled_at) == ("boss@example.com", tuple(Permission), None)
    assert (kim_now.name, kim_now.role) == ("Kim", Role.SUPPORT)
    assert kim_now.disabled_at is not None


def test_each_change_is_in_the_audit_log_once_and_no_password_ever(shop: Commerce, database_url: str) -> None:
    boss = shop.staff.create(SYSTEM, "boss@example.com", "Boss", Role.ADMIN, GOOD)
    token = shop.staff.log_in("boss@example.com", GOOD, Origin("req-1", "192.0.2.7")).access_token
    actor = shop.staff.authenticate(token, Origin("req-2", "192.0.2.7"))
    kim = shop.staff.create(actor, "kim@example.com", "Kim", Role.MANAGER, "staple battery horse")
    for _ in range(2):
        shop.staff.set_role(actor, kim.id, Role.SUPPORT)
        shop.staff.disable(actor, kim.id)
    shop.staff.enable(actor, kim.id)
    shop.staff_passwords.set_password(actor, kim.id, "horse staple battery")
    shop.staff.log_out(actor, token)

    assert actions(database_url) == [
        "staff.created", "staff.logged_in", "staff.created", "staff.role_set", "staff.disabled", "staff.enabled",
        "staff.password_set", "staff.logged_out",
    ]  # fmt: skip
    rows = all_rows(database_url, "SELECT actor_id, entity_id, changes, request_id FROM audit_logs ORDER BY id")
    assert rows[1] == (boss.id, str(boss.id), {}, "req-1")
    assert rows[3] == (boss.id, str(kim.id), {"role": {"before": "MANAGER", "after": "SUPPORT"}}, "req-2")
    assert not any(word in repr(rows) for word in ("horse", "argon2"))
