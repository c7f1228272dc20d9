"""Another password: for whoever knows the one until now, and for whoever reads the mail of the address."""

from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.logins import LoginGuard
from commerce_core.access.model import PERMISSIONS, Actor, AuditEntry, Changes, Origin, Permission, hidden
from commerce_core.emails.model import PasswordChanged, QueuedMail, StaffPasswordReset
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.text import email_error, normalise_email
from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.staff.errors import InvalidCredentials, StaffNotFound, StaffOnly, StaffProofInvalid
from commerce_core.staff.events import StaffResetRequested
from commerce_core.staff.model import RESET, Credentials, NewPassword, PasswordReset, StaffMember, StaffPolicy, self_of
from commerce_core.staff.ports import PasswordHasher, StaffWork
from commerce_core.staff.sessions import open_session
from commerce_core.staff.views import StaffReader, StaffSession

REALM = "staff"
_ANOTHER: Changes = {"password": hidden("before", "after")}


@frozen
class PasswordService:
    """Changes passwords. Every change ends all sessions that were open before, and its owner is told by mail."""

    begin: Begin[StaffWork]
    new_id: NewId
    read: StaffReader
    hasher: PasswordHasher
    guard: LoginGuard
    secret: SecretKey
    policy: StaffPolicy = field(factory=StaffPolicy)

    def change(self, actor: Actor, current: str, new: str, origin: Origin) -> StaffSession:
        """Another password for the actor. All their sessions end, and a new one begins.

        Raises `StaffOnly`, `InvalidCredentials`, `LoginLocked` or `InvalidInput`; then nothing has changed.
        """
        known = self._confirmed(actor, current, origin)
        password_hash = self.hasher.hash(NewPassword(new, known.member.email).value)
        return self._change(actor, known, password_hash, origin)

    def _confirmed(self, actor: Actor, password: str, origin: Origin) -> Credentials:
        """Who asks, after they have given their password once more."""
        member = self.read.member(self_of(actor))
        if member is None:
            raise StaffOnly
        email_key = normalise_email(member.email)
        with self.guard.attempt(REALM, email_key, origin.address):
            known = self.read.credentials(email_key)
            if not self.hasher.verify(known.password_hash if known else None, password) or known is None:
                raise InvalidCredentials
        return known

    @retried
    def _change(self, actor: Actor, verified: Credentials, password_hash: str, origin: Origin) -> StaffSession:
        with self.begin() as work:
            current = work.staff.lock(verified.member.id)
            if current is None or current.member.disabled_at or current.password_hash != verified.password_hash:
                raise InvalidCredentials
            changed = replace_password(work, current.member, password_hash)
            work.audit.record(AuditEntry(actor, "staff.password_changed", "staff", str(actor.id), _ANOTHER))
            return open_session(work, changed, self.new_id(), origin, self.policy.session_lifetime)

    def set_password(self, actor: Actor, member_id: UUID, password: str) -> None:
        """Replace somebody's password and end their sessions.

        Raises `InvalidInput`, `StaffNotFound` or `PermissionDenied`, also for somebody who may more than the actor.
        """
        actor.must(Permission.STAFF_MANAGE)
        member = self.read.member(member_id)
        if member is None:
            raise StaffNotFound(member_id)
        self._set(actor, member_id, self.hasher.hash(NewPassword(password, member.email).value))

    @retried
    def _set(self, actor: Actor, member_id: UUID, password_hash: str) -> None:
        with self.begin() as work:
            known = work.staff.lock(member_id)
            if known is None:
                raise StaffNotFound(member_id)
            actor.must_cover(PERMISSIONS[known.member.role])
            replace_password(work, known.member, password_hash)
            work.audit.record(AuditEntry(actor, "staff.password_set", "staff", str(member_id), _ANOTHER))

    @retried
    def ask_reset(self, email: str) -> None:
        """Send the way to another password there, if somebody of the staff has the address; the answer never tells.

        Raises `InvalidInput` for what is no address.
        """
        if error := email_error("/email", email):
            raise InvalidInput((error,))
        with self.begin() as work:
            until = work.now + self.policy.reset_lifetime
            reset = PasswordReset(self.new_id(), normalise_email(email), until)
            work.staff_resets.add(reset)
            work.outbox.append(StaffResetRequested(reset.id))

    @retried
    def send_reset(self, reset_id: UUID) -> None:
        """Write the mail that a request asked for, now that nobody waits for an answer. Twice is once."""
        with self.begin() as work:
            reset = work.staff_resets.lock(reset_id)
            if reset is None:
                return
            member = work.staff.lock_address(reset.email_key)
            if member is None or member.disabled_at or work.staff_resets.asked_lately(reset, self.policy.mail_pause):
                work.staff_resets.remove(reset_id)
                return
            mail = StaffPasswordReset(member.name, reset.token)
            work.emails.queue(QueuedMail(f"{mail.template}:{reset.id}", member.email, member.locale, mail))

    def reset(self, token: str, password: str, origin: Origin) -> None:
        """The password is another one from now on, and nobody is logged in.

        Whoever reads the mail of the account is its owner: a client that they use is known to it from then on.
        Raises `StaffProofInvalid` or `InvalidInput`; then the token still works.
        """
        subject = self.secret.subject_of(RESET, token)
        asked = self.read.reset(UUID(subject)) if subject else None
        if asked is None:
            raise StaffProofInvalid
        self._reset(asked.id, self.hasher.hash(NewPassword(password, asked.email_key).value), origin)
        self.guard.welcome(REALM, asked.email_key, origin.address)

    @retried
    def _reset(self, reset_id: UUID, password_hash: str, origin: Origin) -> None:
        with self.begin() as work:
            reset = work.staff_resets.lock(reset_id)
            if reset is None or reset.expires_at <= work.now:
                raise StaffProofInvalid
            member = work.staff.lock_address(reset.email_key)
            if member is None or member.disabled_at:
                raise StaffProofInvalid
            replace_password(work, member, password_hash)
            actor = member.as_actor(origin)
            work.audit.record(AuditEntry(actor, "staff.password_reset", "staff", str(member.id), _ANOTHER))


def replace_password(work: StaffWork, member: StaffMember, password_hash: str) -> StaffMember:
    """Another password for somebody who is locked: sessions and links of mails end, and a mail says so."""
    changed = evolve(member, version=member.version + 1)
    work.staff.set_password_hash(member.id, password_hash)
    work.staff_sessions.close_all(member.id)
    work.staff_resets.remove_of(normalise_email(member.email))
    key = f"{PasswordChanged.template}:{member.id}:{changed.version}"
    work.emails.queue(QueuedMail(key, member.email, member.locale, PasswordChanged(member.name)))
    return changed
