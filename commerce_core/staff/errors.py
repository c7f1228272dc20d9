"""Refusals about staff."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, Unauthenticated


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
class StaffNotFound(NotFound):
    """Nobody on the staff has this id."""

    code = "staff-not-found"
    detail = "There is no member of staff {member_id}."
    member_id: UUID


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
