"""Asking somebody to join: who is invited chooses their own password."""

from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import PERMISSIONS, Actor, ActorKind, AuditEntry, Changes, Origin, Permission, Role
from commerce_core.emails.model import QueuedMail, StaffInvitation
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.text import normalise_email
from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.staff.errors import EmailTaken, InvitationNotFound, SessionInvalid, StaffProofInvalid
from commerce_core.staff.model import (
    INVITATION,
    Invitation,
    NewInvitation,
    NewPassword,
    StaffId,
    StaffMember,
    StaffPolicy,
)
from commerce_core.staff.ports import PasswordHasher, StaffWork
from commerce_core.staff.views import InvitationView, StaffReader, StaffView


@frozen
class InvitationService:
    """Invitations. One ends when it is accepted or withdrawn, and when its inviter loses what they could give."""

    begin: Begin[StaffWork]
    new_id: NewId
    read: StaffReader
    hasher: PasswordHasher
    secret: SecretKey
    policy: StaffPolicy = field(factory=StaffPolicy)

    def invite(self, actor: Actor, new: NewInvitation) -> InvitationView:
        """Write to somebody that they may join.

        Raises `PermissionDenied`, also for a role that may more than the actor, `SessionInvalid` when the actor was
        disabled meanwhile, `EmailTaken` or `InvitationPending`.
        """
        actor.must(Permission.STAFF_MANAGE)
        actor.must_cover(PERMISSIONS[new.role])
        if self.read.credentials(normalise_email(new.email)):
            raise EmailTaken(new.email)
        return self._invite(actor, new)

    @retried
    def _invite(self, actor: Actor, new: NewInvitation) -> InvitationView:
        with self.begin() as work:
            _must_still_hold(work, actor, new.role)
            invitation = Invitation(
                id=self.new_id(),
                email=new.email,
                name=new.name,
                role=new.role,
                locale=new.locale,
                invited_by=actor.id,
                invited_by_name=actor.name,
                mails=1,
                created_at=work.now,
                expires_at=work.now + self.policy.invitation_lifetime,
            )
            work.staff_invitations.add(invitation)
            _write_to(work, invitation)
            changes: Changes = {"email": (None, new.email), "role": (None, new.role)}
            _record(work, actor, "staff.invited", invitation.id, changes)
        return InvitationView.of(invitation)

    def list_invitations(self, actor: Actor) -> tuple[InvitationView, ...]:
        """Those that are open, the oldest first, also when their time is over. Raises `PermissionDenied`."""
        actor.must(Permission.STAFF_MANAGE)
        return tuple(InvitationView.of(invitation) for invitation in self.read.invitations())

    def show(self, actor: Actor, invitation_id: UUID) -> InvitationView:
        """One that is open. Raises `PermissionDenied` or `InvitationNotFound`."""
        actor.must(Permission.STAFF_MANAGE)
        invitation = self.read.invitation(invitation_id)
        if invitation is None:
            raise InvitationNotFound(invitation_id)
        return InvitationView.of(invitation)

    @retried
    def resend(self, actor: Actor, invitation_id: UUID) -> InvitationView:
        """Write once more, with another link, from now on the only one, and as much time as the first had.

        Raises `PermissionDenied` or `InvitationNotFound`.
        """
        actor.must(Permission.STAFF_MANAGE)
        with self.begin() as work:
            invitation = _locked(work, invitation_id)
            actor.must_cover(PERMISSIONS[invitation.role])
            again = invitation.again(work.now + self.policy.invitation_lifetime)
            work.staff_invitations.renew(again)
            _write_to(work, again)
            changes: Changes = {"mails": (invitation.mails, again.mails)}
            _record(work, actor, "staff.invitation_resent", invitation_id, changes)
        return InvitationView.of(again)

    @retried
    def withdraw(self, actor: Actor, invitation_id: UUID) -> None:
        """Its link opens nothing from now on. Raises `PermissionDenied` or `InvitationNotFound`."""
        actor.must(Permission.STAFF_MANAGE)
        with self.begin() as work:
            invitation = _locked(work, invitation_id)
            work.staff_invitations.remove(invitation_id)
            changes: Changes = {"role": (invitation.role, None)}
            _record(work, actor, "staff.invitation_withdrawn", invitation_id, changes)

    def accept(self, token: str, password: str, origin: Origin) -> StaffView:
        """Join. Raises `StaffProofInvalid`, `InvalidInput` or `EmailTaken`; then the invitation stands as it was."""
        invitation_id, mails = self._opened_by(token)
        asked = self.read.invitation(invitation_id)
        if asked is None:
            raise StaffProofInvalid
        password_hash = self.hasher.hash(NewPassword(password, asked.email).value)
        return self._join(invitation_id, mails, password_hash, origin)

    def _opened_by(self, token: str) -> tuple[UUID, int]:
        """Which invitation a token opens, and which of its mails it came with."""
        subject = self.secret.subject_of(INVITATION, token)
        if subject is None:
            raise StaffProofInvalid
        invitation_id, _, mails = subject.partition(":")
        return UUID(invitation_id), int(mails)

    @retried
    def _join(self, invitation_id: UUID, mails: int, password_hash: str, origin: Origin) -> StaffView:
        with self.begin() as work:
            invitation = work.staff_invitations.lock(invitation_id)
            if invitation is None or invitation.mails != mails or invitation.expires_at <= work.now:
                raise StaffProofInvalid
            member = StaffMember(
                id=StaffId(self.new_id()),
                email=invitation.email,
                name=invitation.name,
                role=invitation.role,
                disabled_at=None,
                version=1,
                created_at=work.now,
                locale=invitation.locale,
            )
            work.staff.add(member, password_hash)
            work.staff_invitations.remove(invitation_id)
            changes: Changes = {"invitation": (str(invitation_id), None), "role": (None, member.role)}
            actor = member.as_actor(origin)
            work.audit.record(AuditEntry(actor, "staff.joined", "staff", str(member.id), changes))
        return StaffView.of(member)


def _must_still_hold(work: StaffWork, actor: Actor, role: Role) -> None:
    """Whoever is just being disabled or demoted leaves no invitation behind: theirs are ended under the same lock."""
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        return
    known = work.staff.lock(actor.id)
    if known is None or known.member.disabled_at:
        raise SessionInvalid
    now = known.member.as_actor(actor.origin)
    now.must(Permission.STAFF_MANAGE)
    now.must_cover(PERMISSIONS[role])


def _locked(work: StaffWork, invitation_id: UUID) -> Invitation:
    invitation = work.staff_invitations.lock(invitation_id)
    if invitation is None:
        raise InvitationNotFound(invitation_id)
    return invitation


def _write_to(work: StaffWork, invitation: Invitation) -> None:
    mail = StaffInvitation(invitation.name, invitation.role.value, invitation.token)
    key = f"{mail.template}:{invitation.id}:{invitation.mails}"
    work.emails.queue(QueuedMail(key, invitation.email, invitation.locale, mail))


def _record(work: StaffWork, actor: Actor, action: str, invitation_id: UUID, changes: Changes) -> None:
    work.audit.record(AuditEntry(actor, action, "staff_invitation", str(invitation_id), changes))
