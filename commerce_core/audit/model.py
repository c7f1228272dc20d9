"""The chain of hashes: what is hashed, what follows what, and what a break looks like. Pure.

docs/audit.md tells third parties how to recompute it. What stands there never changes: rows would no longer verify.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.errors import InvalidInput

KEPT = timedelta(days=1095)  # when nobody says otherwise

_END = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@frozen
class LoggedEntry:
    """One row of the log as it stands there. `changes` is the JSON text PostgreSQL gives."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    action: str
    entity_type: str
    entity_id: str
    changes: str
    request_id: str | None
    address: str | None

    def texts(self) -> tuple[str | None, ...]:
        """Its fields in the order of the chain: `at` in UTC with six decimals, what is not there as None."""
        return (
            str(self.id),
            f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            self.actor_kind,
            None if self.actor_id is None else str(self.actor_id),
            self.actor_name,
            self.action,
            self.entity_type,
            self.entity_id,
            self.changes,
            self.request_id,
            self.address,
        )

    def canonical(self) -> bytes:
        """What is hashed: the texts as one JSON array without spaces (RFC 8785), in UTF-8."""
        return json.dumps(self.texts(), ensure_ascii=False, separators=(",", ":")).encode()


@frozen
class ChainEnd:
    """A place in the chain: so many rows up to here, and the hash of the last of them and of all before."""

    position: int
    hash: bytes = field(repr=bytes.hex)

    def then(self, entry: LoggedEntry) -> Self:
        """The place behind one more row."""
        return type(self)(self.position + 1, hashlib.sha256(self.hash + entry.canonical()).digest())

    @classmethod
    def read(cls, text: str) -> Self:
        """What `str` of one gives, `POSITION:HASH`. Raises `InvalidInput`."""
        found = _END.fullmatch(text.strip().lower())
        if found is None:
            raise InvalidInput.at("/known", "invalid-chain-end", "Must be like 42:<64 hexadecimal digits>.")
        return cls(int(found[1]), bytes.fromhex(found[2]))

    def __str__(self) -> str:
        """To be written down somewhere else."""
        return f"{self.position}:{self.hash.hex()}"


BEGINNING = ChainEnd(0, bytes(32))


@frozen
class Link:
    """One seal, and the row it stands for; None when that is gone."""

    position: int
    log_id: int
    hash: bytes
    entry: LoggedEntry | None


class Problem(StrEnum):
    """What was done to the log."""

    ALTERED = "altered"  # The row, or its seal, is not what was sealed.
    REMOVED = "removed"  # The row is gone, its seal is not.
    SEAL_REMOVED = "seal_removed"
    UNKNOWN = "unknown"  # A row that is neither sealed nor waiting: it did not come in by a commit like others.
    LOST = "lost"  # A row that waited for its seal is gone.
    REWRITTEN = "rewritten"  # The chain no longer leads through a place that somebody has written down.


@frozen
class Finding:
    """One thing that is wrong: in the chain at `position`, about the row `log_id`."""

    problem: Problem
    position: int | None = None
    log_id: int | None = None


def follow(end: ChainEnd, links: Iterable[Link], known: ChainEnd | None = None) -> tuple[ChainEnd, Finding | None]:
    """How far the links go on from `end`, and what is wrong with the first that does not.

    `known` is a place that was once part of the chain.
    """
    for link in links:
        expected = end.position + 1
        if link.position != expected:
            return end, Finding(Problem.SEAL_REMOVED, expected)
        if link.entry is None:
            return end, Finding(Problem.REMOVED, expected, link.log_id)
        following = end.then(link.entry)
        if following.hash != link.hash:
            return end, Finding(Problem.ALTERED, expected, link.log_id)
        if known is not None and known.position == expected and known != following:
            return end, Finding(Problem.REWRITTEN, expected, link.log_id)
        end = following
    return end, None
