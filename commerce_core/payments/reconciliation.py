"""Comparing the shop's books with its providers': what no webhook ever told is settled, the rest shown to a person."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from attrs import define, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.retry import told
from commerce_core.kernel.transaction import Begin
from commerce_core.payments.cases import PaymentCaseService
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable
from commerce_core.payments.gateways import Gateways
from commerce_core.payments.model import CaseKind, PaymentCase, PaymentStatus
from commerce_core.payments.ports import PaymentGateway, ReconciliationWork
from commerce_core.payments.provider import Intent, IntentStatus, ProviderPage
from commerce_core.payments.refunds import RefundService
from commerce_core.payments.service import PaymentService

T = TypeVar("T")

_FIRST = timedelta(days=3)  # how far the first comparison looks back, as long as webhooks are retried
_OVERLAP = timedelta(hours=2)  # between two comparisons: an intent is paid after it was made
_OLD_ONES = 200  # of what was made before, at a time

_PAID = {PaymentStatus.SUCCEEDED, PaymentStatus.MISMATCHED}
_UNDER_WAY = {IntentStatus.PROCESSING, IntentStatus.REQUIRES_CAPTURE}
_ENDED = {IntentStatus.SUCCEEDED, IntentStatus.CANCELED}

_log = logging.getLogger(__name__)


@define
class Reconciled:
    """What one comparison with one provider came to: how much was compared, and how much of it had to be settled."""

    provider: str
    since: datetime
    up_to: datetime
    intents: int = 0
    refunds: int = 0
    settled: int = 0
    unsettled: int = 0  # Refused for now, or by now: the log says why.


@frozen
class ReconciliationService:
    """Looks at everything the provider made lately, and at everything older that nothing has come of yet."""

    begin: Begin[ReconciliationWork]
    gateways: Gateways
    payments: PaymentService
    refunds: RefundService
    cases: PaymentCaseService

    def catch_up(self) -> tuple[Reconciled, ...]:
        """Compare with every provider what was made since the last comparison, and a little before.

        What differs is settled by the same use cases that webhooks call, so running it twice, or beside them, changes
        nothing more; what they cannot settle they open a case for. One thing that is refused does not hold up the
        others. Raises `GatewayUnavailable` or `GatewayMisconfigured`; what was settled by then stays so, and the next
        run begins where this one did.
        """
        return tuple(self._compare(provider, None) for provider in self.gateways.known)

    def reconcile(self, actor: Actor, since: datetime | None = None) -> tuple[Reconciled, ...]:
        """The same by hand, from any time on. Raises `PermissionDenied`, too."""
        actor.must(Permission.OPERATIONS_WRITE)
        compared = tuple(self._compare(provider, since) for provider in self.gateways.known)
        with self.begin() as work:
            for result in compared:
                facts: Changes = {name: (None, getattr(result, name)) for name in ("settled", "unsettled")}
                work.audit.record(AuditEntry(actor, "payments.reconcile", "provider", result.provider, facts))
        return compared

    def _compare(self, provider: str, since: datetime | None) -> Reconciled:
        with self.begin() as work:
            now = work.now
            last = work.books.compared_up_to(provider)
        result = Reconciled(provider, since or (last - _OVERLAP if last else now - _FIRST), now)
        gateway = self.gateways.named(provider)
        seen = self._intents(gateway, result)
        self._paid_here_only(gateway, seen, result)
        self._refunds(gateway, result)
        self._older(gateway, result)
        if since is None:
            with self.begin() as work:
                work.books.mark_compared(provider, result.up_to)
        return result

    def _intents(self, gateway: PaymentGateway, result: Reconciled) -> set[str]:
        """Settle what the provider lists; returns what it says is paid."""
        paid = set()
        for page in _pages(gateway.list_intents, result.since):
            known = self._known(result.provider, [intent.id for intent in page])
            for intent in page:
                result.intents += 1
                if intent.status is IntentStatus.SUCCEEDED:
                    paid.add(intent.id)
                if not _agree(intent, known.get(intent.id)):
                    self._settle(result, intent.id, partial(self._follow, result.provider, intent))
        return paid

    def _known(self, provider: str, intent_ids: Sequence[str]) -> Mapping[str, PaymentStatus]:
        with self.begin() as work:
            return work.books.attempts(provider, intent_ids)

    def _follow(self, provider: str, intent: Intent) -> bool:
        """Follow it; returns whether it is in our books now, else it has a case. Raises what `follow_ours` raises."""
        self.payments.follow_ours(provider, intent)
        return intent.id in self._known(provider, [intent.id])

    def _paid_here_only(self, gateway: PaymentGateway, paid: set[str], result: Reconciled) -> None:
        """What our books call paid and the provider's list does not: asked for one by one, because a list may lag."""
        with self.begin() as work:
            ours = work.books.paid_between(result.provider, result.since, result.up_to)
        for intent_id in ours.keys() - paid:
            status = _status_of(gateway, intent_id)
            if status is not IntentStatus.SUCCEEDED:
                detail = f"the provider says {status.value}" if status else "the provider knows no such payment"
                kind, order_id = CaseKind.ORDER_WITHOUT_PAYMENT, ours[intent_id]
                self.cases.open(PaymentCase(kind, result.provider, intent_id, order_id, detail=detail))
                result.unsettled += 1

    def _refunds(self, gateway: PaymentGateway, result: Reconciled) -> None:
        for page in _pages(gateway.list_refunds, result.since):
            with self.begin() as work:
                ours = work.books.attempts(result.provider, [r.intent_id for r in page if r.intent_id])
                known = work.books.refunds(result.provider, [refund.id for refund in page])
            for refund in page:
                result.refunds += 1
                if refund.intent_id in ours and known.get(refund.id) != refund.status.value:
                    self._settle(result, refund.id, partial(self.refunds.hear, result.provider, refund))

    def _older(self, gateway: PaymentGateway, result: Reconciled) -> None:
        """What was made before, so that no list tells of it, and was still open when we last heard."""
        with self.begin() as work:
            intent_ids = work.books.open_intents(result.provider, result.since, _OLD_ONES)
            refund_ids = work.books.open_refunds(result.provider, result.since, _OLD_ONES)
        known = self._known(result.provider, intent_ids)
        for intent_id in intent_ids:
            result.intents += 1
            self._settle(result, intent_id, partial(self._ask, gateway, result.provider, intent_id, known[intent_id]))
        for refund_id in refund_ids:
            result.refunds += 1
            self._settle(result, refund_id, partial(self._ask_back, gateway, result.provider, refund_id))

    def _ask(self, gateway: PaymentGateway, provider: str, intent_id: str, known: PaymentStatus) -> bool:
        intent = gateway.retrieve_intent(intent_id)
        return not _agree(intent, known) and self.payments.follow_ours(provider, intent)

    def _ask_back(self, gateway: PaymentGateway, provider: str, refund_id: str) -> bool:
        return self.refunds.hear(provider, gateway.retrieve_refund(refund_id))

    def _settle(self, result: Reconciled, subject: str, step: Callable[[], bool]) -> None:
        try:
            settled = step()
        except GatewayUnavailable:
            raise
        except CommerceError as refusal:
            result.unsettled += 1
            _log.warning("not settled", extra={"provider": result.provider, "subject": subject, "error": told(refusal)})
        else:
            result.settled += settled


def _agree(intent: Intent, known: PaymentStatus | None) -> bool:
    """Whether there is nothing to settle about an intent and our attempt; None for one that is not in our books."""
    if known is None:  # Unpaid ones come to nothing by themselves, and what names no order is not ours.
        return intent.order_id is None or intent.status is not IntentStatus.SUCCEEDED
    if known in _PAID:  # What the provider does not call paid is looked at on its own.
        return True
    if known is PaymentStatus.CANCELED:  # Only money makes a difference to an attempt that is over.
        return intent.status is not IntentStatus.SUCCEEDED
    return intent.status not in _ENDED and (known is PaymentStatus.PROCESSING) == (intent.status in _UNDER_WAY)


def _status_of(gateway: PaymentGateway, intent_id: str) -> IntentStatus | None:
    try:
        return gateway.retrieve_intent(intent_id).status
    except GatewayRefused:
        return None


def _pages(ask: Callable[[datetime, str | None], ProviderPage[T]], since: datetime) -> Iterator[tuple[T, ...]]:
    cursor = None
    while True:
        page = ask(since, cursor)
        yield page.items
        cursor = page.cursor
        if cursor is None:
            return
