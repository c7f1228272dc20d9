"""Staff, how they come in, the rules for their passwords, and the team that must keep an administrator."""

import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import NewType
from uuid import UUID

import attrs
from attrs import field, frozen

from commerce_core.access.model import PERMISSIONS, Actor, ActorKind, Origin, Permission, Role
from commerce_core.emails.model import Locale, MailToken
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import email_error, normalise_email, text_error
from commerce_core.staff.errors import LastAdmin, SessionInvalid, StaffNotFound, StaffOnly, StaffVersionStale

StaffId = NewType("StaffId", UUID)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LONGEST_NAME = 200
INVITATION = "staff-invitation"  # what tokens are signed for, so that none opens what another was sent for
RESET = "staff-password-reset"
_FEWEST_DIFFERENT = 5
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # Without 0 o 1 i l, which people mistake for each other.


@frozen
class StaffPolicy:
    """What a shop may decide about its staff's access."""

    session_lifetime: timedelta = timedelta(hours=12)
    invitation_lifetime: timedelta = timedelta(days=7)
    reset_lifetime: timedelta = timedelta(hours=1)
    mail_pause: timedelta = timedelta(minutes=5)  # between two mails with a way to another password


@frozen
class NewPassword:
    """A password good enough to be set for this address. Raises `InvalidInput` for one that is easy to guess.

    Length counts, mixing kinds of characters does not (NIST SP 800-63B); what is left to refuse is repetition and the
    own address.
    """

    value: str = field(repr=False)
    email: str

    def __attrs_post_init__(self) -> None:
        error = _password_error(self.value, self.email)
        if error:
            raise InvalidInput((error,))


def readable_password() -> str:
    """One that can be read aloud and copied by hand: 99 random bits in four groups."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))


def same_password(text: str) -> str:
    """The form in which a password is hashed: two keyboards may type the same character in different ways."""
    return unicodedata.normalize("NFKC", text)


@frozen
class NewStaff:
    """Somebody to be taken on. Raises `InvalidInput`, naming every field that is not valid."""

    email: str
    name: str
    role: Role
    password: str = field(repr=False)
    locale: Locale = Locale.EN

    def __attrs_post_init__(self) -> None:
        _refuse(*_identity_errors(self.email, self.name), _password_error(self.password, self.email))


@frozen
class NewInvitation:
    """Somebody to be asked. Raises `InvalidInput`, naming every field that is not valid."""

    email: str
    name: str
    role: Role
    locale: Locale = Locale.EN

    def __attrs_post_init__(self) -> None:
        _refuse(*_identity_errors(self.email, self.name))


@frozen
class Invitation:
    """Somebody who may join. Of several mails only the last one's token opens it."""

    id: UUID
    email: str
    name: str
    role: Role
    locale: Locale
    invited_by: UUID | None  # a member or a key; None is the system
    invited_by_name: str
    mails: int
    created_at: datetime
    expires_at: datetime

    @property
    def token(self) -> MailToken:
        """What its last mail carries."""
        return MailToken(INVITATION, f"{self.id}:{self.mails}")

    def again(self, until: datetime) -> "Invitation":
        """The invitation as the next mail carries it."""
        return attrs.evolve(self, mails=self.mails + 1, expires_at=until)


@frozen
class PasswordReset:
    """What the token of a mail to this address stands for: the leave to choose another password, once."""

    id: UUID
    email_key: str
    expires_at: datetime

    @property
    def token(self) -> MailToken:
        """What its mail carries."""
        return MailToken(RESET, str(self.id))


@frozen
class StaffMember:
    """One of the staff. Somebody disabled keeps their row, for the audit log, and may do nothing."""

    id: StaffId
    email: str
    name: str
    role: Role
    disabled_at: datetime | None
    version: int
    created_at: datetime
    locale: Locale = Locale.EN

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """What their role allows, in the order of the matrix."""
        return tuple(permission for permission in Permission if permission in PERMISSIONS[self.role])

    @property
    def is_administrator(self) -> bool:
        """Whether they can let others in."""
        return self.role is Role.ADMIN and self.disabled_at is None

    def must_be_at(self, version: int | None) -> None:
        """Raises `StaffVersionStale` unless it is the version that the caller has seen; None has seen none."""
        if version is not None and version != self.version:
            raise StaffVersionStale(self.version)

    def as_actor(self, origin: Origin) -> Actor:
        """Who they are to every use case."""
        return Actor.staff(self.id, self.name, self.role, origin)


