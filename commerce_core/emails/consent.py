"""Who allowed us to write, and about what. Senders ask `may_send`, and nothing else."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.text import normalise_email
from commerce_core.kernel.transaction import Begin, Work, retried


class MailPurpose(StrEnum):
    """Why somebody is written to."""

    TRANSACTIONAL = "transactional"  # They asked for it: an order, a password. Needs nobody's leave.
    MARKETING = "marketing"


class ConsentSource(StrEnum):
    """How somebody told us."""

    REGISTRATION = "registration"
    ACCOUNT = "account"
    CHECKOUT = "checkout"
    UNSUBSCRIBE = "unsubscribe"
    STAFF = "staff"


@frozen
class Consent:
    """Leave given (`granted`) or taken back, for all spellings of an address.

    `text_version` names the text that was read, `given_at` when that was, unless it is now. The same `cause` tells it
    once, however often it is repeated.
    """

    email: str
    granted: bool = field(kw_only=True)
    source: ConsentSource
    text_version: str
    cause: UUID | None = None
    given_at: datetime | None = None

    @property
    def email_key(self) -> str:
        """What makes two spellings of an address one."""
        return normalise_email(self.email)


class Consents(Protocol):
    """The record of consent within a transaction. Rows are only added; the last one of an address counts."""

    def record(self, consent: Consent) -> None:
        """Write it down, unless this cause did or nothing would change.

        A no also unticks what was ticked in carts under this address: a yes of before it counts nowhere any more.
        """
        ...

    def allows(self, email_key: str) -> bool:
        """Whether the last word of this address was yes."""
        ...


class ConsentReader(Protocol):
    """Reads that need no transaction."""

    def allows(self, email_key: str) -> bool:
        """Whether the last word of this address was yes."""
        ...


class ConsentWork(Work, Protocol):
    """What a transaction about consent touches."""

    @property
    def consents(self) -> Consents:
        """The record."""
        ...


@frozen
class ConsentService:
    """Asks for and changes what an address allows."""

    begin: Begin[ConsentWork]
    read: ConsentReader
    text_version: str

    def may_send(self, address: str, purpose: MailPurpose) -> bool:
        """Whether a mail of this purpose may go there. Marketing needs leave that was not taken back."""
        return purpose is MailPurpose.TRANSACTIONAL or self.read.allows(normalise_email(address))

    @retried
    def withdraw(self, address: str, source: ConsentSource = ConsentSource.UNSUBSCRIBE) -> None:
        """No more marketing to this address, from now on and whoever asks for it. Twice is once."""
        with self.begin() as work:
            work.consents.record(Consent(address, source, self.text_version, granted=False))
