"""What a mail is. A mail's attrs class is the schema of its template."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable
from uuid import UUID

from attrs import AttrsInstance, field, frozen

from commerce_core.kernel.money import Money
from commerce_core.kernel.retry import Retry

HIDDEN = "••••"
NOBODY = "@erased.invalid"  # ends the addresses that stand where people were erased; no mail reaches it (RFC 2606)


class Locale(StrEnum):
    """The languages mails are written in."""

    FR = "fr"
    EN = "en"

    @classmethod
    def best(cls, accept_language: str | None) -> "Locale":
        """The first language of an Accept-Language header that we write, else English."""
        for part in (accept_language or "").split(","):
            tag = part.split(";")[0].strip().lower()[:2]
            if tag in {"fr", "en"}:
                return cls(tag)
        return cls.EN


@runtime_checkable
class Mail(AttrsInstance, Protocol):
    """The variables of one kind of mail: a frozen attrs class with the name of its template."""

    template: ClassVar[str]


@frozen
class MailToken:
    """A secret in a mail: derived when the mail is sent, in no table. `subject` is what it opens."""

    purpose: str
    subject: str


@frozen
class QueuedMail:
    """A mail to be sent once. The same `key` is the same mail: template + cause + step + resend number."""

    key: str
    to: str
    locale: Locale
    mail: Mail

    @property
    def for_nobody(self) -> bool:
        """Whether it is for somebody who was erased."""
        return self.to.endswith(NOBODY)


@frozen
class MailLine:
    """One line of an order as a mail shows it."""

    title: str
    quantity: int
    line_total: Money


@frozen
class OrderConfirmation:
    """Thanks for the order, and what it was."""

    template: ClassVar[str] = "order_confirmation"
    order_number: str
    customer_name: str
    lines: tuple[MailLine, ...]
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    total: Money
    prices_include_tax: bool
    shipping_address: tuple[str, ...]


@frozen
class OrderRefunded:
    """Money goes back to the buyer. `reason` is one that the template has words for: the shop's own of `RefundReason`,
    or `by_hand`.
    """

    template: ClassVar[str] = "order_refunded"
    order_number: str
    customer_name: str
    amount: Money
    reason: str


@frozen
class EmailVerification:
    """Somebody wants an account under this address: is it theirs?"""

    template: ClassVar[str] = "email_verification"
    name: str
    token: MailToken


@frozen
class AccountExists:
    """Somebody wants an account under an address that has one."""

    template: ClassVar[str] = "account_exists"
    name: str


@frozen
class PasswordReset:
    """The way to another password."""

    template: ClassVar[str] = "password_reset"
    name: str
    token: MailToken


@frozen
class PasswordChanged:
    """The password is another one now."""

    template: ClassVar[str] = "password_changed"
    name: str


@frozen
class EmailChangeApproval:
    """To the old end: shall the account move to another address?"""

    template: ClassVar[str] = "email_change_approval"
    name: str
    new_email: str  # masked
    token: MailToken


@frozen
class EmailChangeConfirmation:
    """To the new end: is this address theirs?"""

    template: ClassVar[str] = "email_change_confirmation"
    name: str
    token: MailToken


@frozen
class StaffInvitation:
    """Somebody may join the staff. `role` is one that the template has words for."""

    template: ClassVar[str] = "staff_invitation"
    name: str
    role: str
    token: MailToken


@frozen
class StaffPasswordReset:
    """A member of staff's way to another password."""

    template: ClassVar[str] = "staff_password_reset"
    name: str
    token: MailToken


# Every kind of mail by the name of its template: what a queued row is turned back into.
MAILS: Mapping[str, type[Mail]] = {
    kind.template: kind
    for kind in (
        OrderConfirmation,
        OrderRefunded,
        EmailVerification,
        AccountExists,
        PasswordReset,
        PasswordChanged,
        EmailChangeApproval,
        EmailChangeConfirmation,
        StaffInvitation,
        StaffPasswordReset,
    )
}


class EmailStatus(StrEnum):
    """Where a mail stands."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"  # Given up; an operator may say retry.


# The lease outlasts every timeout of a sender added up, so that a slow mail server does not make two of one mail.
MAIL_RETRY = Retry(
    lease=timedelta(seconds=90), most_attempts=10, first=timedelta(seconds=5), longest=timedelta(hours=1)
)


@frozen
class ClaimedMail:
    """A mail that is ours for one lease. `attempts` counts this claim and tells it from a later one.

    `status` is dead when the lease before ran out after the last attempt: no worker survived the mail.
    """

    id: UUID
    key: str
    to: str
    template: str
    locale: Locale
    attempts: int
    status: EmailStatus
    queued_at: datetime
    payload: Mapping[str, object] = field(repr=False)


@frozen
class RenderedMail:
    """A mail as its reader sees it, and the tokens that stand in it."""

    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)
    tokens: tuple[str, ...] = field(default=(), repr=False)

    def kept(self) -> "RenderedMail":
        """The copy for the records: each token is `••••`."""
        html, text = self.html, self.text
        for token in self.tokens:
            html, text = html.replace(token, HIDDEN), text.replace(token, HIDDEN)
        return RenderedMail(self.subject, html, text)


@frozen
class OutgoingMail:
    """A mail on its way out. The same `key` is the same mail, whoever asks for it to be sent again."""

    key: str
    to: str
    locale: Locale
    queued_at: datetime
    content: RenderedMail

    @property
    def name(self) -> str:
        """What receivers tell a repeat by: derived from the key, safe in a header and in a file's name."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]
