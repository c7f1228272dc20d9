"""Identifiers: ordered ones for rows, unguessable ones where holding the id is the right to use it."""

import secrets
import time
from collections.abc import Callable
from uuid import UUID, uuid4

NewId = Callable[[], UUID]


def uuid7() -> UUID:
    """A time-ordered id for a row (RFC 9562, version 7): new rows land at the end of an index."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    )
    return UUID(int=value)


def capability() -> UUID:
    """An id nobody can guess (version 4, 122 random bits): whoever knows it may use it."""
    return uuid4()
