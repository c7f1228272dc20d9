"""How long things are kept that name people, and what ends their time. One table, one job."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from commerce_core.kernel.transaction import Begin, Work, retried

_SLICE = 1_000  # rows of one transaction


class Kept(StrEnum):
    """What is pruned here. Carts with their log, and stored replies, are pruned by their own features."""

    MAIL_BODIES = "mail_bodies"  # content and variables; that it was sent, when and whether, stays
    PROVIDER_EVENTS = "provider_events"
    EVENTS = "events"  # of the outbox, once handled
    PROOFS = "proofs"  # what tokens in mails stood for
    SESSIONS = "sessions"  # of customers, once over


@frozen
class RetentionPolicy:
    """For how long. Providers repeat an event for a month at most, so theirs have to be known for longer than that."""

    mail_bodies: timedelta = timedelta(days=365)
    provider_events: timedelta = timedelta(days=180)
    events: timedelta = timedelta(days=90)
    proofs: timedelta = timedelta(days=7)
    sessions: timedelta = timedelta(days=1)

    def of(self, kind: Kept) -> timedelta:
        """How long this is kept."""
        age: timedelta = getattr(self, kind.value)
        return age


class Pruning(Protocol):
    """Ends the time of rows."""

    def prune(self, kind: Kept, age: timedelta, limit: int) -> int:
        """Of what is older than `age`, at most `limit` rows; returns how many."""
        ...


class RetentionWork(Work, Protocol):
    """What a transaction of this touches."""

    @property
    def pruning(self) -> Pruning:
        """The old rows."""
        ...


@frozen
class RetentionService:
    """Forgets what nobody needs any more, slice by slice. Running it twice does no harm."""

    begin: Begin[RetentionWork]
    policy: RetentionPolicy = field(factory=RetentionPolicy)

    def prune(self) -> Mapping[Kept, int]:
        """Everything whose time is over; returns how many rows of each kind."""
        return {kind: self._prune(kind) for kind in Kept}

    def _prune(self, kind: Kept) -> int:
        pruned = 0
        while True:
            batch = self._slice(kind)
            pruned += batch
            if batch < _SLICE:
                return pruned

    @retried
    def _slice(self, kind: Kept) -> int:
        with self.begin() as work:
            return work.pruning.prune(kind, self.policy.of(kind), _SLICE)
