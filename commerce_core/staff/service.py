"""Taking staff on, letting them in and shutting them out."""

import logging
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.logins import LoginGuard
from commerce_core.access.model import PERMISSIONS, SYSTEM, Actor, AuditEntry, Changes, Origin, Permission, Role
from commerce_core.emails.model import Locale
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.text import email_error, masked_email, normalise_email
from commerce_core.kernel.token import hash_token
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid, StaffNotFound, StaffOnly
from commerce_core.staff.model import (
    Credentials,
    NewStaff,
    StaffId,
    StaffMember,
    StaffPolicy,
    may_less,
    readable_password,
    self_of,
)
from commerce_core.staff.passwords import REALM
from commerce_core.staff.ports import PasswordHasher, StaffWork
from commerce_core.staff.sessions import open_session
from commerce_core.staff.views import StaffReader, StaffSession, StaffView

_log = logging.getLogger(__name__)


@frozen
class StaffService:
    """The staff of the shop. Passwords are hashed before or after a transaction, never inside one.

    Nobody changes somebody who may more than they do, nor gives a role that may more: otherwise whoever manages the
    staff, such as a key for just that, would have every other permission too.
    """

    begin: Begin[StaffWork]
    new_id: NewId
    read: StaffReader
    hasher: PasswordHasher
    guard: LoginGuard
    policy: StaffPolicy = field(factory=StaffPolicy)

    def create(
        self, actor: Actor, email: str, name: str, role: Role, password: str, locale: Locale = Locale.EN
    ) -> StaffMember:
        """Take somebody on. Raises `PermissionDenied`, `InvalidInput` and `EmailTaken`."""
        actor.must(Permission.STAFF_MANAGE)
        actor.must_cover(PERMISSIONS[role])
        new = NewStaff(email, name, role, password, locale)
        return self._add(actor, new, self.hasher.hash(password))

    def create_first_admin(self, email: str) -> tuple[StaffMember, str] | None:
        """Give a new shop its administrator and a password that is told this once.

        None when there is staff already, also when another process was faster. Raises `InvalidInput`.
        """
        if self.read.everybody():
            return None
        password = readable_password()
        new = NewStaff(email, "Administrator", Role.ADMIN, password)
        member = self._add_first(new, self.hasher.hash(password))
        return (member, password) if member else None

    def log_in(self, email: str, password: str, origin: Origin) -> StaffSession:
        """Open a session.

        Raises `InvalidCredentials`, after the same work whatever the reason is, and logs that; `LoginLocked`, for known
        and unknown addresses alike, before the password is looked at.
        """
        try:
            return self._log_in(email, password, origin)
        except InvalidCredentials:
            _log.warning("staff login failed", extra={"email": masked_email(email), "address": origin.address})
            raise

    def _log_in(self, email: str, password: str, origin: Origin) -> StaffSession:
        email_key = "" if email_error("/email", email) else normalise_email(email)
        with self.guard.attempt(REALM, email_key or "?", origin.address):
            known = self.read.credentials(email_key) if email_key else None
            correct = self.hasher.verify(known.password_hash if known else None, password)
            if known is None or not correct or known.member.disabled_at:
                raise InvalidCredentials
        stronger = self.hasher.hash(password) if self.hasher.outdated(known.password_hash) else None
        return self._open_session(known, stronger, origin)

    @retried
    def log_out(self, actor: Actor, token: str) -> None:
        """End the session of this token. One that is not the actor's, or over already, is left alone."""
        if actor.id is None:
            return
        with self.begin() as work:
            if work.staff_sessions.close(hash_token(token), actor.id):
                work.audit.record(AuditEntry(actor, "staff.logged_out", "staff", str(actor.id)))

    def authenticate(self, token: str, origin: Origin) -> Actor:
        """Who holds this token and what they may do at this moment. Raises `SessionInvalid`."""
        owner = self.read.session_owner(hash_token(token))
        if owner is None:
            raise SessionInvalid
        return owner.as_actor(origin)

    def me(self, actor: Actor) -> StaffView:
        """The actor's own account. Raises `StaffOnly` for somebody who is not on the staff."""
        member = self.read.member(self_of(actor))
        if member is None:
            raise StaffOnly
        return StaffView.of(member)

    def list_staff(self, actor: Actor) -> tuple[StaffView, ...]:
        """Everybody, the longest-serving first. Raises `PermissionDenied`."""
        actor.must(Permission.STAFF_MANAGE)
        return tuple(StaffView.of(member) for member in self.read.everybody())

    def show(self, actor: Actor, member_id: UUID) -> StaffView:
        """One member. Raises `PermissionDenied` or `StaffNotFound`."""
        actor.must(Permission.STAFF_MANAGE)
        member = self.read.member(member_id)
        if member is None:
            raise StaffNotFound(member_id)
        return StaffView.of(member)

    @retried
    def set_role(self, actor: Actor, member_id: UUID, role: Role, expected_version: int | None = None) -> StaffMember:
        """Change what somebody is here for, from their next request on.

        Whoever may less than before takes their open invitations with them.
        Raises `PermissionDenied`, `StaffNotFound`, `StaffVersionStale` and `LastAdmin`.
        """
        actor.must(Permission.STAFF_MANAGE)
        actor.must_cover(PERMISSIONS[role])
        with self.begin() as work:
            team = work.staff.lock_team()
            before = team.member(member_id)
            actor.must_cover(PERMISSIONS[before.role])
            before.must_be_at(expected_version)
            after = team.assign(member_id, role)
            team.must_still_let(actor)
            if before != after:
                work.staff.save(after)
                changes: Changes = {"role": (before.role, after.role)}
                if may_less(before.role, after.role):
                    changes |= _withdrawn(work, member_id)
                work.audit.record(AuditEntry(actor, "staff.role_set", "staff", str(member_id), changes))
        return after

    @retried
    def disable(self, actor: Actor, member_id: UUID) -> StaffMember:
        """Shut somebody out at once; their sessions and open invitations end, and their keys open nothing meanwhile.

        Raises `PermissionDenied`, `StaffNotFound` and `LastAdmin`.
        """
        actor.must(Permission.STAFF_MANAGE)
        with self.begin() as work:
            team = work.staff.lock_team()
            before, after = team.member(member_id), team.disable(member_id, work.now)
            actor.must_cover(PERMISSIONS[before.role])
            team.must_still_let(actor)
            if before != after:
                work.staff.save(after)
                work.staff_sessions.close_all(member_id)
                changes: Changes = {"disabled": (False, True)} | _withdrawn(work, member_id)
                work.audit.record(AuditEntry(actor, "staff.disabled", "staff", str(member_id), changes))
        return after

    @retried
    def enable(self, actor: Actor, member_id: UUID) -> StaffMember:
        """Let somebody in again; they have to log in. Raises `PermissionDenied` and `StaffNotFound`."""
        actor.must(Permission.STAFF_MANAGE)
        with self.begin() as work:
            team = work.staff.lock_team()
            before, after = team.member(member_id), team.enable(member_id)
            actor.must_cover(PERMISSIONS[before.role])
            team.must_still_let(actor)
            if before != after:
                work.staff.save(after)
                changes: Changes = {"disabled": (True, False)}
                work.audit.record(AuditEntry(actor, "staff.enabled", "staff", str(member_id), changes))
        return after

    @retried
    def _add(self, actor: Actor, new: NewStaff, password_hash: str) -> StaffMember:
        with self.begin() as work:
            return self._record(work, actor, new, password_hash)

    @retried
    def _add_first(self, new: NewStaff, password_hash: str) -> StaffMember | None:
        with self.begin() as work:
            if work.staff.lock_team().members:
                return None
            return self._record(work, SYSTEM, new, password_hash)

    def _record(self, work: StaffWork, actor: Actor, new: NewStaff, password_hash: str) -> StaffMember:
        member = StaffMember(
            id=StaffId(self.new_id()),
            email=new.email,
            name=new.name,
            role=new.role,
            disabled_at=None,
            version=1,
            created_at=work.now,
            locale=new.locale,
        )
        work.staff.add(member, password_hash)
        changes: Changes = {"email": (None, member.email), "role": (None, member.role)}
        work.audit.record(AuditEntry(actor, "staff.created", "staff", str(member.id), changes))
        return member

    @retried
    def _open_session(self, verified: Credentials, stronger: str | None, origin: Origin) -> StaffSession:
        with self.begin() as work:
            current = work.staff.lock(verified.member.id)
            # Disabled, or given another password, while this one was being verified.
            if current is None or current.member.disabled_at or current.password_hash != verified.password_hash:
                raise InvalidCredentials
            if stronger:
                work.staff.set_password_hash(current.member.id, stronger)
            session = open_session(work, current.member, self.new_id(), origin, self.policy.session_lifetime)
            actor = current.member.as_actor(origin)
            work.audit.record(AuditEntry(actor, "staff.logged_in", "staff", str(actor.id)))
        return session


def _withdrawn(work: StaffWork, member_id: UUID) -> Changes:
    """End the open invitations of somebody who cannot give any more what they hold; what to tell of it."""
    withdrawn = work.staff_invitations.remove_of(member_id)
    return {"invitations": (withdrawn, 0)} if withdrawn else {}
