"""Told apart from null: a field that a change does not mention (JSON Merge Patch, RFC 7396)."""

from enum import Enum
from typing import Final, Literal, TypeVar


class Unset(Enum):
    """The type of `UNSET`, so that a field can say `str | None | Unset`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET

T = TypeVar("T")


def given(change: T | Unset, current: T) -> T:
    """The changed value, or the current one where nothing was said."""
    return current if isinstance(change, Unset) else change
