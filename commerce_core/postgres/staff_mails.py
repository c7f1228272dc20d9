"""What tokens in mails to the staff stand for, in PostgreSQL: invitations, and ways to another password."""

from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Role
from commerce_core.emails.model import Locale
from commerce_core.kernel.text import normalise_email
from commerce_core.postgres.database import Row, Session
from commerce_core.staff.errors import InvitationPending
from commerce_core.staff.model import Invitation, PasswordReset


@frozen
class PostgresInvitations:
    """Open invitations within the transaction of the session."""

    session: Session

    def add(self, invitation: Invitation) -> None:
        """Add one. Raises `InvitationPending`."""
        with self.session.refusing({"staff_invitations_email_key": InvitationPending(invitation.email)}):
            self.session.row(
                "staff.add_invitation",
                id=invitation.id,
                email=invitation.email,
                email_key=normalise_email(invitation.email),
                name=invitation.name,
                role=invitation.role.value,
                locale=invitation.locale.value,
                invited_by=invitation.invited_by,
                invited_by_name=invitation.invited_by_name,
                mails=invitation.mails,
                created_at=invitation.created_at,
                expires_at=invitation.expires_at,
            )

    def lock(self, invitation_id: UUID) -> Invitation | None:
        """One that nobody else accepts, renews or withdraws until this transaction ends."""
        row = self.session.locked(self.session.send("staff.lock_invitation", id=invitation_id))
        return invitation_value(row) if row else None

    def renew(self, invitation: Invitation) -> None:
        """Write how many mails there were, and until when it holds."""
        self.session.send(
            "staff.renew_invitation", id=invitation.id, mails=invitation.mails, expires_at=invitation.expires_at
        )

    def remove(self, invitation_id: UUID) -> None:
        """It is open no more."""
        self.session.send("staff.remove_invitation", id=invitation_id)

    def remove_of(self, inviter_id: UUID) -> int:
        """Nor are any of this member or key; returns how many there were."""
        return len(self.session.rows("staff.remove_invitations_of", invited_by=inviter_id))


@frozen
class PostgresPasswordResets:
    """Ways to another password within the transaction of the session."""

    session: Session

    def add(self, reset: PasswordReset) -> None:
        """Add one, and forget those that are over."""
        now = self.session.now
        self.session.send("staff.forget_expired_resets", at=now)
        self.session.send(
            "staff.add_reset", id=reset.id, email_key=reset.email_key, created_at=now, expires_at=reset.expires_at
        )

    def lock(self, reset_id: UUID) -> PasswordReset | None:
        """One that nobody else uses until this transaction ends."""
        row = self.session.locked(self.session.send("staff.lock_reset", id=reset_id))
        return reset_value(row) if row else None

    def asked_lately(self, reset: PasswordReset, pause: timedelta) -> bool:
        """Whether another was asked for this address so shortly before."""
        lately: bool = self.session.value(
            "staff.reset_asked_lately", id=reset.id, email_key=reset.email_key, pause=pause
        )
        return lately

    def remove(self, reset_id: UUID) -> None:
        """There is nobody to send it to."""
        self.session.send("staff.remove_reset", id=reset_id)

    def remove_of(self, email_key: str) -> None:
        """None of this address opens anything any more."""
        self.session.send("staff.remove_resets_of", email_key=email_key)


def invitation_value(row: Row) -> Invitation:
    """An invitation."""
    invitation_id, email, name, role, locale, *rest = row
    return Invitation(invitation_id, email, name, Role(role), Locale(locale), *rest)


def reset_value(row: Row) -> PasswordReset:
    """A way to another password."""
    return PasswordReset(*row)
