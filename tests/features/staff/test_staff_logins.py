"""Seeing where one is logged in, and ending it; and two administrators who would each remove the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import SYSTEM, Actor, Origin, Permission, Role
from commerce_core.kernel.errors import CommerceError
from commerce_core.staff.errors import SessionInvalid, StaffNotFound, StaffOnly, StaffSessionNotFound
from commerce_core.testing.clock import Clock
from tests.features.staff.conftest import GOOD, HERE, Crew, Rows, state


def test_one_sees_where_one_is_logged_in_and_which_is_here(crew: Crew, clock: Clock) -> None:
    crew.hire("Kim", Role.SUPPORT)
    crew.hire("Other")
    crew.token("Other")
    there = crew.staff.log_in("kim@example.com", GOOD, Origin("r", "198.51.100.9"))
    clock.forward(timedelta(hours=1))
    here = crew.token("Kim")

    sessions = crew.shop.staff_sessions.list_own(crew.shop.operators.authenticate(here, HERE), here)

    assert [(one.address, one.current) for one in sessions] == [("192.0.2.1", True), ("198.51.100.9", False)]
    assert sessions[1].expires_at == there.expires_at
    clock.forward(timedelta(hours=11, seconds=1))
    assert len(crew.shop.staff_sessions.list_own(crew.shop.operators.authenticate(here, HERE))) == 1


def test_a_session_is_ended_from_elsewhere(crew: Crew) -> None:
    crew.hire("Kim", Role.SUPPORT)
    lost, here = crew.token("Kim"), crew.token("Kim")
    kim = crew.shop.operators.authenticate(here, HERE)
    other = next(one for one in crew.shop.staff_sessions.list_own(kim, here) if not one.current)

    crew.shop.staff_sessions.end_own(kim, other.id)

    with pytest.raises(SessionInvalid):
        crew.shop.operators.authenticate(lost, HERE)
    assert crew.shop.operators.authenticate(here, HERE)


def test_nobody_ends_a_session_that_is_not_theirs(crew: Crew, rows: Rows) -> None:
    crew.hire("Kim", Role.SUPPORT)
    crew.hire("Boss")
    boss_token = crew.token("Boss")
    [boss_session] = crew.shop.staff_sessions.list_own(crew.shop.operators.authenticate(boss_token, HERE))
    kim = crew.actor("Kim")
    before = state(rows)
    for session_id in (boss_session.id, uuid4()):
        with pytest.raises(StaffSessionNotFound):
            crew.shop.staff_sessions.end_own(kim, session_id)
    for actor in (SYSTEM, Actor.key(uuid4(), "till", frozenset(Permission), HERE)):
        with pytest.raises(StaffOnly):
            crew.shop.staff_sessions.end_own(actor, boss_session.id)
        with pytest.raises(StaffOnly):
            crew.shop.staff_sessions.list_own(actor)
    assert state(rows) == before


def test_an_administrator_sees_and_ends_those_of_others(crew: Crew, rows: Rows) -> None:
    kim = crew.hire("Kim", Role.SUPPORT)
    crew.hire("Boss")
    tokens = [crew.token("Kim") for _ in range(3)]
    boss = crew.actor("Boss")
    sessions = crew.shop.staff_sessions.list_of(boss, kim.id)
    assert (len(sessions), any(one.current for one in sessions)) == (3, False)

    crew.shop.staff_sessions.end(boss, kim.id, sessions[0].id)
    assert crew.shop.staff_sessions.end_all(boss, kim.id) == 2
    assert crew.shop.staff_sessions.end_all(boss, kim.id) == 0

    for token in tokens:
        with pytest.raises(SessionInvalid):
            crew.shop.operators.authenticate(token, HERE)
    assert rows("SELECT action FROM audit_logs WHERE action LIKE 'staff.session%' ORDER BY id") == [
        ("staff.session_ended",),
        ("staff.sessions_ended",),
    ]


def test_sessions_of_others_are_for_administrators(crew: Crew, rows: Rows) -> None:
    boss = crew.hire("Boss")
    crew.hire("Mo", Role.MANAGER)
    crew.token("Boss")
    [session] = crew.shop.staff_sessions.list_of(SYSTEM, boss.id)
    mo = crew.actor("Mo")
    before = state(rows)
    for refused in (
        lambda: crew.shop.staff_sessions.list_of(mo, boss.id),
        lambda: crew.shop.staff_sessions.end(mo, boss.id, session.id),
        lambda: crew.shop.staff_sessions.end_all(mo, boss.id),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    for missing in (
        lambda: crew.shop.staff_sessions.list_of(SYSTEM, uuid4()),
        lambda: crew.shop.staff_sessions.end(SYSTEM, uuid4(), session.id),
        lambda: crew.shop.staff_sessions.end_all(SYSTEM, uuid4()),
    ):
        with pytest.raises(StaffNotFound):
            missing()
    with pytest.raises(StaffSessionNotFound):
        crew.shop.staff_sessions.end(SYSTEM, boss.id, uuid4())
    assert state(rows) == before


def test_sessions_and_links_that_are_over_are_forgotten(crew: Crew, rows: Rows, clock: Clock) -> None:
    crew.hire("Kim", Role.SUPPORT)
    crew.token("Kim")
    crew.passwords.ask_reset("kim@example.com")
    clock.forward(timedelta(hours=2))
    crew.token("Kim")
    clock.forward(timedelta(hours=10, seconds=1))

    assert crew.shop.staff_sessions.forget_ended() == 1

    assert rows("SELECT (SELECT count(*) FROM staff_sessions), (SELECT count(*) FROM staff_resets)") == [(1, 0)]


def test_an_address_in_a_session_is_where_it_was_opened(crew: Crew) -> None:
    kim = crew.hire("Kim", Role.SUPPORT)
    crew.staff.log_in("kim@example.com", GOOD, evolve(HERE, address=None))
    assert [one.address for one in crew.shop.staff_sessions.list_of(SYSTEM, kim.id)] == [None]


def demoted(crew: Crew, actor: Actor, other: Actor, together: Barrier) -> str:
    together.wait()
    try:
        crew.staff.set_role(actor, other.id, Role.SUPPORT)  # type: ignore[arg-type]
    except CommerceError as refused:
        return refused.code
    return "demoted"


def test_two_administrators_who_demote_each_other_fifty_times_always_leave_one(crew: Crew, rows: Rows) -> None:
    members = (crew.hire("One"), crew.hire("Two"))
    one, two = crew.actor("One"), crew.actor("Two")
    outcomes = []
    for _ in range(50):
        for member in members:
            crew.staff.set_role(SYSTEM, member.id, Role.ADMIN)
        together = Barrier(2, timeout=10)
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(demoted, crew, *pair, together) for pair in ((one, two), (two, one))]
            outcomes.append(sorted(each.result() for each in both))
        assert rows("SELECT count(*) FROM users WHERE role = 'ADMIN' AND disabled_at IS NULL") == [(1,)]
    assert outcomes == [["demoted", "last-admin"]] * 50


@pytest.mark.parametrize(("fall", "refusal"), [("demoted", PermissionDenied), ("shut out", SessionInvalid)])
def test_a_request_under_way_does_nothing_more_for_who_is_just_losing_access(
    crew: Crew, rows: Rows, fall: str, refusal: type[CommerceError]
) -> None:
    """Mo was let in a moment ago as an administrator, and is none any more when the team is theirs to change."""
    crew.hire("Boss")
    falling, friend, foe = crew.hire("Mo"), crew.hire("Friend", Role.SUPPORT), crew.hire("Foe")
    out = crew.hire("Out")
    crew.staff.disable(SYSTEM, out.id)
    mo = crew.actor("Mo")
    if fall == "demoted":
        crew.staff.set_role(SYSTEM, falling.id, Role.MANAGER)
    else:
        crew.staff.disable(SYSTEM, falling.id)
    before = state(rows)
    for late in (
        lambda: crew.staff.set_role(mo, friend.id, Role.ADMIN),
        lambda: crew.staff.disable(mo, foe.id),
        lambda: crew.staff.enable(mo, out.id),
    ):
        with pytest.raises(refusal):
            late()
        assert state(rows) == before
