"""What can go wrong with a mail."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Invalid, NotFound, Unavailable


@frozen
class MailRefused(Invalid):
    """This mail will never be taken: an address that is none, or a mailbox that does not exist."""

    code = "mail-refused"
    detail = "The mail was refused for good: {reason}"
    reason: str


@frozen
class MailUnavailable(Unavailable):
    """The way out is closed for now. Nothing is known to be sent."""

    code = "mail-unavailable"
    detail = "Mail cannot be sent at the moment: {reason}"
    reason: str


@frozen
class EmailNotFound(NotFound):
    """There is no such mail."""

    code = "email-not-found"
    detail = "There is no such e-mail."
    email_id: UUID


@frozen
class EmailNotDead(Conflict):
    """Only what was given up can be told to try again."""

    code = "email-not-dead"
    detail = "The e-mail was not given up: it is {status}."
    email_id: UUID
    status: str
