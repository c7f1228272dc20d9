"""What the staff looks like from outside."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Permission, Role
from commerce_core.emails.model import Locale
from commerce_core.staff.model import Credentials, Invitation, PasswordReset, StaffMember


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
    locale: Locale
    version: int

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
            locale=member.locale,
            version=member.version,
        )


@frozen
class StaffSession:
    """An open session. The token is shown this once; the database keeps its hash."""

    access_token: str = field(repr=False)
    expires_at: datetime
    staff: StaffView
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - its type, not a secret


@frozen
class SessionView:
    """A place where somebody is logged in. `current`: it is the one that asks."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    address: str | None
    current: bool


@frozen
class InvitationView:
    """Somebody who has been asked and has not answered. `mails`: how often; only the last one's link works."""

    id: UUID
    email: str
    name: str
    role: Role
    locale: Locale
    invited_by: str
    mails: int
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationView":
        """The view of an invitation."""
        return cls(
            id=invitation.id,
            email=invitation.email,
            name=invitation.name,
            role=invitation.role,
            locale=invitation.locale,
            invited_by=invitation.invited_by_name,
            mails=invitation.mails,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )


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

    def sessions(self, member_id: UUID, token_hash: bytes | None) -> tuple[SessionView, ...]:
        """Where a member is logged in, the latest first; the one of this token is `current`."""
        ...

    def invitations(self) -> tuple[Invitation, ...]:
        """Those that are open, the oldest first, also when their time is over."""
        ...

    def invitation(self, invitation_id: UUID) -> Invitation | None:
        """One that is open, or None."""
        ...

    def reset(self, reset_id: UUID) -> PasswordReset | None:
        """A way to another password that was asked for, or None."""
        ...
