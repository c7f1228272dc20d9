"""Coming to the staff: by invitation, with a password of one's own, and with no more than the inviter had."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import SYSTEM, Actor, Origin, Permission, Role
from commerce_core.emails.model import HIDDEN, Locale
from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.staff.errors import (
    EmailTaken,
    InvitationNotFound,
    InvitationPending,
    SessionInvalid,
    StaffProofInvalid,
)
from commerce_core.staff.model import NewInvitation
from commerce_core.testing.clock import Clock
from tests.features.staff.conftest import GOOD, HERE, OTHER, Crew, Rows, state

ZOE = NewInvitation("Zoe@Example.com", "Zoé", Role.MANAGER, Locale.FR)


def test_somebody_invited_chooses_a_password_and_is_in(crew: Crew, rows: Rows) -> None:
    crew.hire("Boss")
    asked = crew.invitations.invite(crew.actor("Boss"), ZOE)
    assert (asked.invited_by, asked.mails) == ("Boss", 1)
    assert "Zoé" in crew.mails("Zoe@Example.com")[0]
    assert "responsable" in crew.mails("Zoe@Example.com")[0]

    joined = crew.invitations.accept(crew.link("Zoe@Example.com"), OTHER, HERE)

    assert (joined.email, joined.name, joined.role, joined.locale) == ("Zoe@Example.com", "Zoé", "MANAGER", "fr")
    assert crew.staff.log_in("zoe@example.com", OTHER, HERE).staff.id == joined.id
    assert crew.invitations.list_invitations(SYSTEM) == ()
    assert rows("SELECT actor_kind, actor_id, address FROM audit_logs WHERE action = 'staff.joined'") == [
        ("staff", joined.id, "192.0.2.1")
    ]


def test_no_row_holds_the_token_and_the_kept_mail_hides_it(crew: Crew, rows: Rows) -> None:
    crew.invitations.invite(SYSTEM, ZOE)
    token = crew.link("Zoe@Example.com")
    tables = [row[0] for row in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    everything = "".join(str(row) for table in tables for row in rows(f"SELECT t::text FROM {table} t"))
    assert token.partition(".")[2] not in everything
    assert rows("SELECT text LIKE %s FROM email_outbox", f"%{HIDDEN}%") == [(True,)]


SPOILT: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "another signature": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "another id": lambda token: f"{uuid4()}{token[36:]}",
    "a later mail": lambda token: token.replace(":1.", ":2."),
    "no text": lambda token: chr(0xD800) + token,
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_token_that_is_not_ours_lets_nobody_in(crew: Crew, rows: Rows, spoil: Callable[[str], str]) -> None:
    crew.invitations.invite(SYSTEM, ZOE)
    token, before = crew.link("Zoe@Example.com"), state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.invitations.accept(spoil(token), OTHER, HERE)
    assert state(rows) == before


def test_a_weak_password_leaves_the_invitation_as_it_was(crew: Crew, rows: Rows) -> None:
    crew.invitations.invite(SYSTEM, ZOE)
    token, before = crew.link("Zoe@Example.com"), state(rows)
    with pytest.raises(InvalidInput):
        crew.invitations.accept(token, "zoe@example.com", HERE)
    assert state(rows) == before
    assert crew.invitations.accept(token, OTHER, HERE)


def test_an_invitation_is_accepted_once_also_by_two_at_once(crew: Crew, rows: Rows) -> None:
    crew.invitations.invite(SYSTEM, ZOE)
    token = crew.link("Zoe@Example.com")

    def join(password: str) -> object:
        try:
            return crew.invitations.accept(token, password, HERE)
        except CommerceError as refused:
            return refused

    with ThreadPoolExecutor(2) as pool:
        joined = list(pool.map(join, [GOOD, OTHER]))
    assert sorted(type(one).__name__ for one in joined) == ["StaffProofInvalid", "StaffView"]
    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.invitations.accept(token, GOOD, HERE)
    assert state(rows) == before


def test_an_invitation_holds_a_week(crew: Crew, rows: Rows, clock: Clock) -> None:
    asked = crew.invitations.invite(SYSTEM, ZOE)
    token = crew.link("Zoe@Example.com")
    clock.forward(timedelta(days=7, seconds=1))
    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.invitations.accept(token, OTHER, HERE)
    assert state(rows) == before

    crew.invitations.resend(SYSTEM, asked.id)
    assert crew.invitations.accept(crew.link("Zoe@Example.com"), OTHER, HERE)


def test_sending_again_makes_another_link_and_ends_the_one_before(crew: Crew, rows: Rows) -> None:
    asked = crew.invitations.invite(SYSTEM, ZOE)
    old = crew.link("Zoe@Example.com")

    again = crew.invitations.resend(SYSTEM, asked.id)

    assert (again.mails, len(crew.mails("Zoe@Example.com"))) == (2, 2)
    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.invitations.accept(old, OTHER, HERE)
    assert state(rows) == before
    assert crew.invitations.accept(crew.link("Zoe@Example.com"), OTHER, HERE)


def test_a_withdrawn_invitation_opens_nothing(crew: Crew, rows: Rows) -> None:
    asked = crew.invitations.invite(SYSTEM, ZOE)
    token = crew.link("Zoe@Example.com")
    crew.invitations.withdraw(SYSTEM, asked.id)
    before = state(rows)
    with pytest.raises(StaffProofInvalid):
        crew.invitations.accept(token, OTHER, HERE)
    for change in (crew.invitations.withdraw, crew.invitations.resend):
        with pytest.raises(InvitationNotFound):
            change(SYSTEM, asked.id)
    assert state(rows) == before


def test_nobody_is_invited_twice_nor_who_is_there(crew: Crew, rows: Rows) -> None:
    crew.hire("Kim")
    crew.invitations.invite(SYSTEM, ZOE)
    before = state(rows)
    with pytest.raises(InvitationPending):
        crew.invitations.invite(SYSTEM, NewInvitation("ZOE@example.com", "Z", Role.SUPPORT))
    with pytest.raises(EmailTaken):
        crew.invitations.invite(SYSTEM, NewInvitation("KIM@example.com", "Kim", Role.SUPPORT))
    assert state(rows) == before


def test_somebody_taken_on_meanwhile_is_not_taken_on_twice(crew: Crew, rows: Rows) -> None:
    crew.invitations.invite(SYSTEM, ZOE)
    token = crew.link("Zoe@Example.com")
    crew.hire("Zoe", Role.SUPPORT)
    before = state(rows)
    with pytest.raises(EmailTaken):
        crew.invitations.accept(token, OTHER, HERE)
    assert state(rows) == before


def test_what_is_no_address_and_what_is_no_name_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        NewInvitation("nobody", " ", Role.SUPPORT)
    assert [error.pointer for error in refused.value.errors] == ["/email", "/name"]


def test_only_who_manages_the_staff_invites_and_nobody_gives_more_than_they_have(crew: Crew, rows: Rows) -> None:
    manager = Actor.staff(uuid4(), "Mo", Role.MANAGER, Origin())
    narrow = Actor.key(uuid4(), "hiring", frozenset({Permission.STAFF_MANAGE}), Origin())
    asked = crew.invitations.invite(SYSTEM, ZOE)
    before = state(rows)
    for refused in (
        lambda: crew.invitations.invite(manager, NewInvitation("x@example.com", "X", Role.SUPPORT)),
        lambda: crew.invitations.list_invitations(manager),
        lambda: crew.invitations.resend(manager, asked.id),
        lambda: crew.invitations.withdraw(manager, asked.id),
        lambda: crew.invitations.invite(narrow, NewInvitation("x@example.com", "X", Role.SUPPORT)),
        lambda: crew.invitations.resend(narrow, asked.id),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert state(rows) == before


@pytest.mark.parametrize(("fall", "refused"), [("disabled", SessionInvalid), ("demoted", PermissionDenied)])
def test_whoever_is_just_losing_access_leaves_no_invitation_behind(
    crew: Crew, rows: Rows, fall: str, refused: type[CommerceError]
) -> None:
    crew.hire("Boss")
    one = crew.hire("One")
    actor = crew.actor("One")  # as a request has it that is on its way
    if fall == "disabled":
        crew.staff.disable(SYSTEM, one.id)
    else:
        crew.staff.set_role(SYSTEM, one.id, Role.MANAGER)
    before = state(rows)
    with pytest.raises(refused):
        crew.invitations.invite(actor, NewInvitation("zoe@example.com", "Zoé", Role.SUPPORT))
    assert state(rows) == before


@pytest.mark.parametrize("fall", ["disabled", "demoted"])
def test_whoever_loses_access_takes_their_open_invitations_with_them(crew: Crew, rows: Rows, fall: str) -> None:
    crew.hire("Boss")
    one = crew.hire("One")
    crew.invitations.invite(crew.actor("One"), ZOE)
    kept = crew.invitations.invite(crew.actor("Boss"), NewInvitation("kept@example.com", "Kept", Role.SUPPORT))
    token = crew.link("Zoe@Example.com")

    if fall == "disabled":
        crew.staff.disable(SYSTEM, one.id)
    else:
        crew.staff.set_role(SYSTEM, one.id, Role.MANAGER)

    with pytest.raises(StaffProofInvalid):
        crew.invitations.accept(token, OTHER, HERE)
    assert [asked.id for asked in crew.invitations.list_invitations(SYSTEM)] == [kept.id]
    [(changes,)] = rows("SELECT changes FROM audit_logs ORDER BY id DESC LIMIT 1")
    assert changes["invitations"] == {"before": 1, "after": 0}
