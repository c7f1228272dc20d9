"""The staff and their sessions in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Role
from commerce_core.emails.model import Locale
from commerce_core.kernel.text import normalise_email
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.staff_mails import invitation_value, reset_value
from commerce_core.staff.errors import EmailTaken
from commerce_core.staff.model import Credentials, Invitation, PasswordReset, StaffId, StaffMember, Team
from commerce_core.staff.views import SessionView


@frozen
class PostgresStaffRegister:
    """The staff within the transaction of the session."""

    session: Session

    def lock_team(self) -> Team:
        """Everybody, after waiting for whoever else is changing the team."""
        self.session.send("staff.wait_for_team")
        return Team(tuple(_member(row) for row in self.session.rows("staff.everybody")))

    def lock(self, member_id: UUID) -> Credentials | None:
        """One member, whose row nobody else changes until this transaction ends."""
        row = self.session.locked(self.session.send("staff.lock", id=member_id))
        return _credentials(row) if row else None

    def lock_address(self, email_key: str) -> StaffMember | None:
        """The same for whoever has this normalised address."""
        row = self.session.locked(self.session.send("staff.lock_address", email_key=email_key))
        return _member(row) if row else None

    def add(self, member: StaffMember, password_hash: str) -> None:
        """Add a member. Raises `EmailTaken`."""
        with self.session.refusing({"users_email_key": EmailTaken(member.email)}):
            self.session.row(
                "staff.add",
                id=member.id,
                email=member.email,
                email_key=normalise_email(member.email),
                name=member.name,
                role=member.role.value,
                password_hash=password_hash,
                created_at=member.created_at,
                locale=member.locale.value,
            )

    def save(self, member: StaffMember) -> None:
        """Write the role, whether they are disabled, and the version."""
        self.session.send(
            "staff.save", id=member.id, role=member.role.value, disabled_at=member.disabled_at, version=member.version
        )

    def set_password_hash(self, member_id: UUID, password_hash: str) -> None:
        """Replace the hash, and count the version up."""
        self.session.send("staff.set_password_hash", id=member_id, password_hash=password_hash)


@frozen
class PostgresStaffSessions:
    """Sessions within the transaction of the session."""

    session: Session

    def open(
        self, session_id: UUID, token_hash: bytes, member_id: UUID, expires_at: datetime, address: str | None
    ) -> None:
        """Start a session, and forget the member's expired ones."""
        now = self.session.now
        self.session.send("staff.forget_expired_sessions", user_id=member_id, at=now)
        self.session.send(
            "staff.open_session",
            id=session_id,
            token_hash=token_hash,
            user_id=member_id,
            created_at=now,
            expires_at=expires_at,
            address=address,
        )

    def close(self, token_hash: bytes, member_id: UUID) -> bool:
        """End the session of this token; False when this member has none such."""
        return self.session.row("staff.close_session", token_hash=token_hash, user_id=member_id) is not None

    def end(self, session_id: UUID, member_id: UUID) -> bool:
        """End a session by its id; False when this member has none such."""
        at = self.session.now
        return self.session.row("staff.end_session", id=session_id, user_id=member_id, at=at) is not None

    def forget_ended(self, limit: int) -> int:
        """Forget sessions that are over, `limit` at most, and ways to another password; returns how many sessions."""
        at = self.session.now
        self.session.send("staff.forget_expired_resets", at=at)
        return len(self.session.rows("staff.forget_ended_sessions", at=at, limit=limit))

    def close_all(self, member_id: UUID) -> int:
        """End every session of a member; returns how many there were."""
        return len(self.session.rows("staff.close_all_sessions", user_id=member_id))


@frozen
class PostgresStaffReader:
    """Reads that need no transaction; each is one prepared statement."""

    database: Database

    def everybody(self) -> tuple[StaffMember, ...]:
        """The whole staff, oldest first."""
        with self.database.read() as session:
            return tuple(_member(row) for row in session.rows("staff.everybody"))

    def member(self, member_id: UUID) -> StaffMember | None:
        """One member, or None."""
        with self.database.read() as session:
            row = session.row("staff.member", id=member_id)
        return _member(row) if row else None

    def credentials(self, email_key: str) -> Credentials | None:
        """Who logs in with this normalised address, or None."""
        with self.database.read() as session:
            row = session.row("staff.credentials", email_key=email_key)
        return _credentials(row) if row else None

    def session_owner(self, token_hash: bytes) -> StaffMember | None:
        """Whose session this is; None when it is unknown or expired, or they are disabled."""
        with self.database.read() as session:
            row = session.row("staff.session_owner", token_hash=token_hash)
        return _member(row) if row else None

    def sessions(self, member_id: UUID, token_hash: bytes | None) -> tuple[SessionView, ...]:
        """Where a member is logged in, the latest first; the one of this token is `current`."""
        with self.database.read() as session:
            return tuple(
                SessionView(*row) for row in session.rows("staff.sessions", user_id=member_id, token_hash=token_hash)
            )

    def invitations(self) -> tuple[Invitation, ...]:
        """Those that are open, the oldest first, also when their time is over."""
        with self.database.read() as session:
            return tuple(invitation_value(row) for row in session.rows("staff.invitations"))

    def invitation(self, invitation_id: UUID) -> Invitation | None:
        """One that is open, or None."""
        with self.database.read() as session:
            row = session.row("staff.invitation", id=invitation_id)
        return invitation_value(row) if row else None

    def reset(self, reset_id: UUID) -> PasswordReset | None:
        """A way to another password that was asked for, or None."""
        with self.database.read() as session:
            row = session.row("staff.reset", id=reset_id)
        return reset_value(row) if row else None


def _member(row: Row) -> StaffMember:
    member_id, email, name, role, disabled_at, version, created_at, locale = row
    return StaffMember(StaffId(member_id), email, name, Role(role), disabled_at, version, created_at, Locale(locale))


def _credentials(row: Row) -> Credentials:
    return Credentials(_member(row[:-1]), row[-1])
