"""Attempts to be paid, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attrs import frozen
from psycopg import Cursor

from commerce_core.kernel.money import Money
from commerce_core.orders.model import Order, OrderId
from commerce_core.payments.model import (
    Dispute,
    Payment,
    PaymentId,
    PaymentStatus,
    Refund,
    RefundId,
    RefundReason,
    RefundStatus,
)
from commerce_core.payments.provider import DisputeStatus, Intent
from commerce_core.postgres.database import Row, Session
from commerce_core.postgres.orders import PostgresOrders


@frozen
class PostgresPayments:
    """Attempts to be paid, inside the transaction of the session."""

    session: Session

    def add(self, payment: Payment) -> None:
        """A new attempt."""
        self.session.send(
            "payments.add",
            id=payment.id,
            order_id=payment.order_id,
            attempt=payment.attempt,
            provider=payment.provider,
            idempotency_key=payment.idempotency_key,
            status=payment.status.value,
            amount=payment.amount.amount,
            currency=payment.amount.currency,
            at=payment.created_at,
        )

    def lock_order(self, order_id: OrderId) -> tuple[Order, Sequence[Payment]]:
        """The order, ours until the transaction ends, and its attempts."""
        order = PostgresOrders(self.session).sent("orders.lock", order_id)
        payments = self.session.send("payments.of_order", order_id=order_id)
        return order(), _payments(payments)

    def lock_to_settle(self, order_id: OrderId) -> tuple[Order, Sequence[Payment], Mapping[UUID, int]]:
        """The same in the same round trip, and what the order needs and does not hold."""
        order = PostgresOrders(self.session).sent("orders.lock", order_id)
        payments = self.session.send("payments.of_order", order_id=order_id)
        short = self.session.send("inventory.short_of_order", order_id=order_id)
        return order(), _payments(payments), dict(short.fetchall())

    def find_order(self, order_id: OrderId) -> tuple[Order, Sequence[Payment]]:
        """The same without locking."""
        order = PostgresOrders(self.session).sent("orders.find", order_id)
        payments = self.session.send("payments.of_order", order_id=order_id)
        return order(), _payments(payments)

    def order_of(self, provider: str, intent_id: str) -> OrderId | None:
        """The order whose attempt has this intent."""
        row = self.session.row("payments.order_of", provider=provider, intent_id=intent_id)
        return OrderId(row[0]) if row else None

    def save(self, payment: Payment) -> None:
        """What has become of an attempt."""
        self.session.send(
            "payments.save",
            id=payment.id,
            intent_id=payment.intent_id,
            status=payment.status.value,
            failure=payment.failure,
            captured=payment.captured.amount,
            now=self.session.now,
        )

    def record_intent(self, payment: Payment, intent: Intent) -> None:
        """What the provider calls this attempt."""
        self.session.send("payments.record_intent", id=payment.id, intent_id=intent.id)

    def unasked(self, older_than: timedelta, limit: int) -> Sequence[OrderId]:
        """Orders with an attempt whose answer was never recorded."""
        return [OrderId(row[0]) for row in self.session.rows("payments.unasked", older_than=older_than, limit=limit)]

    def left_open(self, older_than: timedelta, limit: int) -> Sequence[OrderId]:
        """Cancelled orders with an attempt that could still be paid."""
        return [OrderId(row[0]) for row in self.session.rows("payments.left_open", older_than=older_than, limit=limit)]


def _payments(cursor: Cursor[Row]) -> list[Payment]:
    return [_payment(*row) for row in cursor.fetchall()]


def _payment(
    id_: UUID, order_id: UUID, attempt: int, provider: str, key: str, amount: int, currency: str, status: str,
    created_at: datetime, intent_id: str | None, failure: str | None, captured: int,
    refunds: list[list[Any]] | None, disputes: list[list[Any]] | None,
) -> Payment:  # fmt: skip
    payment_id = PaymentId(id_)
    return Payment(
        payment_id, order_id, attempt, provider, key, Money(amount, currency), PaymentStatus(status), created_at,
        intent_id, failure, Money(captured, currency),
        tuple(_refund(order_id, payment_id, currency, *column) for column in refunds or ()),
        tuple(_dispute(*column) for column in disputes or ()),
    )  # fmt: skip


def _refund(
    order_id: UUID, payment_id: PaymentId, currency: str, id_: str, amount: int, reason: str, status: str,
    created_at: str, provider_refund_id: str | None, failure: str | None,
) -> Refund:  # fmt: skip
    return Refund(
        RefundId(UUID(id_)), order_id, payment_id, Money(amount, currency), RefundReason(reason), RefundStatus(status),
        datetime.fromisoformat(created_at), provider_refund_id, failure,
    )  # fmt: skip


def _dispute(
    id_: str, provider_dispute_id: str, status: str, reason: str, amount: int, currency: str, due_by: str | None,
    told_at: str,
) -> Dispute:  # fmt: skip
    return Dispute(
        UUID(id_), provider_dispute_id, DisputeStatus(status), reason, Money(amount, currency),
        datetime.fromisoformat(due_by) if due_by else None, datetime.fromisoformat(told_at),
    )  # fmt: skip
