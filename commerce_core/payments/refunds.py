"""Giving money back: planned in a transaction, asked for outside of any, recorded in another."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Changes, Permission
from commerce_core.kernel.errors import CommerceError, Unavailable
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import Money
from commerce_core.kernel.retry import told as told_of
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.model import Order, OrderId
from commerce_core.orders.service import must_be_version
from commerce_core.payments.drafts import NewRefund
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable, OrderIsSent, PaymentUnknown
from commerce_core.payments.gateways import Gateways
from commerce_core.payments.model import (
    CaseKind,
    Payment,
    PaymentCase,
    Refund,
    RefundId,
    RefundReason,
    RefundStatus,
    replaced,
)
from commerce_core.payments.outlines import of_amount, outlined
from commerce_core.payments.ports import PaymentWork
from commerce_core.payments.provider import ProviderRefund, ProviderRefundStatus, RefundRequest
from commerce_core.payments.recording import count_goods, record
from commerce_core.payments.settling import plan_refund
from commerce_core.payments.views import (
    OrderRefundsView,
    RefundPreview,
    RefundReader,
    RefundView,
    line_views,
    refundable,
)

_BATCH = 50
_UNASKED_AFTER = timedelta(minutes=1)  # A worker that was woken by the plan is done by then, or died.
_MARGIN = timedelta(minutes=10)  # between a provider's clock and a message of it

_GONE = {ProviderRefundStatus.FAILED, ProviderRefundStatus.CANCELED}  # of those made elsewhere nothing is written

_log = logging.getLogger(__name__)


@frozen
class RefundService:
    """Gives back what operators say, sees through all that was planned, and hears of what was made elsewhere."""

    begin: Begin[PaymentWork]
    read: RefundReader
    gateways: Gateways
    new_id: NewId

    def refund(
        self, actor: Actor, order_id: UUID, wanted: NewRefund, expected_version: int | None = None
    ) -> RefundView:
        """Give money of an order back. It counts from the moment it is planned; then the provider is asked at once.

        While the provider cannot be reached it stays `created`, and the worker goes on asking; when it refuses, the
        refund is `failed` and a case is open. Units that are to come back are on the shelf once it has accepted.
        Raises `PermissionDenied`, `OrderNotFound`, `OrderChanged`, `InvalidInput`, `NothingToRefund`, `RefundTooLarge`,
        `RefundQuantityTooLarge` or `RefundShippingTooLarge`; then nothing has changed.
        """
        payment, refund = self._plan(actor, OrderId(order_id), wanted, expected_version)
        return self._seen_through(payment, refund)

    def cancel_paid(
        self, actor: Actor, order_id: UUID, *, restock: bool, reason: str = "", expected_version: int | None = None
    ) -> RefundView:
        """Give back all that is left of a paid order nothing of which was sent. Raises `OrderIsSent`, too."""
        wanted = NewRefund(RefundReason.CANCELLED, everything=True, restock=restock, note=reason)
        payment, refund = self._plan(actor, OrderId(order_id), wanted, expected_version, must_not_be_sent)
        return self._seen_through(payment, refund)

    def preview(self, actor: Actor, order_id: UUID, wanted: NewRefund) -> RefundPreview:
        """What such a refund would come to now. Writes nothing; raises what `refund` does."""
        actor.must(Permission.ORDERS_READ)
        with self.begin() as work:
            order, payments = work.payments.find_order(OrderId(order_id))
            sold = work.refunds.sold(order.id)
        outline = outlined(order, payments, sold, wanted)
        currency = order.total.currency
        return RefundPreview(
            payment_id=outline.payment.id,
            amount=outline.amount,
            tax=Money(sum(part.tax for part in outline.parts), currency),
            lines=line_views(outline.parts, sold, currency),
            left=refundable(payments, currency) - outline.amount,
        )

    def list_refunds(self, actor: Actor, order_id: UUID) -> OrderRefundsView:
        """The refunds of an order and what is left to give back. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        with self.begin() as work:
            order, payments = work.payments.find_order(OrderId(order_id))
            sold = work.refunds.sold(order.id)
        return OrderRefundsView.of(self.read.of_order(order.id), payments, sold, order.total.currency)

    @retried
    def _plan(
        self, actor: Actor, order_id: OrderId, wanted: NewRefund, expected_version: int | None,
        check: Callable[[Order], None] = lambda _order: None,
    ) -> tuple[Payment, Refund]:  # fmt: skip
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order, payments = work.payments.lock_order(order_id)
            must_be_version(order, expected_version)
            check(order)
            outline = outlined(order, payments, work.refunds.sold(order_id), wanted)
            refund = plan_refund(
                work, outline.payment, outline.amount, wanted.reason, actor, self.new_id, outline.parts, wanted.note
            )
            if any(part.quantity for part in outline.parts):
                count_goods(work, order, actor)
            changes: Changes = {
                "refund": (None, str(refund.id)),
                "amount": (None, str(refund.amount)),
                "reason": (None, refund.reason.value),
            }
            work.audit.record(AuditEntry(actor, "order.refund", "order", str(order.id), changes))
        return outline.payment, refund

    def _seen_through(self, payment: Payment, refund: Refund) -> RefundView:
        try:
            self._ask(payment, refund)
        except Unavailable as away:  # It is planned, and the worker asks until there is an answer.
            _log.warning("a refund waits", extra={"refund": str(refund.id), "error": told_of(away)})
        return next(view for view in self.read.of_order(OrderId(refund.order_id)) if view.id == refund.id)

    def execute(self, order_id: UUID, refund_id: UUID) -> None:
        """Ask the provider for a planned refund and record its answer. However often it is asked, it is one refund.

        A provider that refuses makes it FAILED and opens a case. Raises `OrderNotFound` or `GatewayUnavailable`; doing
        it again goes on where this stopped.
        """
        payment, refund = self._planned(order_id, RefundId(refund_id))
        if refund.status is RefundStatus.CREATED:
            self._ask(payment, refund)

    def _ask(self, payment: Payment, refund: Refund) -> None:
        request = RefundRequest(refund.id, refund.order_id, str(payment.intent_id), refund.amount)
        try:
            told = self.gateways.named(payment.provider).create_refund(request)
        except GatewayRefused as refusal:
            self._refuse(payment, refund.id, refusal.reason)
        else:
            self.hear(payment.provider, told)

    def _planned(self, order_id: UUID, refund_id: RefundId) -> tuple[Payment, Refund]:
        with self.begin() as work:
            _, payments = work.payments.find_order(OrderId(order_id))
        return _refund_of(payments, refund_id)

    def resume(self) -> int:
        """Finish what a crash left between planning a refund and recording the answer. Returns how many were finished.

        One that cannot be made does not hold up the others.
        """
        finished = 0
        with self.begin() as work:
            waiting = work.refunds.unasked(_UNASKED_AFTER, _BATCH)
        for order_id, refund_id in waiting:
            try:
                self.execute(order_id, refund_id)
            except GatewayUnavailable:
                break  # It is away for the others too; the next round goes on.
            except CommerceError as refusal:
                _log.warning("a refund could not be made", extra={"refund": str(refund_id), "error": told_of(refusal)})
            else:
                finished += 1
        return finished

    @retried
    def hear(self, provider: str, told: ProviderRefund, message_id: UUID | None = None) -> bool:
        """Bring our books to where the provider's refund is; returns whether they changed. Old news change nothing.

        A refund that we did not ask for is written down as made elsewhere, with a case, because only a person knows
        what becomes of the goods. Raises `PaymentUnknown` for a payment that is not ours, `RefundTooLarge` while one
        that we planned stands in its way; then nothing has changed.
        """
        with self.begin() as work:
            order, payments = _lock(work, provider, told.intent_id)
            payment = next(known for known in payments if known.intent_id == told.intent_id)
            before = payment.refund_known_as(told)
            if before is None and told.status not in _GONE:
                before = self._made_elsewhere(work, order, payments, payment, told)
            after = before and before.follow(told)
            if before and after and after != before:
                record(work, order, replaced(payments, payment.with_refund(after)), before, after, self.new_id)
            if message_id:
                work.inbox.done(message_id)
        return after != before

    def _made_elsewhere(
        self, work: PaymentWork, order: Order, payments: Sequence[Payment], payment: Payment, told: ProviderRefund
    ) -> Refund:
        refund = Refund(
            RefundId(self.new_id()), payment.order_id, payment.id, told.amount, RefundReason.MADE_ELSEWHERE,
            RefundStatus.CREATED, created_at=work.now,
        )  # fmt: skip
        work.refunds.add(refund, SYSTEM, of_amount(order, payments, work.refunds.sold(order.id), told.amount))
        case = PaymentCase(
            CaseKind.REFUND_MADE_ELSEWHERE, payment.provider, told.id, payment.order_id, received=told.amount
        )
        work.payment_cases.open(self.new_id(), case)
        return refund

    def hear_all(self, provider: str, intent_id: str, at: datetime) -> None:
        """Hear every refund of this intent that the provider made around that time, or later."""
        gateway = self.gateways.named(provider)
        cursor = None
        while True:
            page = gateway.list_refunds(at - _MARGIN, cursor)
            for told in page.items:
                if told.intent_id == intent_id:
                    self.hear(provider, told)
            cursor = page.cursor
            if cursor is None:
                return

    @retried
    def _refuse(self, payment: Payment, refund_id: RefundId, reason: str) -> None:
        with self.begin() as work:
            order, payments = work.payments.lock_order(OrderId(payment.order_id))
            payment, before = _refund_of(payments, refund_id)
            if before.status is RefundStatus.CREATED:
                after = before.refused(reason)
                record(work, order, replaced(payments, payment.with_refund(after)), before, after, self.new_id)


def _lock(work: PaymentWork, provider: str, intent_id: str | None) -> tuple[Order, Sequence[Payment]]:
    order_id = work.payments.order_of(provider, intent_id) if intent_id else None
    if order_id is None:
        raise PaymentUnknown(intent_id or "")
    return work.payments.lock_order(order_id)


def _refund_of(payments: Sequence[Payment], refund_id: RefundId) -> tuple[Payment, Refund]:
    return next((payment, refund) for payment in payments for refund in payment.refunds if refund.id == refund_id)


def must_not_be_sent(order: Order) -> None:
    """Raises `OrderIsSent` once something of it has left."""
    if any(line.shipped_quantity for line in order.lines):
        raise OrderIsSent(order.id)
