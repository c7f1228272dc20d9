"""Where people are logged in, and ending it."""

from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import PERMISSIONS, Actor, AuditEntry, Changes, Origin, Permission
from commerce_core.kernel.slices import in_slices
from commerce_core.kernel.token import hash_token, new_token
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.staff.errors import StaffNotFound, StaffSessionNotFound
from commerce_core.staff.model import StaffMember, self_of
from commerce_core.staff.ports import StaffWork
from commerce_core.staff.views import SessionView, StaffReader, StaffSession, StaffView


@frozen
class SessionService:
    """Sessions: one's own, and for administrators those of others."""

    begin: Begin[StaffWork]
    read: StaffReader

    def list_own(self, actor: Actor, token: str | None = None) -> tuple[SessionView, ...]:
        """Where the actor is logged in, the latest first; that of `token` is `current`. Raises `StaffOnly`."""
        return self.read.sessions(self_of(actor), hash_token(token) if token else None)

    @retried
    def end_own(self, actor: Actor, session_id: UUID) -> None:
        """End one of the actor's own sessions. Raises `StaffOnly` or `StaffSessionNotFound`."""
        member_id = self_of(actor)
        with self.begin() as work:
            _end(work, actor, member_id, session_id)

    def list_of(self, actor: Actor, member_id: UUID) -> tuple[SessionView, ...]:
        """Where somebody is logged in, the latest first. Raises `PermissionDenied` or `StaffNotFound`."""
        actor.must(Permission.STAFF_MANAGE)
        if self.read.member(member_id) is None:
            raise StaffNotFound(member_id)
        return self.read.sessions(member_id, None)

    @retried
    def end(self, actor: Actor, member_id: UUID, session_id: UUID) -> None:
        """End one of somebody's sessions. Raises `PermissionDenied`, `StaffNotFound` or `StaffSessionNotFound`."""
        actor.must(Permission.STAFF_MANAGE)
        with self.begin() as work:
            _must_be_within_reach(work, actor, member_id)
            _end(work, actor, member_id, session_id)

    @retried
    def end_all(self, actor: Actor, member_id: UUID) -> int:
        """End all of somebody's sessions; returns how many. Raises `PermissionDenied` or `StaffNotFound`."""
        actor.must(Permission.STAFF_MANAGE)
        with self.begin() as work:
            _must_be_within_reach(work, actor, member_id)
            ended = work.staff_sessions.close_all(member_id)
            if ended:
                changes: Changes = {"sessions": (ended, 0)}
                work.audit.record(AuditEntry(actor, "staff.sessions_ended", "staff", str(member_id), changes))
        return ended

    def forget_ended(self) -> int:
        """Forget sessions that are over, and ways to another password too; returns how many sessions."""
        return in_slices(self._forget)

    @retried
    def _forget(self, limit: int) -> int:
        with self.begin() as work:
            return work.staff_sessions.forget_ended(limit)


def open_session(
    work: StaffWork, member: StaffMember, session_id: UUID, origin: Origin, lifetime: timedelta
) -> StaffSession:
    """A session of somebody who has just proved who they are; they are locked in `work`."""
    token = new_token()
    expires_at = work.now + lifetime
    work.staff_sessions.open(session_id, hash_token(token), member.id, expires_at, origin.address)
    return StaffSession(token, expires_at, StaffView.of(member))


def _end(work: StaffWork, actor: Actor, member_id: UUID, session_id: UUID) -> None:
    if not work.staff_sessions.end(session_id, member_id):
        raise StaffSessionNotFound(session_id)
    changes: Changes = {"session": (str(session_id), None)}
    work.audit.record(AuditEntry(actor, "staff.session_ended", "staff", str(member_id), changes))


def _must_be_within_reach(work: StaffWork, actor: Actor, member_id: UUID) -> None:
    known = work.staff.lock(member_id)
    if known is None:
        raise StaffNotFound(member_id)
    actor.must_cover(PERMISSIONS[known.member.role])
