"""How the shop says no: families of refusals, each with a public code and facts.

A refusal is expected, named and safe to show. After one is raised, the transaction it came from has changed nothing.
Anything else (a bug, mixed currencies) is an ordinary exception.
"""

from collections.abc import Mapping
from typing import ClassVar

import attrs
from attrs import frozen


class CommerceError(Exception):
    """A refusal. Subclasses give the family, their own subclasses the code and the facts."""

    code: ClassVar[str] = "error"
    detail: ClassVar[str] = "The request was refused."

    def facts(self) -> Mapping[str, object]:
        """What a caller can act on: the refusal's own fields, by name."""
        return {field.name: getattr(self, field.name) for field in _fields(type(self))}

    def __str__(self) -> str:
        """One sentence for a person, the facts filled in."""
        return self.detail.format(**self.facts())


class Invalid(CommerceError):
    """The request itself can never succeed."""


class NotFound(CommerceError):
    """It is not there, or it is not yours."""


class Gone(CommerceError):
    """It was there, and never will be again."""


class Conflict(CommerceError):
    """The request was fine, but the state of things does not allow it now."""


class StaleVersion(CommerceError):
    """Somebody else changed it since the caller read it."""


class Forbidden(CommerceError):
    """We know who asks, and they may not."""


class Unauthenticated(CommerceError):
    """We do not know who asks."""


class Unavailable(CommerceError):
    """Something we depend on is away. Worth another try."""

    retry_after: ClassVar[int] = 2  # seconds


class TooMany(CommerceError):
    """Slow down."""

    retry_after: ClassVar[int] = 10  # seconds


@frozen
class FieldError:
    """One thing wrong with one field; `pointer` is a JSON Pointer (RFC 6901) into the request."""

    pointer: str
    code: str
    detail: str


@frozen
class InvalidInput(Invalid):
    """Some fields hold what they may not."""

    code = "invalid-input"
    detail = "Some fields are not valid."
    errors: tuple[FieldError, ...]

    @classmethod
    def at(cls, pointer: str, code: str, detail: str) -> "InvalidInput":
        """Refuse a single field."""
        return cls((FieldError(pointer, code, detail),))

    def __str__(self) -> str:
        """Name each field, so that a command line can show it too."""
        return " ".join(f"{e.pointer or '/'}: {e.detail}" for e in self.errors)


@frozen
class Busy(Unavailable):
    """Too many people want the same rows at this moment; nothing was changed."""

    code = "busy"
    detail = "The shop is busy with the same thing. Try again in a moment."


@frozen
class DatabaseUnavailable(Unavailable):
    """PostgreSQL cannot be reached or did not answer in time; nothing was changed, or nothing can be known yet."""

    code = "database-unavailable"
    detail = "The database cannot be reached."


@frozen
class DatabaseAddressInvalid(Invalid):
    """What should be the address of a database is none. It is not shown: it may hold a password."""

    code = "invalid-database-address"
    detail = "The address of the database (DATABASE_URL) cannot be read."


def _fields(cls: type) -> "tuple[attrs.Attribute[object], ...]":
    return tuple(attrs.fields(cls)) if attrs.has(cls) else ()