@frozen
class Credentials:
    """A member and what their password has to match."""

    member: StaffMember
    password_hash: str = field(repr=False)


@frozen
class Team:
    """Everybody, as they stand while nobody else can change who is an administrator."""

    members: tuple[StaffMember, ...]

    def member(self, member_id: UUID) -> StaffMember:
        """Raises `StaffNotFound`."""
        found = next((member for member in self.members if member.id == member_id), None)
        if found is None:
            raise StaffNotFound(member_id)
        return found

    def assign(self, member_id: UUID, role: Role) -> StaffMember:
        """The member in another role. Raises `StaffNotFound` and `LastAdmin`."""
        member = self.member(member_id)
        return self._change(member, attrs.evolve(member, role=role))

    def disable(self, member_id: UUID, at: datetime) -> StaffMember:
        """The member shut out since `at`, or since earlier. Raises `StaffNotFound` and `LastAdmin`."""
        member = self.member(member_id)
        return self._change(member, attrs.evolve(member, disabled_at=member.disabled_at or at))

    def enable(self, member_id: UUID) -> StaffMember:
        """The member let in again. Raises `StaffNotFound`."""
        member = self.member(member_id)
        return self._change(member, attrs.evolve(member, disabled_at=None))

    def must_still_let(self, actor: Actor) -> None:
        """Whoever is just being shut out or demoted does nothing more, also not with a request that is under way.

        Raises `SessionInvalid` or `PermissionDenied`. Programs and the system are nobody on the team.
        """
        if actor.kind is not ActorKind.STAFF:
            return
        known = next((member for member in self.members if member.id == actor.id), None)
        if known is None or known.disabled_at:
            raise SessionInvalid
        known.as_actor(actor.origin).must(Permission.STAFF_MANAGE)

    def _change(self, before: StaffMember, after: StaffMember) -> StaffMember:
        """`after` as the next version, or `before` itself when they are the same."""
        if before == after:
            return before
        if before.is_administrator and not after.is_administrator and not self._others_administrate(before):
            raise LastAdmin(before.id)
        return attrs.evolve(after, version=before.version + 1)

    def _others_administrate(self, member: StaffMember) -> bool:
        return any(other.is_administrator for other in self.members if other.id != member.id)


def self_of(actor: Actor) -> UUID:
    """The member who asks about their own account. Raises `StaffOnly` for anybody else."""
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise StaffOnly
    return actor.id


def may_less(before: Role, after: Role) -> bool:
    """Whether somebody loses a permission by changing from one role to the other."""
    return not PERMISSIONS[before] <= PERMISSIONS[after]


def _identity_errors(email: str, name: str) -> tuple[FieldError | None, ...]:
    return email_error("/email", email), text_error("/name", name, limit=LONGEST_NAME, least=1)


def _refuse(*errors: FieldError | None) -> None:
    if wrong := tuple(error for error in errors if error):
        raise InvalidInput(wrong)


def _password_error(password: str, email: str) -> FieldError | None:
    if unstorable := text_error("/password", password, limit=LONGEST_PASSWORD):
        return unstorable
    plain = same_password(password)
    if len(plain) < SHORTEST_PASSWORD:
        return FieldError("/password", "weak-password", f"Must hold at least {SHORTEST_PASSWORD} characters.")
    if len(set(plain)) < _FEWEST_DIFFERENT:
        return FieldError("/password", "weak-password", f"Must hold at least {_FEWEST_DIFFERENT} different characters.")
    if normalise_email(plain) == normalise_email(email):
        return FieldError("/password", "weak-password", "Must not be the e-mail address.")
    return None
