"""Asking to be paid, and believing what the provider says."""

import logging
import random
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Permission
from commerce_core.inbox.model import InboxStatus
from commerce_core.inbox.ports import InboxStore
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.retry import Retry, told
from commerce_core.kernel.transaction import Begin, must_be_outside_transaction, retried
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.events import OrderPaid
from commerce_core.orders.model import Order, OrderId, OrderPaymentStatus, OrderStatus
from commerce_core.payments.errors import (
    GatewayRefused,
    GatewayUnavailable,
    ManualPaymentNotFound,
    PaidTooLate,
    ProviderNotConfigured,
)
from commerce_core.payments.model import (
    Intent,
    IntentRequest,
    IntentStatus,
    Payment,
    PaymentStatus,
    ProviderEvent,
    payment_for,
)
from commerce_core.payments.ports import PaymentGateway, PaymentWork

_BATCH = 50
_WHILE = {
    PaymentStatus.PROCESSING: OrderPaymentStatus.PROCESSING,
    PaymentStatus.FAILED: OrderPaymentStatus.FAILED,
}

_log = logging.getLogger(__name__)


@frozen
class PaymentPolicy:
    """How long the shop waits for money that is on its way, and for an answer nobody recorded."""

    processing_window: timedelta = timedelta(days=14)
    retry_window: timedelta = timedelta(minutes=30)  # to try again after a payment under way came to nothing
    unasked_after: timedelta = timedelta(minutes=1)


def settle(work: PaymentWork, order: Order, actor: Actor) -> Order:
    """The one way an order becomes PAID: its stock is sold, its buyer thanked, the event written."""
    paid = order.paid(work.now)
    work.orders.save(order, paid, actor)
    work.stock.sell(order.id)
    work.emails.queue(paid.confirmation())
    work.outbox.append(OrderPaid(order.id))
    return paid


