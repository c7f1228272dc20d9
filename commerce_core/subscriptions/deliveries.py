"""Telling endpoints of what has happened, until they have heard it."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import SYSTEM, Actor, Changes, Permission
from commerce_core.kernel.errors import InvalidInput, Unavailable
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import CursorPage, PageRequest
from commerce_core.kernel.slices import SLICE, in_slices
from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import Begin, must_be_outside_transaction, retried
from commerce_core.subscriptions.errors import DeliveryNotFound, SubscriptionNotActive, SubscriptionNotFound
from commerce_core.subscriptions.model import (
    TEST_EVENT,
    WELL,
    Answer,
    Catalogue,
    ClaimedDelivery,
    DeliveryPolicy,
    DeliveryStatus,
    Message,
    SubscriptionStatus,
)
from commerce_core.subscriptions.ports import Endpoints, SubscriptionWork
from commerce_core.subscriptions.service import locked, record
from commerce_core.subscriptions.signature import signed, unsealed
from commerce_core.subscriptions.views import DeliveryView, SubscriptionReader

_MARKING = (0.1, 0.5, 2.0, 5.0)  # seconds between tries, well within a lease
_KEPT = timedelta(days=30)


@frozen
class DeliveryService:
    """Sends every event to every endpoint that wants it: at least once, each time under the same id.

    Claim with a lease (commit), send, mark (commit). A worker that dies after the endpoint has heard and before that is
    marked makes a repeat; nothing makes a loss. Events of one aggregate may arrive in another order than they happened
    in: their `sequence` tells.
    """

    begin: Begin[SubscriptionWork]
    single: Begin[SubscriptionWork]
    read: SubscriptionReader
    endpoints: Endpoints
    new_id: NewId
    secret: SecretKey
    catalogue: Catalogue
    kept: timedelta = _KEPT
    policy: DeliveryPolicy = field(factory=DeliveryPolicy)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    @retried
    def relay(self, event_ids: Sequence[UUID]) -> None:
        """Write down events of the outbox for every endpoint that wants them. Twice does no harm."""
        with self.single() as work:
            work.deliveries.relay(event_ids, self.catalogue)

    def send_due(self, limit: int = 100) -> int:
        """Send what is due, one after the other, at most `limit`; how many were sent. A worker does it in parallel."""
        sent = 0
        while sent < limit:
            if self.send_one() is None and self.send_one(troubled=True) is None:
                break
            sent += 1
        return sent

    def send_one(self, *, troubled: bool = False, taken: Callable[[], object] = lambda: None) -> bool | None:
        """Send one delivery, and tell whether it was heard; None when none is due.

        `troubled` endpoints are those that failed last. They have their own line: whose delivery was heard leaves it.

        `taken` is called before the endpoint is: from here on it may take seconds.
        """
        claim = self._claim(troubled=troubled)
        if claim is None:
            return None
        taken()
        answer = self._ask(claim)
        for wait in _MARKING:  # Stubbornly: a restart of PostgreSQL at this moment should not repeat it.
            try:
                self._mark(claim, answer)
            except Unavailable:
                time.sleep(wait)
            else:
                return answer.heard
        self._mark(claim, answer)
        return answer.heard

    def resend_due(self) -> int:
        """Go on with resends that were asked for; how many events were looked at."""
        return in_slices(self._resend_slice)

    def prune(self) -> int:
        """Forget what was delivered long ago; how many deliveries. What is dead stays until its subscription goes."""
        return in_slices(self._prune_slice)

    def list_all(
        self,
        actor: Actor,
        subscription_id: UUID,
        status: DeliveryStatus | None = None,
        page: PageRequest | None = None,
        cursor: str | None = None,
    ) -> CursorPage[DeliveryView]:
        """The deliveries to one endpoint, the newest event first.

        Raises `PermissionDenied`, `SubscriptionNotFound`, or `InvalidInput` for a text that is no cursor.
        """
        actor.must(Permission.SUBSCRIPTIONS_READ)
        before = None if cursor is None else _event_of(cursor)
        if self.read.subscription(subscription_id) is None:
            raise SubscriptionNotFound(subscription_id)
        return self.read.deliveries(subscription_id, status, before, page or PageRequest())

    def find(self, actor: Actor, subscription_id: UUID, event_id: UUID) -> DeliveryView:
        """One delivery. Raises `PermissionDenied` or `DeliveryNotFound`."""
        actor.must(Permission.SUBSCRIPTIONS_READ)
        found = self.read.delivery(subscription_id, event_id)
        if found is None:
            raise DeliveryNotFound(event_id)
        return found

    @retried
    def retry(self, actor: Actor, subscription_id: UUID, event_id: UUID) -> None:
        """Have one event sent again, now, whatever became of it.

        Raises `PermissionDenied`, `SubscriptionNotFound`, `SubscriptionNotActive` or `DeliveryNotFound`; then nothing
        has changed.
        """
        actor.must(Permission.SUBSCRIPTIONS_WRITE)
        with self.begin() as work:
            _active(work, subscription_id)
            was = work.deliveries.revive(subscription_id, event_id)
            if was is None:
                raise DeliveryNotFound(event_id)
            changes: Changes = {
                "event": (None, str(event_id)),
                "status": (was.value, DeliveryStatus.PENDING.value),
            }
            record(work, actor, "retried", subscription_id, changes)

    @retried
    def resend(self, actor: Actor, subscription_id: UUID, since: datetime) -> None:
        """Have every event sent again that happened from `since` until now, also what it was never sent.

        As far back as events are kept. The worker does it bit by bit; receivers know what they have had by its id.
        Raises `PermissionDenied`, `SubscriptionNotFound`, `SubscriptionNotActive`, or `InvalidInput` for a time to
        come; then nothing has changed.
        """
        actor.must(Permission.SUBSCRIPTIONS_WRITE)
        with self.begin() as work:
            _active(work, subscription_id)
            if since > work.now:
                raise InvalidInput.at("/since", "out-of-range", "Must not be a time to come.")
            work.subscriptions.resend(subscription_id, since)
            record(work, actor, "resent", subscription_id, {"since": (None, since.isoformat())})

    def test(self, actor: Actor, subscription_id: UUID) -> DeliveryView:
        """Send an event that says nothing, whatever it is subscribed to; the worker does it within seconds.

        Raises `PermissionDenied`, `SubscriptionNotFound` or `SubscriptionNotActive`; then nothing has changed.
        """
        actor.must(Permission.SUBSCRIPTIONS_WRITE)
        event_id = self.new_id()
        self._add_test(actor, subscription_id, event_id)
        return self.find(actor, subscription_id, event_id)

    @retried
    def _add_test(self, actor: Actor, subscription_id: UUID, event_id: UUID) -> None:
        with self.begin() as work:
            _active(work, subscription_id)
            message = Message(event_id, TEST_EVENT, 1, work.now, 1, "subscription", subscription_id, {})
            work.deliveries.add(subscription_id, message)
            record(work, actor, "tested", subscription_id, {"event": (None, str(event_id))})

    @retried
    def _claim(self, *, troubled: bool) -> ClaimedDelivery | None:
        with self.begin() as work:
            return work.deliveries.claim(self.policy, troubled=troubled)

    def _ask(self, claim: ClaimedDelivery) -> Answer:
        """What the endpoint says. Whatever goes wrong with one delivery, the others go out."""
        try:
            body = claim.message.body()
            keys = [unsealed(self.secret, claim.subscription_id, secret) for secret in claim.secrets]
            headers = signed(str(claim.message.id), claim.claimed_at, body, keys)
            must_be_outside_transaction()
            return self.endpoints.post(claim.url, headers, body)
        except Exception as error:  # noqa: BLE001 - see above
            return Answer(None, error=f"{type(error).__name__}, before anything was sent")

    @retried
    def _mark(self, claim: ClaimedDelivery, answer: Answer) -> None:
        with self.begin() as work:
            endpoint = work.subscriptions.lock(claim.subscription_id)
            if endpoint is None:
                return
            if answer.gone:
                _has_gone(work, claim, answer, endpoint.status)
            elif answer.heard:
                work.deliveries.delivered(claim, answer)
                if endpoint.health.failures >= self.policy.patience:
                    work.deliveries.bring_forward(endpoint.id)
                if endpoint.health != WELL:
                    work.subscriptions.write_health(endpoint.id, WELL)
            else:
                wait = claim.wait(work.now, self.policy, self.chance())
                work.deliveries.failed(claim, answer, wait)
                health = endpoint.health.failed(work.now, self.policy, self.chance(), answer.retry_after)
                work.subscriptions.write_health(endpoint.id, health)
                if health.failed_for(work.now) >= self.policy.tried_for:
                    work.deliveries.give_up(endpoint.id, self.policy.tried_for, SLICE)

    @retried
    def _resend_slice(self, limit: int) -> int:
        with self.begin() as work:
            return work.deliveries.resend(self.catalogue, limit)

    @retried
    def _prune_slice(self, limit: int) -> int:
        with self.begin() as work:
            return work.deliveries.prune(self.kept, limit)


def _active(work: SubscriptionWork, subscription_id: UUID) -> None:
    status = locked(work, subscription_id).status
    if status is not SubscriptionStatus.ACTIVE:
        raise SubscriptionNotActive(status.value)


def _has_gone(work: SubscriptionWork, claim: ClaimedDelivery, answer: Answer, status: SubscriptionStatus) -> None:
    """It wants nothing any more. Nobody is asked, so the system stands in the audit log."""
    work.deliveries.put_back(claim, answer)
    if status is SubscriptionStatus.ACTIVE:
        work.subscriptions.gone(claim.subscription_id)
        changes: Changes = {"status": (status.value, SubscriptionStatus.GONE.value)}
        record(work, SYSTEM, "gone", claim.subscription_id, changes)


def _event_of(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise InvalidInput.at("/cursor", "invalid-cursor", "Must be the next_cursor of a page.") from None
