"""Other passwords: one's own, by mail, and by an administrator."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core.access.errors import LoginLocked, PermissionDenied
from commerce_core.access.model import SYSTEM, Actor, Origin, Permission, Role
from commerce_core.kernel.errors import InvalidInput
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid, StaffOnly, StaffProofInvalid
from commerce_core.testing.clock import Clock
from tests.features.staff.conftest import GOOD, HERE, OTHER, Crew, Rows, state


def test_changing_the_password_ends_every_session_and_begins_one(crew: Crew, rows: Rows) -> None:
    crew.hire("Kim", Role.SUPPORT)
    old = crew.token("Kim")
    actor = crew.actor("Kim")

    session = crew.passwords.change(actor, GOOD, OTHER, HERE)

    with pytest.raises(SessionInvalid):
        crew.shop.operators.authenticate(old, HERE)
    assert crew.shop.operators.authenticate(session.access_token, HERE).id == actor.id
    assert rows("SELECT count(*) FROM staff_sessions") == [(1,)]
    assert crew.token("Kim", OTHER)
    with pytest.raises(InvalidCredentials):
        crew.token("Kim")
    assert "password" in crew.mails("kim@example.com")[-1]


def test_without_the_password_until_now_nothing_changes(crew: Crew, rows: Rows) -> None:
    crew.hire("Kim", Role.SUPPORT)
    actor = crew.actor("Kim")
    before = state(rows)
    with pytest.raises(InvalidCredentials):
        crew.passwords.change(actor, OTHER, "yet another password", HERE)
    with pytest.raises(InvalidInput):
        crew.passwords.change(actor, GOOD, "short", HERE)
    assert state(rows) == before


def test_a_stolen_session_cannot_guess_the_password(crew: Crew, rows: Rows) -> None:
    crew.hire("Kim", Role.SUPPORT)
    actor = crew.actor("Kim")
    before = state(rows)
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            crew.passwords.change(actor, "a wrong guess", OTHER, HERE)
    with pytest.raises(LoginLocked):
        crew.passwords.change(actor, GOOD, OTHER, HERE)
    assert state(rows) == before


def test_neither_a_key_nor_the_system_has_a_password(crew: Crew, rows: Rows) -> None:
    before = state(rows)
    for actor in (SYSTEM, Actor.key(uuid4(), "till", frozenset(Permission), Origin())):
        with pytest.raises(StaffOnly):
            crew.passwords.change(actor, GOOD, OTHER, HERE)
    assert state(rows) == before


def test_a_forgotten_password_is_replaced_by_mail(crew: Crew, rows: Rows) -> None:
    kim = crew.hire("Kim", Role.SUPPORT)
    token = crew.token("Kim")
    crew.passwords.ask_reset("KIM@example.com")

    crew.passwords.reset(crew.link("kim@example.com"), OTHER, HERE)

    with pytest.raises(SessionInvalid):
        crew.shop.operators.authenticate(token, HERE)
    assert crew.token("Kim", OTHER)
    [(actor_id, changes)] = rows("SELECT actor_id, changes FROM audit_logs WHERE action = 'staff.password_reset'")
    assert actor_id == kim.id
    assert OTHER not in str(changes)


def test_known_and_unknown_addresses_leave_the_same_rows_behind(crew: Crew, rows: Rows) -> None:
    crew.hire("Kim", Role.SUPPORT)
    gone = crew.hire("Gone", Role.SUPPORT)
    crew.staff.disable(SYSTEM, gone.id)
    counted = []
    for email in ("kim@example.com", "gone@example.com", "nobody@example.com"):
        rows("DELETE FROM staff_resets")
        rows("DELETE FROM outbox_events")
        crew.passwords.ask_reset(email)
        counted.append(
            (rows("SELECT count(*) FROM staff_resets"), rows("SELECT count(*), min(type) FROM outbox_events"))
        )
    assert counted[0] == counted[1] == counted[2]


def test_who_is_not_on_the_staff_or_disabled_gets_no_mail(crew: Crew, rows: Rows) -> None:
    gone = crew.hire("Gone", Role.SUPPORT)
    crew.staff.disable(SYSTEM, gone.id)
    for email in ("gone@example.com", "nobody@example.com"):
        crew.passwords.ask_reset(email)
        assert crew.mails(email) == []
    assert rows("SELECT count(*) FROM staff_resets") == [(0,)]


def test_what_is_no_address_is_refused_and_leaves_no_row(crew: Crew, rows: Rows) -> None:
    before = state(rows)
    with pytest.raises(InvalidInput):
        crew.passwords.ask_reset("nobody")
    assert state(rows) == before


def test_a_link_works_once_and_for_an_hour(crew: Crew, rows: Rows, clock: Clock) -> None:
    crew.hire("Kim", Role.SUPPORT)
    crew.passwords.ask_reset("kim@example.com")
    token = crew.link("kim@example.com")
    before = state(rows)
    with pytest.raises(InvalidInput):
        crew.passwords.reset(token, "short", HERE)
    assert state(rows) == before
    crew.passwords.reset(token, OTHER, HERE)

    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.passwords.reset(token, GOOD, HERE)
    assert state(rows) == before

    clock.forward(timedelta(minutes=6))
    crew.passwords.ask_reset("kim@example.com")
    late = crew.link("kim@example.com")
    clock.forward(timedelta(minutes=61))
    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.passwords.reset(late, GOOD, HERE)
    assert state(rows) == before


def test_a_link_opens_nothing_for_somebody_disabled_meanwhile(crew: Crew, rows: Rows) -> None:
    kim = crew.hire("Kim", Role.SUPPORT)
    crew.passwords.ask_reset("kim@example.com")
    token = crew.link("kim@example.com")
    crew.staff.disable(SYSTEM, kim.id)
    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.passwords.reset(token, OTHER, HERE)
    assert state(rows) == before


SPOILT: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "another signature": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "another id": lambda token: f"{uuid4()}{token[36:]}",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_token_that_is_not_ours_changes_nothing(crew: Crew, rows: Rows, spoil: Callable[[str], str]) -> None:
    crew.hire("Kim", Role.SUPPORT)
    crew.passwords.ask_reset("kim@example.com")
    token, before = crew.link("kim@example.com"), state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.passwords.reset(spoil(token), OTHER, HERE)
    assert state(rows) == before


def test_a_token_for_something_else_is_none_for_this(crew: Crew, rows: Rows) -> None:
    crew.hire("Kim", Role.SUPPORT)
    crew.passwords.ask_reset("kim@example.com")
    [(reset_id,)] = rows("SELECT id FROM staff_resets")
    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.passwords.reset(crew.shop.secret.issue("customer-password_reset", str(reset_id)), OTHER, HERE)
    assert state(rows) == before


def test_of_many_requests_in_a_row_one_is_answered(crew: Crew, clock: Clock) -> None:
    crew.hire("Kim", Role.SUPPORT)
    for _ in range(4):
        crew.passwords.ask_reset("kim@example.com")
    assert len(crew.mails("kim@example.com")) == 1
    clock.forward(timedelta(minutes=6))
    crew.passwords.ask_reset("kim@example.com")
    assert len(crew.mails("kim@example.com")) == 2


def test_somebody_who_may_more_is_out_of_reach(crew: Crew, rows: Rows) -> None:
    boss = crew.hire("Boss")
    narrow = Actor.key(uuid4(), "hiring", frozenset({Permission.STAFF_MANAGE}), Origin())
    before = state(rows)
    for refused in (
        lambda: crew.passwords.set_password(narrow, boss.id, OTHER),
        lambda: crew.staff.create(narrow, "x@example.com", "X", Role.ADMIN, OTHER),
        lambda: crew.staff.set_role(narrow, boss.id, Role.SUPPORT),
        lambda: crew.staff.enable(narrow, boss.id),
        lambda: crew.shop.staff_sessions.end_all(narrow, boss.id),
        lambda: crew.shop.staff_sessions.end(narrow, boss.id, uuid4()),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert state(rows) == before

    crew.hire("Second")
    before = state(rows)
    with pytest.raises(PermissionDenied):
        crew.staff.disable(narrow, boss.id)
    assert state(rows) == before


def test_logging_in_is_locked_after_ten_guesses_and_told_alike_for_strangers(crew: Crew, clock: Clock) -> None:
    crew.hire("Kim", Role.SUPPORT)
    for email in ("kim@example.com", "nobody@example.com"):
        elsewhere = evolve(HERE, address=f"198.51.100.{len(email)}")
        for _ in range(10):
            with pytest.raises(InvalidCredentials):
                crew.staff.log_in(email, OTHER, elsewhere)
        with pytest.raises(LoginLocked):
            crew.staff.log_in(email, GOOD, elsewhere)
    clock.forward(timedelta(minutes=16))
    assert crew.token("Kim")


def test_who_has_read_the_mail_of_an_account_comes_in_while_others_guess(crew: Crew, clock: Clock) -> None:
    crew.hire("Kim", Role.SUPPORT)
    elsewhere = Origin("req-2", "198.51.100.7")

    def others_guess() -> None:
        for number in range(20):
            with pytest.raises((InvalidCredentials, LoginLocked)):
                crew.staff.log_in("kim@example.com", "a wrong password", Origin("r", f"192.0.2.{100 + number}"))

    others_guess()
    with pytest.raises(LoginLocked):
        crew.staff.log_in("kim@example.com", GOOD, elsewhere)

    crew.passwords.ask_reset("kim@example.com")
    crew.passwords.reset(crew.link("kim@example.com"), OTHER, elsewhere)

    for _ in range(3):
        others_guess()
        assert crew.staff.log_in("kim@example.com", OTHER, elsewhere).access_token
        clock.forward(timedelta(minutes=16))


def test_the_version_told_with_another_password_is_the_one_that_is_kept(crew: Crew) -> None:
    kim = crew.hire("Kim")
    told = crew.passwords.change(crew.actor("Kim"), GOOD, OTHER, HERE).staff.version
    assert told == crew.staff.show(SYSTEM, kim.id).version
