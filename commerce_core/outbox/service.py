"""Reacting to what has happened."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry, told
from commerce_core.kernel.slices import in_slices
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.outbox.errors import EventNotDead, EventNotFound
from commerce_core.outbox.model import OUTBOX_RETRY, ClaimedEvent, Event, EventStatus, Outcome, Reaction, Reactions
from commerce_core.outbox.ports import OutboxWork
from commerce_core.outbox.views import OutboxEventView, OutboxReader

BATCH = 50
KEPT = timedelta(days=90)

E = TypeVar("E", bound=Event)
Subscriber = Callable[[E], object]
# Who writes down for others what has happened: gets the ids of events, each before anybody reacts to it, perhaps again.
Relay = Callable[[Sequence[UUID]], object]


@frozen
class OutboxService:
    """Hands every event to the reactions for its class, at least once, however often a worker dies.

    The events of one thing are handled in the order in which they happened. An event with several reactions parts into
    a branch for each, so that one that fails neither repeats nor holds up the others.
    """

    begin: Begin[OutboxWork]
    read: OutboxReader
    reactions: Reactions
    decode: Callable[[type[Event], Mapping[str, object]], Event]
    policy: Retry = OUTBOX_RETRY
    kept: timedelta = KEPT
    relay: Relay | None = None
    chance: Callable[[], float] = field(default=random.random, repr=False)
    stopwatch: Callable[[], float] = field(default=time.monotonic, repr=False)
    _subscribers: dict[type[Event], dict[str, Reaction]] = field(factory=dict, init=False, repr=False, eq=False)

    def on(self, kind: type[E], name: str | None = None) -> Callable[[Subscriber[E]], Subscriber[E]]:
        """Have a function called with every event of that class from now on, wherever this shop drains its outbox.

        It may be called again for the same event, so it has to be idempotent. `name` is its branch, by default where
        the function stands: it is kept with events that wait, so it should not change. Raises `ValueError` for a name
        that the event's class has already.
        """

        def subscribe(function: Subscriber[E]) -> Subscriber[E]:
            branch = name or f"{function.__module__}.{function.__qualname__}"
            if branch in self._branches(kind):
                raise ValueError(f"{kind.__name__} has a subscriber {branch} already")
            self._subscribers.setdefault(kind, {})[branch] = function
            return function

        return subscribe

    def drain(self, limit: int = BATCH) -> int:
        """React to at most `limit` fresh events and to one that was tried before; return how many were looked at.

        Neither kind waits for the other, however many there are. Claiming, reacting and writing down are three steps:
        no transaction is open while a reaction runs.
        """
        return self._handle(self._claim_fresh(limit)) + self._handle(self._claim_tried())

    def _handle(self, claimed: tuple[ClaimedEvent, ...]) -> int:
        """React until the lease is over: after a pause of this worker, what is left may be another's already."""
        end = self.stopwatch() + self.policy.lease.total_seconds()
        self._pass_on(claimed)
        outcomes = [
            self._react(claim) if claim is claimed[0] or self.stopwatch() < end else Outcome(claim, EventStatus.PENDING)
            for claim in claimed
            if claim.status is EventStatus.PENDING
        ]
        if outcomes:
            self._settle(outcomes)
        return len(claimed)

    def _pass_on(self, claimed: tuple[ClaimedEvent, ...]) -> None:
        """Not the lines of single subscribers: theirs were passed on as a whole. If it fails, they are tried again."""
        whole = [claim.id for claim in claimed if claim.status is EventStatus.PENDING and not claim.branch]
        if whole and self.relay:
            self.relay(whole)

    def list_events(self, actor: Actor, status: EventStatus | None, page: PageRequest) -> Page[OutboxEventView]:
        """Events for an operator, newest first. Raises `PermissionDenied`."""
        actor.must(Permission.OPERATIONS_READ)
        return self.read.events(status, page)

    def show(self, actor: Actor, event_id: UUID) -> OutboxEventView:
        """One event for an operator. Raises `PermissionDenied` or `EventNotFound`."""
        actor.must(Permission.OPERATIONS_READ)
        found = self.read.event(event_id)
        if found is None:
            raise EventNotFound(event_id)
        return found

    @retried
    def retry(self, actor: Actor, event_id: UUID) -> None:
        """Make a dead event due again. Raises `PermissionDenied`, `EventNotFound` or `EventNotDead`."""
        actor.must(Permission.OPERATIONS_WRITE)
        with self.begin() as work:
            status = work.outbox_claims.lock(event_id)
            if status is None:
                raise EventNotFound(event_id)
            if status is not EventStatus.DEAD:
                raise EventNotDead(event_id, status.value)
            work.outbox_claims.revive(event_id)
            changes: dict[str, tuple[object, object]] = {"status": (status.value, EventStatus.PENDING.value)}
            work.audit.record(AuditEntry(actor, "outbox.retry", "outbox_event", str(event_id), changes))

    def prune(self) -> int:
        """Forget what was processed long ago; returns how many events. Dead ones stay until somebody looks."""
        return in_slices(self._prune)

    @retried
    def _prune(self, limit: int) -> int:
        with self.begin() as work:
            return work.outbox_claims.prune(self.kept, limit)

    @retried
    def _claim_fresh(self, limit: int) -> tuple[ClaimedEvent, ...]:
        with self.begin() as work:
            return work.outbox_claims.claim_fresh(limit, self.policy)

    @retried
    def _claim_tried(self) -> tuple[ClaimedEvent, ...]:
        with self.begin() as work:
            claim = work.outbox_claims.claim_tried(self.policy)
        return (claim,) if claim else ()

    @retried
    def _settle(self, outcomes: list[Outcome]) -> None:
        with self.begin() as work:
            work.outbox_claims.settle(outcomes)

    def _react(self, claim: ClaimedEvent) -> Outcome:
        kind = self._kind(claim.type)
        branches = self._branches(kind) if kind else {}
        if claim.branch:  # One that nobody subscribes any more is done with, as is an event of a later release.
            branches = {name: reaction for name, reaction in branches.items() if name == claim.branch}
        elif len(branches) > 1:
            return Outcome(claim, EventStatus.PROCESSED, split_into=tuple(branches))
        if kind is None or not branches:
            return Outcome(claim, EventStatus.PROCESSED)
        [reaction] = branches.values()
        try:
            reaction(self.decode(kind, claim.payload))
        except Exception as error:  # noqa: BLE001 - whatever a reaction raises, the other events go on
            if self.policy.is_last(claim.attempts, error):
                return Outcome(claim, EventStatus.DEAD, error=told(error))
            delay = self.policy.delay(claim.attempts, self.chance())
            return Outcome(claim, EventStatus.PENDING, delay, told(error))
        return Outcome(claim, EventStatus.PROCESSED)

    def _branches(self, kind: type[Event]) -> dict[str, Reaction]:
        return {**self.reactions.get(kind, {}), **self._subscribers.get(kind, {})}

    def _kind(self, type_: str) -> type[Event] | None:
        return next((kind for kind in (*self.reactions, *self._subscribers) if kind.type == type_), None)
