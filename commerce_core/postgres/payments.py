"""Attempts to be paid, in PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta

from attrs import frozen
from psycopg import Cursor

from commerce_core.kernel.money import Money
from commerce_core.orders.model import Order, OrderId
from commerce_core.payments.model import Intent, Payment, PaymentId, PaymentStatus
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

    def find_order(self, order_id: OrderId) -> tuple[Order, Sequence[Payment]]:
        """The same without locking."""
        order = PostgresOrders(self.session).sent("orders.find", order_id)
        payments = self.session.send("payments.of_order", order_id=order_id)
        return order(), _payments(payments)

    def save(self, payment: Payment) -> None:
        """What has become of an attempt."""
        self.session.send(
            "payments.save",
            id=payment.id,
            intent_id=payment.intent_id,
            status=payment.status.value,
            failure=payment.failure,
            now=self.session.now,
        )

    def record_intent(self, payment: Payment, intent: Intent) -> None:
        """What the provider calls this attempt."""
        self.session.send("payments.record_intent", id=payment.id, intent_id=intent.id)

    def unasked(self, older_than: timedelta, limit: int) -> Sequence[OrderId]:
        """Orders with an attempt whose answer was never recorded."""
        return [OrderId(row[0]) for row in self.session.rows("payments.unasked", older_than=older_than, limit=limit)]


def _payments(cursor: Cursor[Row]) -> list[Payment]:
    return [
        Payment(
            PaymentId(row[0]),
            row[1],
            row[2],
            row[3],
            row[4],
            Money(row[5], row[6]),
            PaymentStatus(row[7]),
            row[8],
            row[9],
            row[10],
        )
        for row in cursor.fetchall()
    ]
