"""Asking to be paid, and believing what the provider says."""

import logging
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Permission
from commerce_core.inbox.model import InboxStatus, Waiting
from commerce_core.inbox.ports import InboxStore
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.retry import Retry, told
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import Order, OrderId, OrderPaymentStatus, OrderStatus
from commerce_core.payments.cases import PaymentCaseService
from commerce_core.payments.disputes import DisputeService
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable, ManualPaymentNotFound, PaymentUnknown
from commerce_core.payments.gateways import Gateways
from commerce_core.payments.model import Payment, PaymentStatus, payment_for, replaced
from commerce_core.payments.ports import PaymentGateway, PaymentWork
from commerce_core.payments.provider import (
    Intent,
    IntentRequest,
    IntentStatus,
    ProviderDispute,
    ProviderEvent,
    ProviderRefund,
)
from commerce_core.payments.refunds import RefundService
from commerce_core.payments.settling import differing, hold_again, settle, take, unplaced

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
    left_open_after: timedelta = timedelta(minutes=10)  # The reaction to the cancellation was given up by then.


@frozen
class PaymentService:
    """Payments with any provider. The provider is called between transactions, never inside one."""

    begin: Begin[PaymentWork]
    single: Begin[PaymentWork]  # for one statement, which needs no transaction around it
    inbox: InboxStore
    gateways: Gateways
    refunds: RefundService
    disputes: DisputeService
    cases: PaymentCaseService
    new_id: NewId
    policy: PaymentPolicy
    inbox_retry: Retry

    def gateway(self, provider: str) -> PaymentGateway:
        """The provider of that name, to be called now: no transaction may be open. Raises `ProviderNotConfigured`."""
        return self.gateways.named(provider)

    def ask(self, order: Order, payment: Payment) -> Intent:
        """Ask the provider for this payment, or how it stands. However often it is asked, it stays the same intent.

        One that is known to be paid is not asked about: nothing undoes that, and whoever paid need not wait for it.
        Raises `GatewayUnavailable` or `GatewayRefused`; asking again later goes on where this stopped.
        """
        if payment.intent_id and payment.paid:
            return _paid(payment, payment.intent_id)
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

        Money always ends in the order or goes back: what comes for an order that no longer waits, or for one that was
        paid before, is refunded once; over another amount than was asked it opens a case and pays nothing.
        Raises `OrderNotFound` or `PaymentUnknown`; then nothing has changed.
        """
        if intent.order_id is None:
            raise OrderNotFound
        with self.begin() as work:
            order, payments, short = work.payments.lock_to_settle(OrderId(intent.order_id))
            payment = payment_for(intent, provider, payments)
            followed = payment.follow(intent)
            if followed != payment:
                work.payments.save(followed)
                if followed.status is PaymentStatus.SUCCEEDED:
                    order = take(work, order, replaced(payments, followed), followed, short, self.new_id)
                elif followed.status is PaymentStatus.MISMATCHED:
                    work.payment_cases.open(self.new_id(), differing(followed, intent))
                else:
                    order = self._wait(work, order, followed)
            if message_id:
                work.inbox.done(message_id)
        return order

    def _wait(self, work: PaymentWork, order: Order, payment: Payment) -> Order:
        until = None
        if payment.status is PaymentStatus.PROCESSING:
            until = work.now + self.policy.processing_window
        elif order.payment_status is OrderPaymentStatus.PROCESSING:  # The bank said no after days: try again, but soon.
            until = work.now + self.policy.retry_window
        changed = order.waiting(_WHILE.get(payment.status, OrderPaymentStatus.UNPAID), until=until)
        if changed is not order:
            work.orders.save(order, changed, SYSTEM)
        return changed

    def follow_ours(self, provider: str, intent: Intent, message_id: UUID | None = None) -> bool:
        """Follow an intent that may be anybody's; returns whether it concerns us.

        One that is paid and names an order or an attempt that is not in our books opens a case.
        """
        if intent.order_id is None:
            return False
        try:
            self.follow(provider, intent, message_id)
        except (OrderNotFound, PaymentUnknown) as unknown:
            if intent.status is not IntentStatus.SUCCEEDED:
                return False
            known_order = isinstance(unknown, PaymentUnknown)
            self.cases.open(unplaced(provider, intent, known_order=known_order), message_id)
        return True

    def withdraw_all(self, order: Order, payments: Sequence[Payment], *, by_hand: bool = False) -> Order:
        """Make sure no attempt can be paid any more, or learn that one was; returns the order as it is then.

        An intent that the provider no longer knows, as after a change of its account, holds up an order that waits,
        unless a person lets go of it. Raises `GatewayUnavailable`, `GatewayRefused`, or what `follow` raises.
        """
        for payment in payments:
            if not payment.ended:
                order = self._withdraw(order, payment, forgiving=by_hand or order.status is OrderStatus.CANCELLED)
        return order

    def _withdraw(self, order: Order, payment: Payment, *, forgiving: bool) -> Order:
        try:
            intent = self.ask(order, payment)
        except GatewayRefused as refusal:
            if payment.intent_id is not None and not forgiving:
                raise
            return self.abandon(order, payment, refusal.reason)
        return self.follow(payment.provider, self.gateway(payment.provider).cancel_intent(intent.id))

    @retried
    def abandon(self, order: Order, payment: Payment, reason: str) -> Order:
        """Record that the provider refused this attempt, as it was then. Returns the order, which goes on waiting."""
        with self.begin() as work:
            order, payments = work.payments.lock_order(order.id)
            current = next(known for known in payments if known.id == payment.id)
            if current.intent_id == payment.intent_id and not current.ended:
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
        while message := self.inbox.claim(self.inbox_retry):
            if message.status is InboxStatus.RECEIVED:
                self._apply_again(message)
                tried += 1
        return tried

    def _apply_again(self, message: Waiting) -> None:
        try:
            event = self.gateway(message.provider).read_event(message.payload)
        except CommerceError as refusal:
            self._postpone(message.id, message.attempts, refusal)
        else:
            self._apply(message.id, event, message.attempts)

    def _apply(self, message_id: UUID, event: ProviderEvent, attempts: int) -> None:
        """Apply a stored message. What concerns nobody here is kept as ignored."""
        try:
            if not self._believe(event, message_id):
                self.inbox.mark(message_id, InboxStatus.IGNORED, None, timedelta(0))
        except Exception as error:  # noqa: BLE001 - whatever one message does, it is stored and the others go on
            self._postpone(message_id, attempts, error)

    def _believe(self, event: ProviderEvent, message_id: UUID) -> bool:
        """Apply a message; returns whether it concerns us.

        Truth is the provider's current object, asked for unless the message's can no longer change.
        """
        about, intent_id = event.about, event.intent_id
        if about is None or intent_id is None or (isinstance(about, Intent) and about.order_id is None):
            return False
        gateway = self.gateway(event.provider)
        if isinstance(about, Intent):
            final = about.status is IntentStatus.SUCCEEDED
            current = about if final else gateway.retrieve_intent(about.id)
            return self.follow_ours(event.provider, current, message_id)
        # What is refunded or disputed was paid before, whether or not we were told.
        if not self.follow_ours(event.provider, gateway.retrieve_intent(intent_id)):
            return False
        if isinstance(about, ProviderRefund):
            self.refunds.hear(event.provider, gateway.retrieve_refund(about.id), message_id)
        elif isinstance(about, ProviderDispute):
            self.disputes.hear(event.provider, about, event.created, message_id)
        else:
            self.refunds.hear_all(event.provider, intent_id, event.created)
            with self.single() as work:
                work.inbox.done(message_id)
        return True

    def _postpone(self, message_id: UUID, attempts: int, error: Exception) -> None:
        """Unlike elsewhere a refusal is tried again too: a message may come before the order it is about."""
        last = attempts >= self.inbox_retry.most_attempts
        status = InboxStatus.DEAD if last else InboxStatus.RECEIVED
        self.inbox.mark(message_id, status, told(error), self.inbox_retry.delay(attempts, random.random()))  # noqa: S311 - jitter

    def resume(self) -> int:
        """Finish what a crash left between writing an order and recording the provider's answer.

        Returns how many orders were finished. One that the provider refuses does not hold up the others.
        """
        with self.begin() as work:
            order_ids = work.payments.unasked(self.policy.unasked_after, _BATCH)
        return self._for_each(order_ids, self._finish)

    def withdraw_left_open(self) -> int:
        """Withdraw the attempts that outlived their cancelled orders, because the provider was away for too long.

        Returns how many orders were seen to. One that the provider refuses does not hold up the others.
        """
        with self.begin() as work:
            order_ids = work.payments.left_open(self.policy.left_open_after, _BATCH)
        return self._for_each(order_ids, lambda order_id: self.withdraw_all(*self.attempts(order_id)))

    def _for_each(self, order_ids: Sequence[OrderId], step: Callable[[OrderId], object]) -> int:
        done = 0
        for order_id in order_ids:
            try:
                step(order_id)
            except GatewayUnavailable:
                break  # It is away for the others too; the next round goes on.
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one order, the others go on
                _log.warning("a payment could not be finished", extra={"order": str(order_id), "error": told(error)})
            else:
                done += 1
        return done

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

        Units whose hold was lost are held again first. Raises `PermissionDenied`, `OrderNotFound`,
        `ManualPaymentNotFound` or `OutOfStock`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order, payments, short = work.payments.lock_to_settle(order_id)
            waiting = [p for p in payments if p.provider == "manual" and not p.ended]
            if not waiting or order.status is not OrderStatus.PENDING_PAYMENT:
                raise ManualPaymentNotFound
            hold_again(work, order, short)
            work.payments.save(waiting[-1].received())
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


def _paid(payment: Payment, intent_id: str) -> Intent:
    """The intent as our own books know it. Its secret is of no more use."""
    return Intent(intent_id, IntentStatus.SUCCEEDED, payment.amount, payment.captured, payment.order_id)
