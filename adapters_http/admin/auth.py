"""Logging in and out of the back office, and one's own account there."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import falcon
from attrs import field, frozen

from adapters_http.endpoint import bearer
from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, operation
from adapters_http.policies import Policy
from commerce_core.access.errors import LoginLocked
from commerce_core.access.model import Actor, Origin
from commerce_core.kernel.errors import Busy
from commerce_core.staff.errors import (
    EmailTaken,
    InvalidCredentials,
    StaffOnly,
    StaffProofInvalid,
    StaffSessionNotFound,
)
from commerce_core.staff.invitations import InvitationService
from commerce_core.staff.model import LONGEST_PASSWORD
from commerce_core.staff.passwords import PasswordService
from commerce_core.staff.service import StaffService
from commerce_core.staff.sessions import SessionService
from commerce_core.staff.views import SessionView, StaffSession, StaffView

_Password = Annotated[str, Limits(most=LONGEST_PASSWORD)]
_Token = Annotated[str, Limits(most=500)]
_GUESSED = (InvalidCredentials, LoginLocked, Busy)


@frozen
class LogIn:
    """Who one is and the proof of it."""

    example: ClassVar[dict[str, Any]] = {"email": "admin@example.com", "password": "correct horse battery"}
    email: str
    password: str = field(repr=False)


@frozen
class StaffLogin:
    """`/v1/admin/auth/login`."""

    staff: StaffService

    @operation("Log in", answers={200: StaffSession}, refusals=_GUESSED, policy=Policy.LOGIN)
    def on_post(self, body: LogIn, origin: Origin) -> Answer:
        """The token belongs into the `Authorization` header. It is shown once and holds until `expires_at`."""
        return Answer(self.staff.log_in(body.email, body.password, origin))


@frozen
class StaffLogout:
    """`/v1/admin/auth/logout`."""

    staff: StaffService

    @operation("Log out", answers={204: None}, access=Access.STAFF)
    def on_post(self, actor: Actor, request: falcon.Request) -> Answer:
        """From now on the token opens nothing. Other sessions of the same person go on."""
        self.staff.log_out(actor, bearer(request) or "")
        return Answer.nothing()


@frozen
class StaffMe:
    """`/v1/admin/auth/me`."""

    staff: StaffService

    @operation("Who am I?", answers={200: StaffView}, refusals=(StaffOnly,), access=Access.STAFF)
    def on_get(self, actor: Actor) -> Answer:
        """The account behind the token and what it may do now."""
        return Answer(self.staff.me(actor))


@frozen
class ChangeStaffPassword:
    """The password until now, and the new one."""

    example: ClassVar[dict[str, Any]] = {"current": "correct horse battery", "new": "staple battery horse"}
    current: str = field(repr=False)
    new: _Password = field(repr=False)


@frozen
class StaffPassword:
    """`/v1/admin/auth/password`."""

    passwords: PasswordService

    @operation(
        "Change one's own password",
        answers={200: StaffSession},
        refusals=(StaffOnly, *_GUESSED),
        access=Access.STAFF,
        policy=Policy.LOGIN,
    )
    def on_post(self, actor: Actor, body: ChangeStaffPassword, origin: Origin) -> Answer:
        """Every session ends, also this one; the answer is a new one."""
        return Answer(self.passwords.change(actor, body.current, body.new, origin))


@frozen
class SessionList:
    """Where somebody is logged in."""

    items: tuple[SessionView, ...]


@frozen
class StaffSessions:
    """`/v1/admin/auth/sessions`."""

    sessions: SessionService

    @operation("List one's own sessions", answers={200: SessionList}, refusals=(StaffOnly,), access=Access.STAFF)
    def on_get(self, actor: Actor, request: falcon.Request) -> Answer:
        """The latest first."""
        return Answer(SessionList(self.sessions.list_own(actor, bearer(request))))


@frozen
class OneStaffSession:
    """`/v1/admin/auth/sessions/{session_id}`."""

    sessions: SessionService

    @operation(
        "End one's own session",
        answers={204: None},
        refusals=(StaffOnly, StaffSessionNotFound),
        access=Access.STAFF,
    )
    def on_delete(self, actor: Actor, session_id: UUID) -> Answer:
        """From now on its token opens nothing."""
        self.sessions.end_own(actor, session_id)
        return Answer.nothing()


@frozen
class AskStaffReset:
    """Whose password."""

    example: ClassVar[dict[str, Any]] = {"email": "kim@example.com"}
    email: str


@frozen
class StaffResetAsked:
    """A mail is on its way, if there is anything to write."""

    email: str


@frozen
class StaffPasswordResets:
    """`/v1/admin/auth/password-reset`."""

    passwords: PasswordService

    @operation("Ask for another password as staff", answers={202: StaffResetAsked}, policy=Policy.RESET)
    def on_post(self, body: AskStaffReset) -> Answer:
        """Sends a mail, if somebody of the staff has the address; the answer is the same if nobody has."""
        self.passwords.ask_reset(body.email)
        return Answer(StaffResetAsked(body.email), 202)


@frozen
class StaffProof:
    """The token of the mail, and the password from now on."""

    example: ClassVar[dict[str, Any]] = {"token": "the token behind #token=", "password": "staple battery horse"}
    token: _Token = field(repr=False)
    password: _Password = field(repr=False)


@frozen
class StaffPasswordResetConfirmation:
    """`/v1/admin/auth/password-reset/confirm`."""

    passwords: PasswordService

    @operation("Set another password as staff", answers={204: None}, refusals=(StaffProofInvalid, Busy))
    def on_post(self, body: StaffProof, origin: Origin) -> Answer:
        """Every session ends; log in with the new password."""
        self.passwords.reset(body.token, body.password, origin)
        return Answer.nothing()


@frozen
class InvitationAcceptance:
    """`/v1/admin/auth/accept-invitation`."""

    invitations: InvitationService

    @operation("Accept an invitation", answers={200: StaffView}, refusals=(StaffProofInvalid, EmailTaken, Busy))
    def on_post(self, body: StaffProof, origin: Origin) -> Answer:
        """The account begins; log in with the password. An invitation is accepted once."""
        return Answer(self.invitations.accept(body.token, body.password, origin))
