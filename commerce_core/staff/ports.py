"""What staff asks of the database and of a password hash."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.emails.ports import EmailQueue
from commerce_core.kernel.transaction import Work
from commerce_core.outbox.ports import Outbox
from commerce_core.staff.model import Credentials, Invitation, PasswordReset, StaffMember, Team


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

    def lock_address(self, email_key: str) -> StaffMember | None:
        """The same for whoever has this normalised address."""
        ...

    def add(self, member: StaffMember, password_hash: str) -> None:
        """Add a member. Raises `EmailTaken`."""
        ...

    def save(self, member: StaffMember) -> None:
        """Write the role, whether they are disabled, and the version."""
        ...

    def set_password_hash(self, member_id: UUID, password_hash: str) -> None:
        """Replace the hash, and count the version up."""
        ...


class StaffSessions(Protocol):
    """Who is logged in. Only a hash of each token is kept."""

    def open(
        self, session_id: UUID, token_hash: bytes, member_id: UUID, expires_at: datetime, address: str | None
    ) -> None:
        """Start a session, and forget the member's expired ones."""
        ...

    def close(self, token_hash: bytes, member_id: UUID) -> bool:
        """End the session of this token; False when this member has none such."""
        ...

    def end(self, session_id: UUID, member_id: UUID) -> bool:
        """End a session by its id; False when this member has none such."""
        ...

    def forget_ended(self, limit: int) -> int:
        """Forget sessions that are over, `limit` at most, and ways to another password; returns how many sessions."""
        ...

    def close_all(self, member_id: UUID) -> int:
        """End every session of a member; returns how many there were."""
        ...


class Invitations(Protocol):
    """Invitations that are open. One that is accepted or withdrawn is gone."""

    def add(self, invitation: Invitation) -> None:
        """Add one. Raises `InvitationPending`."""
        ...

    def lock(self, invitation_id: UUID) -> Invitation | None:
        """One that nobody else accepts, renews or withdraws until this transaction ends."""
        ...

    def renew(self, invitation: Invitation) -> None:
        """Write how many mails there were, and until when it holds."""
        ...

    def remove(self, invitation_id: UUID) -> None:
        """It is open no more."""
        ...

    def remove_of(self, inviter_id: UUID) -> int:
        """Nor are any of this member or key; returns how many there were."""
        ...


class PasswordResets(Protocol):
    """Ways to another password, asked for and not used."""

    def add(self, reset: PasswordReset) -> None:
        """Add one, and forget those that are over."""
        ...

    def lock(self, reset_id: UUID) -> PasswordReset | None:
        """One that nobody else uses until this transaction ends."""
        ...

    def asked_lately(self, reset: PasswordReset, pause: timedelta) -> bool:
        """Whether another was asked for this address so shortly before."""
        ...

    def remove(self, reset_id: UUID) -> None:
        """There is nobody to send it to."""
        ...

    def remove_of(self, email_key: str) -> None:
        """None of this address opens anything any more."""
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
    def staff_invitations(self) -> Invitations:
        """Who may join."""
        ...

    @property
    def staff_resets(self) -> PasswordResets:
        """Who may choose another password."""
        ...

    @property
    def emails(self) -> EmailQueue:
        """Mail to them."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What happened."""
        ...

    @property
    def audit(self) -> AuditLog:
        """The record of who changed what."""
        ...
