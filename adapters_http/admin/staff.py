"""The staff for administrators: who is on it, who may join, and where they are logged in.

Nobody is given a password here by somebody else: whoever joins is invited and chooses their own.
"""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import field, frozen

from adapters_http.admin.auth import SessionList
from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import Actor, Permission, Role
from commerce_core.emails.model import Locale
from commerce_core.kernel.errors import Busy
from commerce_core.staff.errors import (
    EmailTaken,
    InvitationNotFound,
    InvitationPending,
    LastAdmin,
    StaffNotFound,
    StaffSessionNotFound,
    StaffVersionStale,
)
from commerce_core.staff.invitations import InvitationService
from commerce_core.staff.model import LONGEST_NAME, LONGEST_PASSWORD, NewInvitation
from commerce_core.staff.passwords import PasswordService
from commerce_core.staff.service import StaffService
from commerce_core.staff.sessions import SessionService
from commerce_core.staff.views import InvitationView, StaffView

_MEMBER = (StaffNotFound, PermissionDenied)


@frozen
class StaffList:
    """Everybody, those who are shut out too."""

    items: tuple[StaffView, ...]


@frozen
class AdminStaff:
    """`/v1/admin/staff`."""

    staff: StaffService

    @operation("List the staff", answers={200: StaffList}, access=Access.STAFF, permission=Permission.STAFF_MANAGE)
    def on_get(self, actor: Actor) -> Answer:
        """The longest-serving first."""
        return Answer(StaffList(self.staff.list_staff(actor)))


@frozen
class ChangeStaff:
    """What somebody is here for."""

    example: ClassVar[dict[str, Any]] = {"role": "MANAGER"}
    role: Role


