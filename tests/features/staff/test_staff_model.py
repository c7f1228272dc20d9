"""Staff as values: passwords worth setting, and a team that keeps an administrator."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core.access.model import Permission, Role
from commerce_core.kernel.errors import InvalidInput
from commerce_core.staff.errors import LastAdmin, StaffNotFound
from commerce_core.staff.model import (
    NewPassword,
    NewStaff,
    StaffId,
    StaffMember,
    Team,
    readable_password,
    same_password,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = "correct horse battery"


def member(role: Role) -> StaffMember:
    return StaffMember(StaffId(uuid4()), "kim@example.com", "Kim", role, disabled_at=None, version=1, created_at=NOW)


def pointers(refused: pytest.ExceptionInfo[InvalidInput]) -> dict[str, str]:
    return {error.pointer: error.code for error in refused.value.errors}


def test_twelve_characters_are_enough() -> None:
    assert NewPassword("twelve chars", "kim@example.com").value == "twelve chars"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("eleven char", "weak-password"),
        ("abababababababab", "weak-password"),
        ("Kim.Long@Example.com", "weak-password"),
        ("with a \x00 in the middle", "forbidden-character"),
        ("half a pair \ud800 of surrogates", "forbidden-character"),
        ("long" * 65, "too-long"),
    ],
)
def test_a_password_that_is_easy_to_guess_or_cannot_be_kept_is_refused(password: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        NewPassword(password, "kim.long@example.com")

    assert pointers(refused) == {"/password": code}


def test_every_field_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        NewStaff("not an address", " ", Role.SUPPORT, "short")

    assert pointers(refused) == {"/email": "invalid-email", "/name": "too-short", "/password": "weak-password"}


def test_a_refused_password_is_not_in_the_message() -> None:
    with pytest.raises(InvalidInput) as refused:
        NewPassword("oh-secret", "kim@example.com")

    assert "oh-secret" not in str(refused.value)
    assert GOOD not in repr(NewStaff("kim@example.com", "Kim", Role.ADMIN, GOOD))


def test_generated_passwords_are_good_readable_and_all_different() -> None:
    passwords = {readable_password() for _ in range(100)}

    assert len(passwords) == 100
    for password in passwords:
        assert NewPassword(password, "kim@example.com")
        assert len(password) == 23
        assert not set(password) & set("0o1il")


def test_one_password_typed_on_two_keyboards_is_the_same() -> None:
    assert same_password("cafe\u0301 with milk") == same_password("caf\u00e9 with milk")


def test_the_last_administrator_can_neither_step_down_nor_be_disabled() -> None:
    only, helper = member(Role.ADMIN), member(Role.MANAGER)
    gone = evolve(member(Role.ADMIN), disabled_at=NOW)
    team = Team((only, helper, gone))

    with pytest.raises(LastAdmin):
        team.assign(only.id, Role.MANAGER)
    with pytest.raises(LastAdmin):
        team.disable(only.id, NOW)


def test_one_of_two_administrators_may_go() -> None:
    one, other = member(Role.ADMIN), member(Role.ADMIN)
    team = Team((one, other))

    assert team.assign(one.id, Role.SUPPORT) == evolve(one, role=Role.SUPPORT, version=2)
    assert team.disable(other.id, NOW) == evolve(other, disabled_at=NOW, version=2)


def test_what_is_so_already_changes_nothing() -> None:
    admin, gone = member(Role.ADMIN), evolve(member(Role.SUPPORT), disabled_at=NOW)
    team = Team((admin, gone))

    assert team.assign(admin.id, Role.ADMIN) is admin
    assert team.disable(gone.id, datetime(2027, 1, 1, tzinfo=UTC)) is gone
    assert team.enable(admin.id) is admin


def test_a_stranger_is_not_on_the_team() -> None:
    with pytest.raises(StaffNotFound):
        Team((member(Role.ADMIN),)).enable(uuid4())


def test_permissions_come_in_the_order_of_the_matrix() -> None:
    assert member(Role.ADMIN).permissions == tuple(Permission)
    assert member(Role.SUPPORT).permissions[0] is Permission.CATALOG_READ
