"""How long things are kept that name people, and what ends their time. One table of them all."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Protocol

from attrs import frozen

from commerce_core.kernel.slices import in_slices
from commerce_core.kernel.transaction import Begin, Work, retried


class Kept(StrEnum):
    """Every kind of thing whose time ends."""

    MAIL_BODIES = "mail_bodies"  # what they said and to whom; that they were sent, when and whether, stays
    PROVIDER_EVENTS = "provider_events"  # once applied
    EVENTS = "events"  # of the outbox, once handled
    CARTS = "carts"  # that nobody touches, with their log
    REPLIES = "replies"  # answers kept for requests that are repeated
    PROOFS = "proofs"  # what tokens in mails stood for
    SESSIONS = "sessions"  # of customers, once over
    AUDIT = "audit"  # who changed what; what is left can still be proved
    STAFF_ACCESS = "staff_access"  # sessions of the staff and their ways to another password, once over
    DELIVERIES = "deliveries"  # of webhooks out, once heard
    GUESSES = "guesses"  # at passwords; `LockoutPolicy` says for how long


@frozen
class RetentionPolicy:
    """For how long. Providers repeat an event for a month at most, so theirs have to be known for longer than that."""

    mail_bodies: timedelta = timedelta(days=365)
    provider_events: timedelta = timedelta(days=90)
    events: timedelta = timedelta(days=90)
    carts: timedelta = timedelta(days=90)
    replies: timedelta = timedelta(hours=48)
    deliveries: timedelta = timedelta(days=30)
    proofs: timedelta = timedelta(days=7)
    sessions: timedelta = timedelta(days=1)
    audit: timedelta = timedelta(days=1095)


class Pruning(Protocol):
    """Ends the time of rows. Each takes at most `limit` of those older than `age`, and returns how many."""

    def mail_bodies(self, age: timedelta, limit: int) -> int:
        """Empty mails that are not waiting any more."""
        ...

    def proofs(self, age: timedelta, limit: int) -> int:
        """Delete what tokens stood for that ran out so long ago."""
        ...

    def sessions(self, age: timedelta, limit: int) -> int:
        """Delete customers' sessions that ended so long ago."""
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
    policy: RetentionPolicy
    elsewhere: Mapping[Kept, Callable[[], int]]  # what other features forget themselves

    def prune(self, kind: Kept) -> int:
        """Everything of one kind whose time is over; returns how many rows."""
        if kind in self.elsewhere:
            return self.elsewhere[kind]()
        return in_slices(partial(self._slice, kind))

    def prune_all(self) -> Mapping[Kept, int]:
        """Everything whose time is over; returns how many rows of each kind."""
        return {kind: self.prune(kind) for kind in Kept}

    @retried
    def _slice(self, kind: Kept, limit: int) -> int:
        with self.begin() as work:
            match kind:
                case Kept.MAIL_BODIES:
                    return work.pruning.mail_bodies(self.policy.mail_bodies, limit)
                case Kept.PROOFS:
                    return work.pruning.proofs(self.policy.proofs, limit)
                case Kept.SESSIONS:
                    return work.pruning.sessions(self.policy.sessions, limit)
                case _:
                    raise ValueError(f"nobody forgets {kind.value}")
