"""Who buys, how they are found again, and what an account is."""

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.model import Actor, ActorKind
from commerce_core.customers.errors import CustomerErased, CustomerNotFound, CustomerVersionStale
from commerce_core.emails.model import NOBODY, Locale
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.text import email_error, normalise_email, text_error
from commerce_core.kernel.unset import UNSET, Unset, given
from commerce_core.staff.errors import SessionInvalid
from commerce_core.staff.model import NewPassword

MOST_TAGS = 50
LONGEST_TAG = 50  # characters
LONGEST_NAME = 200
LONGEST_NOTE = 5_000


@frozen
class AccountPolicy:
    """What a shop may decide about its customers' accounts."""

    session_lifetime: timedelta = timedelta(days=30)  # without a refresh
    session_limit: timedelta = timedelta(days=180)  # however often it is refreshed
    link_lifetime: timedelta = timedelta(days=2)
    reset_lifetime: timedelta = timedelta(hours=1)
    recent_login: timedelta = timedelta(minutes=15)
    mail_pause: timedelta = timedelta(minutes=1)  # between two mails of one purpose to one address
    marketing_text: str = "1"  # the version of the text beside the box that people tick


@frozen
class Buyer:
    """What an order tells about the person behind it. Nothing of it is proved: anybody can type any address."""

    email: str
    name: str
    locale: Locale
    marketing: bool = False
    ordered_at: datetime | None = None

    @property
    def email_key(self) -> str:
        """What makes two spellings of an address one person."""
        return normalise_email(self.email)

    @property
    def search_text(self) -> str:
        """What an operator's words are looked up in."""
        return searchable(f"{self.email} {self.name}")


@frozen
class CustomerQuery:
    """Which customers: those whose address or name holds `q` and who have the `tag`. Raises `InvalidInput`."""

    q: str | None = None
    page: PageRequest = field(factory=PageRequest)
    tag: str | None = None

    def __attrs_post_init__(self) -> None:
        errors = (text_error("/q", self.q or "", limit=200), text_error("/tag", self.tag or "", limit=LONGEST_TAG))
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)

    @property
    def search_text(self) -> str | None:
        """The words as `searchable` has them, None when there are none."""
        return searchable(self.q or "") or None


@frozen
class NewAccount:
    """Somebody who wants an account. Raises `InvalidInput`, naming every field that is not valid."""

    email: str
    password: str = field(repr=False)
    name: str = ""
    locale: Locale = Locale.EN
    marketing: bool = False

    def __attrs_post_init__(self) -> None:
        errors = [email_error("/email", self.email), text_error("/name", self.name, limit=LONGEST_NAME)]
        try:
            NewPassword(self.password, self.email)
        except InvalidInput as refused:
            errors.extend(refused.errors)
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)


@frozen
class AccountChanges:
    """What to change about one's own account."""

    name: str | Unset = UNSET
    locale: Locale | Unset = UNSET
    marketing: bool | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        error = text_error("/name", self.name, limit=LONGEST_NAME) if self.name else None
        if error:
            raise InvalidInput((error,))


