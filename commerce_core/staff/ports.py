"""What staff asks of the database and of a password hash."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.kernel.transaction import Work
from commerce_core.staff.model import Credentials, StaffMember, Team


class PasswordHasher(Protocol):
    """A slow, salted hash. Never called while a transaction is open; raises `Busy` when too many hash at once."""

    def hash(self, password: str) -> str:
        """What to keep of a password."""
        ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one. None, for an account that does not exist, takes the same work to refuse."""
        ...

    def outdated(self, password_hash: str) -> bool:
        """Whether today a password would be hashed in another, stronger way."""
        ...


class StaffRegister(Protocol):
    """The staff within a transaction."""

    def lock_team(self) -> Team:
        """Everybody, after waiting for whoever else is changing the team."""
        ...

    def lock(self, member_id: UUID) -> Credentials | None:
        """One member, whose row nobody else changes until this transaction ends."""
        ...

    def add(self, member: StaffMember, password_hash: str) -> None:
        """Add a member. Raises `EmailTaken`."""
        ...

    def save(self, member: StaffMember) -> None:
        """Write the role, whether they are disabled, and the version."""
        ...

    def set_password_hash(self, member_id: UUID, password_hash: str) -> None:
        """Replace the hash."""
        ...


class StaffSessions(Protocol):
    """Who is logged in. Only a hash of each token is kept."""

    def open(self, token_hash: bytes, member_id: UUID, expires_at: datetime) -> None:
        """Start a session, and forget the member's expired ones."""
        ...

    def close(self, token_hash: bytes, member_id: UUID) -> bool:
        """End a session of this member; False when there is none."""
        ...

    def close_all(self, member_id: UUID) -> None:
        """End every session of a member."""
        ...


class StaffWork(Work, Protocol):
    """What a transaction of this feature may touch."""

    @property
    def staff(self) -> StaffRegister:
        """The team."""
        ...

    @property
    def staff_sessions(self) -> StaffSessions:
        """Their sessions."""
        ...

    @property
    def audit(self) -> AuditLog:
        """The record of who changed what."""
        ...
