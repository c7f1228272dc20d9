"""Actors and the permission matrix: the one place that says who may do what."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.errors import PermissionDenied


class Permission(StrEnum):
    """One thing an operator may be allowed to do."""

    CATALOG_READ = "catalog:read"
    CATALOG_WRITE = "catalog:write"
    INVENTORY_READ = "inventory:read"
    INVENTORY_WRITE = "inventory:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_PRIVACY = "customers:privacy"  # export, erase and merge people
    CARTS_READ = "carts:read"
    DISCOUNTS_READ = "discounts:read"
    DISCOUNTS_WRITE = "discounts:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    STAFF_MANAGE = "staff:manage"
    KEYS_MANAGE = "keys:manage"
    SUBSCRIPTIONS_READ = "subscriptions:read"
    SUBSCRIPTIONS_WRITE = "subscriptions:write"  # says who outside hears of everything
    OPERATIONS_READ = "operations:read"
    OPERATIONS_WRITE = "operations:write"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """What a member of staff is here for."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    SUPPORT = "SUPPORT"


_EVERYBODY = frozenset(Role)
_MANAGERS = frozenset({Role.ADMIN, Role.MANAGER})
_ADMINS = frozenset({Role.ADMIN})

# The whole matrix. What has no line here is allowed to nobody, not even to administrators.
MATRIX: Mapping[Permission, frozenset[Role]] = {
    Permission.CATALOG_READ: _EVERYBODY,
    Permission.CATALOG_WRITE: _MANAGERS,
    Permission.INVENTORY_READ: _EVERYBODY,
    Permission.INVENTORY_WRITE: _MANAGERS,
    Permission.ORDERS_READ: _EVERYBODY,
    Permission.ORDERS_WRITE: _EVERYBODY,
    Permission.CUSTOMERS_READ: _EVERYBODY,
    Permission.CUSTOMERS_WRITE: _EVERYBODY,
    Permission.CUSTOMERS_PRIVACY: _MANAGERS,
    Permission.CARTS_READ: _EVERYBODY,
    Permission.DISCOUNTS_READ: _EVERYBODY,
    Permission.DISCOUNTS_WRITE: _MANAGERS,
    Permission.SETTINGS_READ: _MANAGERS,
    Permission.SETTINGS_WRITE: _MANAGERS,
    Permission.STAFF_MANAGE: _ADMINS,
    Permission.KEYS_MANAGE: _ADMINS,
    Permission.SUBSCRIPTIONS_READ: _MANAGERS,
    Permission.SUBSCRIPTIONS_WRITE: _ADMINS,
    Permission.OPERATIONS_READ: _MANAGERS,
    Permission.OPERATIONS_WRITE: _ADMINS,
    Permission.AUDIT_READ: _ADMINS,
}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: frozenset(permission for permission, roles in MATRIX.items() if role in roles) for role in Role
}


# Whoever may change something sees it: the answer to a change is the thing. Every role has both anyway; a key that was
# given only the right to write would change things and then be refused the answer.
SEES: Mapping[Permission, Permission] = {
    Permission.CATALOG_WRITE: Permission.CATALOG_READ,
    Permission.INVENTORY_WRITE: Permission.INVENTORY_READ,
    Permission.ORDERS_WRITE: Permission.ORDERS_READ,
    Permission.CUSTOMERS_WRITE: Permission.CUSTOMERS_READ,
    Permission.CUSTOMERS_PRIVACY: Permission.CUSTOMERS_READ,
    Permission.DISCOUNTS_WRITE: Permission.DISCOUNTS_READ,
    Permission.SETTINGS_WRITE: Permission.SETTINGS_READ,
    Permission.SUBSCRIPTIONS_WRITE: Permission.SUBSCRIPTIONS_READ,
    Permission.OPERATIONS_WRITE: Permission.OPERATIONS_READ,
}


class ActorKind(StrEnum):
    """Whose hands these are."""

    SYSTEM = "system"
    STAFF = "staff"
    KEY = "key"
    CLI = "cli"
    CUSTOMER = "customer"
    GUEST = "guest"


@frozen
class Origin:
    """Where a request came from, for the audit log."""

    request_id: str | None = None
    address: str | None = None


@frozen
class Actor:
    """Somebody who acts. Operator use cases take one first and ask it what it may do."""

    kind: ActorKind
    id: UUID | None
    name: str
    permissions: frozenset[Permission] = frozenset()
    origin: Origin = field(factory=Origin, eq=False)

    def must(self, permission: Permission) -> None:
        """Raises `PermissionDenied` unless this actor may."""
        if permission not in self.permissions:
            raise PermissionDenied(permission.value)

    def must_cover(self, permissions: Iterable[Permission]) -> None:
        """Nobody gives what they do not have. Raises `PermissionDenied` for the first that this actor lacks."""
        wanted = set(permissions)
        for permission in Permission:
            if permission in wanted:
                self.must(permission)

    @classmethod
    def staff(cls, user_id: UUID, name: str, role: Role, origin: Origin) -> "Actor":
        """A member of staff, with what the matrix gives their role."""
        return cls(ActorKind.STAFF, user_id, name, PERMISSIONS[role], origin)

    @classmethod
    def key(cls, key_id: UUID, name: str, permissions: frozenset[Permission], origin: Origin) -> "Actor":
        """A program, with what its key allows, and a look at what it may change."""
        seen = {SEES[permission] for permission in permissions if permission in SEES}
        return cls(ActorKind.KEY, key_id, name, permissions | seen, origin)

    @classmethod
    def command_line(cls, user: str, request_id: str) -> "Actor":
        """Whoever may run commands where the shop runs: they hold its database anyway, and may do everything."""
        return cls(ActorKind.CLI, None, user, frozenset(Permission), Origin(request_id))


SYSTEM = Actor(ActorKind.SYSTEM, None, "system", frozenset(Permission))
GUEST = Actor(ActorKind.GUEST, None, "guest")


Changes = dict[str, tuple[object, object]]

HIDDEN = "••••"  # stands in the audit log for a value that was there
_PERSONAL = frozenset({"email", "phone", "address", "shipping_address", "billing_address", "first_name", "last_name"})
_SECRET = re.compile("password|secret|token|hash")


def hidden(before: object, after: object) -> tuple[object, object]:
    """That a field was set, changed or taken away, without what it held."""
    return (None if before is None else HIDDEN, None if after is None else HIDDEN)


def _to_be_kept(changes: Changes) -> Changes:
    """Those that are changes, and only the names of fields that are personal or secret by their name."""
    return {
        name: hidden(*values) if name in _PERSONAL or _SECRET.search(name) else values
        for name, values in changes.items()
        if values[0] != values[1] or values[0] == HIDDEN
    }


@frozen
class AuditEntry:
    """One thing an actor changed. `changes` maps a field to its value before and after; equal ones are left out.

    Nobody can be erased from a log that is never rewritten, so personal fields stand in it by name alone; those of
    other names go through `hidden` first.
    """

    actor: Actor
    action: str
    entity_type: str
    entity_id: str
    changes: Changes = field(factory=dict, converter=_to_be_kept)
