"""Who may do what: the whole matrix, written down a second time on purpose."""

from uuid import uuid4

import pytest

from commerce_core.access import model
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import (
    GUEST,
    PERMISSIONS,
    SEES,
    SYSTEM,
    Actor,
    ActorKind,
    Origin,
    Permission,
    Role,
)

MATRIX = {
    #                              ADMIN MANAGER SUPPORT
    Permission.CATALOG_READ:      (True, True,  True),
    Permission.CATALOG_WRITE:     (True, True,  False),
    Permission.INVENTORY_READ:    (True, True,  True),
    Permission.INVENTORY_WRITE:   (True, True,  False),
    Permission.ORDERS_READ:       (True, True,  True),
    Permission.ORDERS_WRITE:      (True, True,  True),
    Permission.CUSTOMERS_READ:    (True, True,  True),
    Permission.CUSTOMERS_WRITE:   (True, True,  True),
    Permission.CUSTOMERS_PRIVACY: (True, True,  False),
    Permission.CARTS_READ:        (True, True,  True),
    Permission.DISCOUNTS_READ:    (True, True,  True),
    Permission.DISCOUNTS_WRITE:   (True, True,  False),
    Permission.SETTINGS_READ:     (True, True,  False),
    Permission.SETTINGS_WRITE:    (True, True,  False),
    Permission.STAFF_MANAGE:      (True, False, False),
    Permission.KEYS_MANAGE:       (True, False, False),
    Permission.SUBSCRIPTIONS_READ:  (True, True,  False),
    Permission.SUBSCRIPTIONS_WRITE: (True, False, False),
    Permission.OPERATIONS_READ:   (True, True,  False),
    Permission.OPERATIONS_WRITE:  (True, False, False),
    Permission.AUDIT_READ:        (True, False, False),
}  # fmt: skip
ROLES = (Role.ADMIN, Role.MANAGER, Role.SUPPORT)
CELLS = [(role, permission, MATRIX[permission][column]) for permission in MATRIX for column, role in enumerate(ROLES)]


def staff(role: Role) -> Actor:
    return Actor.staff(uuid4(), "kim@example.com", role, Origin())


def may(actor: Actor, permission: Permission) -> bool:
    try:
        actor.must(permission)
    except PermissionDenied:
        return False
    return True


def test_the_matrix_names_every_permission_and_every_role() -> None:
    assert set(MATRIX) == set(Permission) == set(model.MATRIX)
    assert set(ROLES) == set(Role) == set(PERMISSIONS)


@pytest.mark.parametrize(("role", "permission", "allowed"), CELLS)
def test_a_role_allows_exactly_what_the_matrix_says(role: Role, permission: Permission, *, allowed: bool) -> None:
    assert may(staff(role), permission) is allowed


def test_a_refusal_names_the_permission_that_was_missing() -> None:
    with pytest.raises(PermissionDenied) as refused:
        staff(Role.SUPPORT).must(Permission.CATALOG_WRITE)

    assert refused.value.facts() == {"permission": "catalog:write"}
    assert refused.value.code == "permission-denied"


def test_the_system_may_everything_and_a_guest_nothing() -> None:
    assert all(may(SYSTEM, permission) for permission in Permission)
    assert not any(may(GUEST, permission) for permission in Permission)


def test_an_actor_of_the_staff_carries_who_it_is_and_where_it_comes_from() -> None:
    member_id = uuid4()

    actor = Actor.staff(member_id, "kim@example.com", Role.MANAGER, Origin("req-1", "192.0.2.7"))

    assert (actor.kind, actor.id, actor.name) == (ActorKind.STAFF, member_id, "kim@example.com")
    assert actor.origin == Origin(request_id="req-1", address="192.0.2.7")


def test_a_key_may_what_it_was_made_for_and_nothing_else() -> None:
    key = Actor.key(uuid4(), "till", frozenset({Permission.ORDERS_READ}), Origin())

    assert [permission for permission in Permission if may(key, permission)] == [Permission.ORDERS_READ]


def test_whoever_may_change_something_sees_it() -> None:
    writes = [permission for permission in Permission if not permission.endswith((":read", ":manage"))]
    assert list(SEES) == writes

    for write, read in SEES.items():
        key = Actor.key(uuid4(), "till", frozenset({write}), Origin())
        assert key.permissions == {write, read}
        assert model.MATRIX[write] <= model.MATRIX[read]


def test_nobody_covers_more_than_they_have_and_the_first_that_lacks_is_named() -> None:
    staff(Role.MANAGER).must_cover(PERMISSIONS[Role.SUPPORT])
    staff(Role.SUPPORT).must_cover(())

    with pytest.raises(PermissionDenied) as refused:
        staff(Role.SUPPORT).must_cover(PERMISSIONS[Role.MANAGER])

    assert refused.value.permission == Permission.CATALOG_WRITE
