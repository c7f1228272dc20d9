"""Giving money back: planned in a transaction, asked for outside of any, recorded in another."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import SYSTEM
from commerce_core.emails.model import OrderRefunded, QueuedMail
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.retry import told as told_of
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.model import Order, OrderId
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable, PaymentUnknown
from commerce_core.payments.events import RefundFailed, RefundMade
from commerce_core.payments.gateways import Gateways
from commerce_core.payments.model import (
    CaseKind,
    Payment,
    PaymentCase,
    PaymentId,
    Refund,
    RefundId,
    RefundReason,
    RefundStatus,
    reckoned,
    replaced,
)
from commerce_core.payments.ports import PaymentWork
from commerce_core.payments.provider import ProviderRefund, ProviderRefundStatus, RefundRequest

_BATCH = 50
_UNASKED_AFTER = timedelta(minutes=1)  # A worker that was woken by the plan is done by then, or died.
_MARGIN = timedelta(minutes=10)  # between a provider's clock and a message of it

_GONE = {ProviderRefundStatus.FAILED, ProviderRefundStatus.CANCELED}  # of those made elsewhere nothing is written

_log = logging.getLogger(__name__)


@frozen
class RefundService:
    """Sees through what was planned by `plan_refund`, and hears of what was made elsewhere."""

    begin: Begin[PaymentWork]
    gateways: Gateways
    new_id: NewId

    def execute(self, order_id: UUID, refund_id: UUID) -> None:
        """Ask the provider for a planned refund and record its answer. However often it is asked, it is one refund.

        A provider that refuses makes it FAILED and opens a case. Raises `OrderNotFound` or `GatewayUnavailable`; doing
        it again goes on where this stopped.
        """
        payment, refund = self._planned(order_id, RefundId(refund_id))
        if refund.status is not RefundStatus.CREATED:
            return
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

        A refund that we did not ask for is written down as made elsewhere. Raises `PaymentUnknown` for a payment that
        is not ours, `RefundTooLarge` while one that we planned stands in its way; then nothing has changed.
        """
        with self.begin() as work:
            order, payments = _lock(work, provider, told.intent_id)
            payment = next(known for known in payments if known.intent_id == told.intent_id)
            before = payment.refund_known_as(told)
            if before is None and told.status not in _GONE:
                before = self._made_elsewhere(work, payment, told)
            after = before and before.follow(told)
            if before and after and after != before:
                _record(work, order, replaced(payments, payment.with_refund(after)), before, after, self.new_id)
            if message_id:
                work.inbox.done(message_id)
        return after != before

    def _made_elsewhere(self, work: PaymentWork, payment: Payment, told: ProviderRefund) -> Refund:
        refund = Refund(
            RefundId(self.new_id()), payment.order_id, payment.id, told.amount, RefundReason.MADE_ELSEWHERE,
            RefundStatus.CREATED, created_at=work.now,
        )  # fmt: skip
        work.refunds.add(refund, SYSTEM)
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
                _record(work, order, replaced(payments, payment.with_refund(after)), before, after, self.new_id)


def _lock(work: PaymentWork, provider: str, intent_id: str | None) -> tuple[Order, Sequence[Payment]]:
    order_id = work.payments.order_of(provider, intent_id) if intent_id else None
    if order_id is None:
        raise PaymentUnknown(intent_id or "")
    return work.payments.lock_order(order_id)


def _refund_of(payments: Sequence[Payment], refund_id: RefundId) -> tuple[Payment, Refund]:
    return next((payment, refund) for payment in payments for refund in payment.refunds if refund.id == refund_id)


def _record(
    work: PaymentWork, order: Order, payments: Sequence[Payment], before: Refund, after: Refund, new_id: NewId
) -> None:
    """Write what has become of a refund, and what follows from it: the order's state, mail, event, perhaps a case."""
    work.refunds.save(after)
    reckoned_order = reckoned(order, payments)
    if reckoned_order is not order:
        work.orders.save(order, reckoned_order, SYSTEM)
    if after.accepted and not before.accepted:
        work.outbox.append(RefundMade(order.id, after.id))
        if after.reason is not RefundReason.MADE_ELSEWHERE:  # Whoever made it there speaks with the buyer.
            work.emails.queue(_mail(order, after))
    if after.failed and not before.failed:
        work.outbox.append(RefundFailed(order.id, after.id))
        work.payment_cases.open(new_id(), _failed(_provider(payments, after.payment_id), after))


def _provider(payments: Sequence[Payment], payment_id: PaymentId) -> str:
    return next(payment.provider for payment in payments if payment.id == payment_id)


def _failed(provider: str, refund: Refund) -> PaymentCase:
    """The case of a refund that came to nothing, under the provider's id, or ours if it never had one."""
    return PaymentCase(
        CaseKind.REFUND_FAILED, provider, refund.provider_refund_id or str(refund.id), refund.order_id,
        expected=refund.amount, detail=refund.failure or "",
    )  # fmt: skip


def _mail(order: Order, refund: Refund) -> QueuedMail:
    address = order.buyer.shipping_address
    mail = OrderRefunded(
        order_number=order.reference,
        customer_name=address.name if address else "",
        amount=refund.amount,
        reason=refund.reason.value,
    )
    return QueuedMail(f"{mail.template}:{refund.id}:0", order.buyer.email, order.buyer.locale, mail)