@frozen
class Customer:
    """A person: somebody who bought, or has an account, or both."""

    id: UUID
    email: str
    name: str
    locale: Locale
    tags: tuple[str, ...]
    password_hash: str | None = field(repr=False)
    email_verified_at: datetime | None
    merged_into_id: UUID | None
    erased_at: datetime | None
    version: int
    created_at: datetime

    @property
    def email_key(self) -> str:
        """What makes two spellings of an address one person."""
        return normalise_email(self.email)

    @property
    def search_text(self) -> str:
        """What an operator's words are looked up in; who is no more is found by nothing."""
        return "" if self.erased_at or self.merged_into_id else searchable(f"{self.email} {self.name}")

    @property
    def has_account(self) -> bool:
        """Whether they can log in."""
        return self.password_hash is not None

    def must_be_somebody(self, expected_version: int | None = None) -> None:
        """Raises `CustomerErased`, `CustomerNotFound` after a merge, or `CustomerVersionStale`."""
        if self.erased_at is not None:
            raise CustomerErased(self.id)
        if self.merged_into_id is not None:
            raise CustomerNotFound(self.id)
        if expected_version is not None and expected_version != self.version:
            raise CustomerVersionStale(self.version)

    def changed(self, changes: AccountChanges) -> "Customer":
        """The customer after them, one version on if anything is different."""
        after = evolve(self, name=given(changes.name, self.name), locale=given(changes.locale, self.locale))
        return self if after == self else evolve(after, version=self.version + 1)

    def tagged(self, tags: tuple[str, ...]) -> "Customer":
        """The customer with exactly these tags, in order and once each. Raises `InvalidInput`."""
        after = evolve(self, tags=cleaned_tags(tags))
        return self if after == self else evolve(after, version=self.version + 1)

    def absorbing(self, other: "Customer") -> "Customer":
        """The customer with what is known of `other`, who was the same person."""
        tags = tuple(sorted({*self.tags, *other.tags})[:MOST_TAGS])
        return evolve(self, name=self.name or other.name, tags=tags, version=self.version + 1)

    def merged_into(self, target_id: UUID) -> "Customer":
        """What is left of a row that was the same person: an id that says who it is now."""
        return evolve(
            self, email=erased_email(self.id), name="", tags=(), merged_into_id=target_id, version=self.version + 1
        )

    def erased(self, at: datetime) -> "Customer":
        """What is left when the person is taken out: an id for the books."""
        return evolve(
            self,
            email=erased_email(self.id), name="", tags=(), password_hash=None, email_verified_at=None, erased_at=at,
            version=self.version + 1,
        )  # fmt: skip


class ProofPurpose(StrEnum):
    """What the owner of an address may do who shows the token that was sent there."""

    REGISTRATION = "registration"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - what it is for
    EMAIL_CHANGE_OLD = "email_change_old"
    EMAIL_CHANGE_NEW = "email_change_new"

    @property
    def token(self) -> str:
        """What its tokens are signed for, so that none opens what another was sent for."""
        return f"customer-{self.value}"


@frozen
class Proof:
    """What a token in a mail stands for, and what it will set. One that was used, or is over, opens nothing."""

    id: UUID
    purpose: ProofPurpose
    email: str
    locale: Locale
    expires_at: datetime
    customer_id: UUID | None = None
    partner_id: UUID | None = None  # the other end of a change of address
    password_hash: str | None = field(default=None, repr=False)
    name: str = ""
    marketing: bool = False
    used_at: datetime | None = None

    @property
    def email_key(self) -> str:
        """What makes two spellings of an address one."""
        return normalise_email(self.email)

    def opens(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and now < self.expires_at


def searchable(text: str) -> str:
    """Text as it is compared: accents and capitals do not count, neither does the amount of white space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def cleaned_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Trimmed, in lower case, sorted and once each. Raises `InvalidInput`."""
    if len(tags) > MOST_TAGS:
        raise InvalidInput.at("/tags", "too-many", f"May hold at most {MOST_TAGS} entries.")
    errors: list[FieldError | None] = [
        text_error(f"/tags/{place}", tag, limit=LONGEST_TAG, least=1) for place, tag in enumerate(tags)
    ]
    if wrong := tuple(error for error in errors if error):
        raise InvalidInput(wrong)
    return tuple(sorted({" ".join(tag.lower().split()) for tag in tags}))


def erased_email(customer_id: UUID) -> str:
    """An address that nobody has, telling apart those who are no more."""
    return f"erased-{customer_id}{NOBODY}"


def self_of(actor: Actor) -> UUID:
    """The customer who asks for what is theirs. Raises `SessionInvalid` for anybody else."""
    if actor.kind is not ActorKind.CUSTOMER or actor.id is None:
        raise SessionInvalid
    return actor.id
