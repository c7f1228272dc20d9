"""The staff and their sessions in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Role
from commerce_core.kernel.text import normalise_email
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.staff.errors import EmailTaken
from commerce_core.staff.model import Credentials, StaffId, StaffMember, Team


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
            )

    def save(self, member: StaffMember) -> None:
        """Write the role, whether they are disabled, and the version."""
        self.session.send(
            "staff.save", id=member.id, role=member.role.value, disabled_at=member.disabled_at, version=member.version
        )

    def set_password_hash(self, member_id: UUID, password_hash: str) -> None:
        """Replace the hash."""
        self.session.send("staff.set_password_hash", id=member_id, password_hash=password_hash)


@frozen
class PostgresStaffSessions:
    """Sessions within the transaction of the session."""

    session: Session

    def open(self, token_hash: bytes, member_id: UUID, expires_at: datetime) -> None:
        """Start a session, and forget the member's expired ones."""
        now = self.session.now
        self.session.send("staff.forget_expired_sessions", user_id=member_id, at=now)
        self.session.send(
            "staff.open_session", token_hash=token_hash, user_id=member_id, created_at=now, expires_at=expires_at
        )

    def close(self, token_hash: bytes, member_id: UUID) -> bool:
        """End a session of this member; False when there is none."""
        return self.session.row("staff.close_session", token_hash=token_hash, user_id=member_id) is not None

    def close_all(self, member_id: UUID) -> None:
        """End every session of a member."""
        self.session.send("staff.close_all_sessions", user_id=member_id)


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


def _member(row: Row) -> StaffMember:
    member_id, email, name, role, disabled_at, version, created_at = row
    return StaffMember(StaffId(member_id), email, name, Role(role), disabled_at, version, created_at)


def _credentials(row: Row) -> Credentials:
    return Credentials(_member(row[:-1]), row[-1])