@frozen
class AdminStaffMember:
    """`/v1/admin/staff/{member_id}`."""

    staff: StaffService

    @operation(
        "Read a member of staff",
        answers={200: StaffView},
        refusals=(StaffNotFound,),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_get(self, actor: Actor, member_id: UUID) -> Answer:
        """With what they may do now."""
        found = self.staff.show(actor, member_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a role",
        answers={200: StaffView},
        refusals=(*_MEMBER, StaffVersionStale, LastAdmin),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_patch(self, actor: Actor, member_id: UUID, body: ChangeStaff, if_match: int | None) -> Answer:
        """Counts from their next request on. The last administrator stays one; nobody gives more than they have."""
        changed = self.staff.set_role(actor, member_id, body.role, if_match)
        return Answer(StaffView.of(changed)).at_version(changed.version)


@frozen
class AdminStaffDisable:
    """`/v1/admin/staff/{member_id}/disable`."""

    staff: StaffService

    @operation(
        "Shut somebody out",
        answers={200: StaffView},
        refusals=(*_MEMBER, LastAdmin),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, member_id: UUID) -> Answer:
        """Their sessions and open invitations end at once, and their API keys open nothing while it lasts."""
        return Answer(StaffView.of(self.staff.disable(actor, member_id)))


@frozen
class AdminStaffEnable:
    """`/v1/admin/staff/{member_id}/enable`."""

    staff: StaffService

    @operation(
        "Let somebody in again",
        answers={200: StaffView},
        refusals=_MEMBER,
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, member_id: UUID) -> Answer:
        """They have to log in again; their API keys open again what they did."""
        return Answer(StaffView.of(self.staff.enable(actor, member_id)))


@frozen
class SetStaffPassword:
    """The password from now on."""

    example: ClassVar[dict[str, Any]] = {"password": "staple battery horse"}
    password: Annotated[str, Limits(most=LONGEST_PASSWORD)] = field(repr=False)


@frozen
class AdminStaffPassword:
    """`/v1/admin/staff/{member_id}/password`."""

    passwords: PasswordService

    @operation(
        "Replace somebody's password",
        answers={204: None},
        refusals=(*_MEMBER, Busy),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_put(self, actor: Actor, member_id: UUID, body: SetStaffPassword) -> Answer:
        """For when their mail is in other hands: every session ends, and a mail tells them."""
        self.passwords.set_password(actor, member_id, body.password)
        return Answer.nothing()


@frozen
class AdminStaffSessions:
    """`/v1/admin/staff/{member_id}/sessions`."""

    sessions: SessionService

    @operation(
        "List somebody's sessions",
        answers={200: SessionList},
        refusals=(StaffNotFound,),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_get(self, actor: Actor, member_id: UUID) -> Answer:
        """The latest first."""
        return Answer(SessionList(self.sessions.list_of(actor, member_id)))

    @operation(
        "End all of somebody's sessions",
        answers={204: None},
        refusals=_MEMBER,
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_delete(self, actor: Actor, member_id: UUID) -> Answer:
        """They have to log in again."""
        self.sessions.end_all(actor, member_id)
        return Answer.nothing()


@frozen
class AdminStaffSession:
    """`/v1/admin/staff/{member_id}/sessions/{session_id}`."""

    sessions: SessionService

    @operation(
        "End somebody's session",
        answers={204: None},
        refusals=(*_MEMBER, StaffSessionNotFound),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_delete(self, actor: Actor, member_id: UUID, session_id: UUID) -> Answer:
        """From now on its token opens nothing."""
        self.sessions.end(actor, member_id, session_id)
        return Answer.nothing()


@frozen
class InviteStaff:
    """Who is asked to join, what for, and the language of the mail."""

    example: ClassVar[dict[str, Any]] = {
        "email": "zoe@example.com", "name": "Zoé Martin", "role": "SUPPORT", "locale": "fr",
    }  # fmt: skip
    email: str
    name: Annotated[str, Limits(1, LONGEST_NAME)]
    role: Role
    locale: Locale = Locale.EN


@frozen
class InvitationList:
    """Who has been asked and has not answered."""

    items: tuple[InvitationView, ...]


@frozen
class AdminInvitations:
    """`/v1/admin/staff/invitations`."""

    invitations: InvitationService

    @operation(
        "List open invitations",
        answers={200: InvitationList},
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_get(self, actor: Actor) -> Answer:
        """The oldest first, also when their time is over: they can be sent again."""
        return Answer(InvitationList(self.invitations.list_invitations(actor)))

    @operation(
        "Invite somebody",
        answers={201: InvitationView},
        refusals=(EmailTaken, InvitationPending),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: InviteStaff) -> Answer:
        """Sends a mail with a link; the account begins when they choose a password with it."""
        new = NewInvitation(body.email, body.name, body.role, body.locale)
        made = self.invitations.invite(actor, new)
        return Answer.created(made, f"/v1/admin/staff/invitations/{made.id}")


@frozen
class AdminInvitation:
    """`/v1/admin/staff/invitations/{invitation_id}`."""

    invitations: InvitationService

    @operation(
        "Read an invitation",
        answers={200: InvitationView},
        refusals=(InvitationNotFound,),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_get(self, actor: Actor, invitation_id: UUID) -> Answer:
        """One that is open."""
        return Answer(self.invitations.show(actor, invitation_id))

    @operation(
        "Withdraw an invitation",
        answers={204: None},
        refusals=(InvitationNotFound,),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
    )
    def on_delete(self, actor: Actor, invitation_id: UUID) -> Answer:
        """Its link opens nothing from now on."""
        self.invitations.withdraw(actor, invitation_id)
        return Answer.nothing()


@frozen
class AdminInvitationResend:
    """`/v1/admin/staff/invitations/{invitation_id}/resend`."""

    invitations: InvitationService

    @operation(
        "Send an invitation again",
        answers={200: InvitationView},
        refusals=(InvitationNotFound,),
        access=Access.STAFF,
        permission=Permission.STAFF_MANAGE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, invitation_id: UUID) -> Answer:
        """With another link, from now on the only one, and as much time as the first had."""
        return Answer(self.invitations.resend(actor, invitation_id))
