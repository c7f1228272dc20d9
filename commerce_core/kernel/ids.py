"""Identifiers: ordered ones for rows, unguessable ones where holding the id is the right to use it."""

import os
import time
from collections.abc import Callable
from uuid import UUID, uuid4

NewId = Callable[[], UUID]


def uuid7() -> UUID:
    """A time-ordered id for a row (RFC 9562, version 7): new rows land at the end of an index.

    The twelve bits after the milliseconds hold the fraction of one (section 6.2, method 3), so that ids made one after
    the other, as the lines of an order are, keep that order.
    """
    milliseconds, fraction = divmod(time.time_ns(), 1_000_000)
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7 << 12 | fraction * 4096 // 1_000_000
    low = 0b10 << 62 | int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=high << 64 | low)


def capability() -> UUID:
    """An id nobody can guess (version 4, 122 random bits): whoever knows it may use it."""
    return uuid4()
