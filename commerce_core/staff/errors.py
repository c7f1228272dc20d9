"""Refusals about staff."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Forbidden, Gone, NotFound, StaleVersion, Unauthenticated


@frozen
class InvalidCredentials(Unauthenticated):
    """The same answer for an unknown address, a wrong password and a disabled account."""

    code = "invalid-credentials"
    detail = "The e-mail address or the password is wrong."


@frozen
class SessionInvalid(Unauthenticated):
    """The access token opens nothing: missing, unknown, expired, logged out, or its owner was disabled."""

    code = "session-invalid"
    detail = "The access token is missing, wrong or no longer valid. Log in again."


@frozen
class StaffOnly(Forbidden):
    """It is about the own account, and who asks has none: a key, or the system."""

    code = "staff-only"
    detail = "Only a member of staff who has logged in can do this."


@frozen
class StaffProofInvalid(Gone):
    """The token of a mail opens nothing: not ours, used, replaced, withdrawn or too old. Which of these is not told."""

    code = "staff-proof-invalid"
    detail = "This link does not work, or does not work any more. Ask for another one."


@frozen
class StaffSessionNotFound(NotFound):
    """This member has no such session, or it is over."""

    code = "staff-session-not-found"
    detail = "There is no session {session_id}."
    session_id: UUID


@frozen
class InvitationNotFound(NotFound):
    """No open invitation has this id: it was accepted or withdrawn, or never was."""

    code = "staff-invitation-not-found"
    detail = "There is no open invitation {invitation_id}."
    invitation_id: UUID


@frozen
class InvitationPending(Conflict):
    """This address has been invited. It can be sent again, or withdrawn."""

    code = "staff-invitation-pending"
    detail = "{email} has been invited already. Send the invitation again, or withdraw it first."
    email: str


@frozen
class StaffNotFound(NotFound):
    """Nobody on the staff has this id."""

    code = "staff-not-found"
    detail = "There is no member of staff {member_id}."
    member_id: UUID


@frozen
class StaffVersionStale(StaleVersion):
    """Somebody else changed them since the caller looked."""

    code = "staff-version-stale"
    detail = "The member of staff is at version {version} by now."
    version: int


@frozen
class EmailTaken(Conflict):
    """Somebody on the staff has this address already, perhaps spelt with other capitals."""

    code = "staff-email-taken"
    detail = "Somebody on the staff has the address {email} already."
    email: str


@frozen
class LastAdmin(Conflict):
    """Nobody would be left who can let others in."""

    code = "last-admin"
    detail = "{member_id} is the last administrator; make somebody else one first."
    member_id: UUID
