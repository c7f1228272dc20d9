"""Actors and the permission matrix: the one place that says who may do what."""

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
    CARTS_READ = "carts:read"
    DISCOUNTS_READ = "discounts:read"
    DISCOUNTS_WRITE = "discounts:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    STAFF_MANAGE = "staff:manage"
    OPERATIONS_READ = "operations:read"
    OPERATIONS_WRITE = "operations:write"


class Role(StrEnum):
    """What a member of staff is here for."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    SUPPORT = "SUPPORT"


_ALL = frozenset(Permission)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: _ALL,
    Role.MANAGER: _ALL - {Permission.STAFF_MANAGE, Permission.OPERATIONS_WRITE},
    Role.SUPPORT: frozenset({
        Permission.CATALOG_READ,
        Permission.INVENTORY_READ,
        Permission.ORDERS_READ,
        Permission.ORDERS_WRITE,
        Permission.CUSTOMERS_READ,
        Permission.CARTS_READ,
        Permission.DISCOUNTS_READ,
    }),
}  # fmt: skip


class ActorKind(StrEnum):
    """Whose hands these are."""

    SYSTEM = "system"
    STAFF = "staff"
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

    @classmethod
    def staff(cls, user_id: UUID, name: str, role: Role, origin: Origin) -> "Actor":
        """A member of staff, with what the matrix gives their role."""
        return cls(ActorKind.STAFF, user_id, name, PERMISSIONS[role], origin)


SYSTEM = Actor(ActorKind.SYSTEM, None, "system", _ALL)
GUEST = Actor(ActorKind.GUEST, None, "guest")


Changes = dict[str, tuple[object, object]]


@frozen
class AuditEntry:
    """One thing an actor changed. `changes` maps a field to its value before and after."""

    actor: Actor
    action: str
    entity_type: str
    entity_id: str
    changes: Changes = field(factory=dict)
