"""Keys, and how far one reaches."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import PERMISSIONS, Actor, Origin, Permission, Role
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import text_error
from commerce_core.kernel.token import new_token

MARK = "ck_"  # Tells a key from a session, and tools that look for leaked secrets what they have found.
LONGEST_NAME = 100


@frozen
class KeyPolicy:
    """What a shop may decide about keys."""

    use_noted_every: timedelta = timedelta(minutes=1)  # A write per request would cost more than it tells.


def _once_each(scopes: Iterable[Permission]) -> frozenset[Permission]:
    return frozenset(scopes)


@frozen
class NewKey:
    """A key to be made. Raises `InvalidInput`, naming every field that is not valid."""

    name: str
    scopes: frozenset[Permission] = field(converter=_once_each)
    expires_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        errors = [text_error("/name", self.name, limit=LONGEST_NAME, least=1)]
        if not self.scopes:
            errors.append(FieldError("/scopes", "too-few", "Must hold at least one permission."))
        if self.expires_at and self.expires_at.tzinfo is None:
            errors.append(FieldError("/expires_at", "invalid-value", "Must say which time zone it is of."))
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)


@frozen
class ApiKey:
    """What is known of a key. `prefix` is how people recognise it; the rest of the token is only ever hashed.

    It goes with its owner and with its parent: it holds no more than the owner's role at that moment, opens nothing
    while they are disabled, and is revoked with the key it was made with. Without an owner it is the system's.
    """

    id: UUID
    name: str
    prefix: str
    scopes: frozenset[Permission]
    owner_id: UUID | None
    parent_id: UUID | None
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def must_outlive(self, expires_at: datetime | None) -> None:
        """Raises `InvalidInput` when a key made with this one would be there after it."""
        if self.expires_at and (expires_at is None or expires_at > self.expires_at):
            raise InvalidInput.at("/expires_at", "outlives-maker", f"Must be by {self.expires_at:%Y-%m-%dT%H:%M:%SZ}.")


@frozen
class Holder:
    """Who holds a token: the key, the role its owner has now, and whether its use is to be noted."""

    id: UUID
    name: str
    scopes: frozenset[Permission]
    owner_role: Role | None
    use_is_due: bool

    def as_actor(self, origin: Origin) -> Actor:
        """What the key may do at this moment: what it was made for, as far as its owner may."""
        allowed = self.scopes if self.owner_role is None else self.scopes & PERMISSIONS[self.owner_role]
        return Actor.key(self.id, self.name, allowed, origin)


@frozen
class Token:
    """A key as its program sends it, and the part of it that may be seen."""

    prefix: str
    value: str = field(repr=False)

    @classmethod
    def new(cls) -> "Token":
        """One that nobody can guess, from the prefix neither."""
        prefix = MARK + secrets.token_hex(4)
        return cls(prefix, f"{prefix}_{new_token()}")


def known_scopes(names: Iterable[str]) -> frozenset[Permission]:
    """Permissions by their names. One that a later release gave up allows nothing any more."""
    return frozenset(Permission(name) for name in names if name in set(Permission))