@frozen
class PaymentService:
    """Payments with any provider. The provider is called between transactions, never inside one."""

    begin: Begin[PaymentWork]
    single: Begin[PaymentWork]  # for one statement, which needs no transaction around it
    inbox: InboxStore
    gateways: Mapping[str, PaymentGateway]
    new_id: NewId
    policy: PaymentPolicy
    inbox_retry: Retry

    def gateway(self, provider: str) -> PaymentGateway:
        """The provider of that name, to be called now: no transaction may be open.

        Raises `ProviderNotConfigured` when this process knows none of that name.
        """
        must_be_outside_transaction()
        if provider not in self.gateways:
            raise ProviderNotConfigured(provider)
        return self.gateways[provider]

    def ask(self, order: Order, payment: Payment) -> Intent:
        """Ask the provider for this payment, or how it stands. However often it is asked, it stays the same intent.

        Raises `GatewayUnavailable` or `GatewayRefused`; asking again later goes on where this stopped.
        """
        gateway = self.gateway(payment.provider)
        if payment.intent_id:
            return gateway.retrieve_intent(payment.intent_id)
        request = IntentRequest(order.id, order.number, payment.amount, order.buyer.email, payment.idempotency_key)
        intent = gateway.create_intent(request)
        with self.single() as work:
            work.payments.record_intent(payment, intent)
        return intent

    @retried
    def follow(self, provider: str, intent: Intent, message_id: UUID | None = None) -> Order:
        """Bring the order to where the provider's intent says it is. Doing it again changes nothing.

        Raises `OrderNotFound`, `PaymentUnknown`, `PaymentMismatch` or `PaidTooLate`; then nothing has changed.
        """
        if intent.order_id is None:
            raise OrderNotFound
        with self.begin() as work:
            order, payments = work.payments.lock_order(OrderId(intent.order_id))
            payment = payment_for(intent, provider, payments)
            followed = payment.follow(intent)
            if followed != payment:
                work.payments.save(followed)
                order = self._follow_order(work, order, followed)
            if message_id:
                work.inbox.done(message_id)
        return order

    def _follow_order(self, work: PaymentWork, order: Order, payment: Payment) -> Order:
        if payment.status is PaymentStatus.SUCCEEDED:
            if order.status is not OrderStatus.PENDING_PAYMENT:
                raise PaidTooLate(str(payment.intent_id), order.status.value)
            return settle(work, order, SYSTEM)
        until = None
        if payment.status is PaymentStatus.PROCESSING:
            until = work.now + self.policy.processing_window
        elif order.payment_status is OrderPaymentStatus.PROCESSING:  # The bank said no after days: try again, but soon.
            until = work.now + self.policy.retry_window
        changed = order.waiting(_WHILE.get(payment.status, OrderPaymentStatus.UNPAID), until=until)
        if changed is not order:
            work.orders.save(order, changed, SYSTEM)
        return changed

    def withdraw(self, order: Order, payment: Payment) -> Order:
        """Make sure this attempt can no longer be paid, or learn that it was; returns the order as it is then.

        Raises `GatewayUnavailable`, or what `follow` raises.
        """
        try:
            intent = self.ask(order, payment)
        except GatewayRefused as refusal:
            if payment.intent_id is not None:
                raise
            return self.abandon(order, payment, refusal.reason)
        return self.follow(payment.provider, self.gateway(payment.provider).cancel_intent(intent.id))

    @retried
    def abandon(self, order: Order, payment: Payment, reason: str) -> Order:
        """Record that the provider refused to make this attempt. Returns the order, which goes on waiting."""
        with self.begin() as work:
            order, payments = work.payments.lock_order(order.id)
            current = next(known for known in payments if known.id == payment.id)
            if current.intent_id is None and not current.ended:
                work.payments.save(current.abandoned(reason))
        return order

    def receive(self, provider: str, body: bytes, signature: str) -> None:
        """Take a provider's message: checked, stored, committed, then applied at once; what fails the worker retries.

        Raises `InvalidSignature` or `MalformedEvent`; then nothing was stored.
        """
        event = self.gateway(provider).verify_webhook(body, signature)
        message = self.inbox.store(self.new_id(), provider, event.id, event.type, event.payload, self.inbox_retry.lease)
        if message.status is InboxStatus.RECEIVED:
            self._apply(message.id, event, attempts=1)

    def apply_due(self) -> int:
        """Try again what could not be applied when it came. Returns how many messages were tried."""
        tried = 0
        while waiting := self.inbox.claim(_BATCH, self.inbox_retry.lease, self.inbox_retry.most_attempts):
            for message in waiting:
                try:
                    event = self.gateway(message.provider).read_event(message.payload)
                except CommerceError as refusal:
                    self._postpone(message.id, message.attempts, refusal)
                else:
                    self._apply(message.id, event, message.attempts)
            tried += len(waiting)
        return tried

    def _apply(self, message_id: UUID, event: ProviderEvent, attempts: int) -> None:
        """Apply a stored message. Truth is the provider's current intent, asked for unless the message's is final."""
        if event.intent is None or event.intent.order_id is None:
            self.inbox.mark(message_id, InboxStatus.IGNORED, None, timedelta(0))
            return
        try:
            current = event.intent
            if current.status is not IntentStatus.SUCCEEDED:
                current = self.gateway(event.provider).retrieve_intent(current.id)
            self.follow(event.provider, current, message_id)
        except Exception as error:  # noqa: BLE001 - whatever one message does, it is stored and the others go on
            self._postpone(message_id, attempts, error)

    def _postpone(self, message_id: UUID, attempts: int, error: Exception) -> None:
        """Unlike elsewhere a refusal is tried again too: a message may come before the order it is about."""
        last = attempts >= self.inbox_retry.most_attempts
        status = InboxStatus.DEAD if last else InboxStatus.RECEIVED
        self.inbox.mark(message_id, status, told(error), self.inbox_retry.delay(attempts, random.random()))  # noqa: S311 - jitter

    def resume(self) -> int:
        """Finish what a crash left between writing an order and recording the provider's answer.

        Returns how many orders were finished. One that the provider refuses does not hold up the others.
        """
        finished = 0
        with self.begin() as work:
            order_ids = work.payments.unasked(self.policy.unasked_after, _BATCH)
        for order_id in order_ids:
            try:
                self._finish(order_id)
            except GatewayUnavailable:
                break  # It is away for the others too; the next round goes on.
            except CommerceError as refusal:
                _log.warning("a payment could not be resumed", extra={"order": str(order_id), "error": told(refusal)})
            else:
                finished += 1
        return finished

    def _finish(self, order_id: OrderId) -> None:
        order, payments = self.attempts(order_id)
        for payment in payments:
            if payment.intent_id is None and not payment.ended:
                try:
                    intent = self.ask(order, payment)
                except GatewayRefused as refusal:
                    self.abandon(order, payment, refusal.reason)
                else:
                    self.follow(payment.provider, intent)

    def attempts(self, order_id: OrderId) -> tuple[Order, tuple[Payment, ...]]:
        """An order and every attempt to pay it. Raises `OrderNotFound`."""
        with self.begin() as work:
            order, payments = work.payments.find_order(order_id)
        return order, tuple(payments)

    @retried
    def mark_received(self, actor: Actor, order_id: OrderId) -> Order:
        """The money of a manual payment has arrived.

        Raises `PermissionDenied`, `OrderNotFound` or `ManualPaymentNotFound`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order, payments = work.payments.lock_order(order_id)
            waiting = [p for p in payments if p.provider == "manual" and not p.ended]
            if not waiting or order.status is not OrderStatus.PENDING_PAYMENT:
                raise ManualPaymentNotFound
            work.payments.save(evolve(waiting[-1], status=PaymentStatus.SUCCEEDED))
            paid = settle(work, order, actor)
            work.audit.record(
                AuditEntry(
                    actor,
                    "payment.received",
                    "order",
                    str(order.id),
                    {"status": (order.status.value, paid.status.value)},
                )
            )
        return paid
