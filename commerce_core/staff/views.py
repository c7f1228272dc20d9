"""What the staff looks like from outside."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Permission, Role
from commerce_core.staff.model import Credentials, StaffMember


@frozen
class StaffView:
    """A member of staff and what they may do."""

    id: UUID
    email: str
    name: str
    role: Role
    permissions: tuple[Permission, ...]
    disabled_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, member: StaffMember) -> "StaffView":
        """The view of a member."""
        return cls(
            id=member.id,
            email=member.email,
            name=member.name,
            role=member.role,
            permissions=member.permissions,
            disabled_at=member.disabled_at,
            created_at=member.created_at,
        )


@frozen
class StaffSession:
    """An open session. The token is shown this once; the database keeps its hash."""

    access_token: str = field(repr=False)
    expires_at: datetime
    staff: StaffView
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - its type, not a secret


class StaffReader(Protocol):
    """Reads that need no transaction; each is one statement."""

    def everybody(self) -> tuple[StaffMember, ...]:
        """The whole staff, oldest first."""
        ...

    def member(self, member_id: UUID) -> StaffMember | None:
        """One member, or None."""
        ...

    def credentials(self, email_key: str) -> Credentials | None:
        """Who logs in with this normalised address, or None."""
        ...

    def session_owner(self, token_hash: bytes) -> StaffMember | None:
        """Whose session this is; None when it is unknown or expired, or they are disabled."""
        ...
