"""Reacting to what has happened."""

import random
from collections.abc import Callable, Mapping
from functools import cached_property
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry, told
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.outbox.errors import EventNotDead, EventNotFound
from commerce_core.outbox.model import OUTBOX_RETRY, ClaimedEvent, Event, EventStatus, Outcome, Reactions
from commerce_core.outbox.ports import OutboxWork
from commerce_core.outbox.views import OutboxEventView, OutboxReader

BATCH = 50


@frozen
class OutboxService:
    """Hands every event to the reactions for its class, at least once, however often a worker dies."""

    begin: Begin[OutboxWork]
    read: OutboxReader
    reactions: Reactions
    decode: Callable[[type[Event], Mapping[str, object]], Event]
    policy: Retry = OUTBOX_RETRY
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def drain(self, limit: int = BATCH) -> int:
        """React to at most `limit` fresh events and to one that was tried before; return how many were looked at.

        Neither kind waits for the other, however many there are. Claiming, reacting and writing down are three steps:
        no transaction is open while a reaction runs.
        """
        return self._handle(self._claim_fresh(limit)) + self._handle(self._claim_tried())

    def _handle(self, claimed: tuple[ClaimedEvent, ...]) -> int:
        if outcomes := [self._react(claim) for claim in claimed if claim.status is EventStatus.PENDING]:
            self._settle(outcomes)
        return len(claimed)

    def list_events(self, actor: Actor, status: EventStatus | None, page: PageRequest) -> Page[OutboxEventView]:
        """Events for an operator, newest first. Raises `PermissionDenied`."""
        actor.must(Permission.OPERATIONS_READ)
        return self.read.events(status, page)

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
        kind = self._classes.get(claim.type)
        if kind is None:  # Of a later release, or of nobody's interest.
            return Outcome(claim, EventStatus.PROCESSED)
        try:
            event = self.decode(kind, claim.payload)
            for reaction in self.reactions[kind]:
                reaction(event)
        except Exception as error:  # noqa: BLE001 - whatever a reaction raises, the other events go on
            if self.policy.is_last(claim.attempts, error):
                return Outcome(claim, EventStatus.DEAD, error=told(error))
            delay = self.policy.delay(claim.attempts, self.chance())
            return Outcome(claim, EventStatus.PENDING, delay, told(error))
        return Outcome(claim, EventStatus.PROCESSED)

    @cached_property
    def _classes(self) -> dict[str, type[Event]]:
        return {kind.type: kind for kind in self.reactions}
