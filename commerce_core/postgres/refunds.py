"""Money that goes back, and money that banks want back, in PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from attrs import frozen
from psycopg.types.json import Jsonb

from commerce_core.access.model import Actor
from commerce_core.inventory.model import Quantities
from commerce_core.orders.model import OrderId
from commerce_core.payments.errors import RefundTooLarge
from commerce_core.payments.model import Dispute, Payment, Refund, RefundId
from commerce_core.payments.parts import RefundPart, SoldPart
from commerce_core.payments.views import RefundView
from commerce_core.postgres.database import Database, Session
from commerce_core.postgres.payload import decode


@frozen
class PostgresRefunds:
    """Refunds, inside the transaction of the session."""

    session: Session

    def sold(self, order_id: OrderId) -> Sequence[SoldPart]:
        """The parts of the order as they were sold, and what has gone back of them."""
        return [SoldPart(*row) for row in self.session.rows("refunds.sold", order_id=order_id)]

    def add(self, refund: Refund, actor: Actor, parts: Sequence[RefundPart] = ()) -> None:
        """A new refund and its lines, counted at once, or `RefundTooLarge`."""
        added = self.session.row(
            "refunds.add",
            id=refund.id,
            order_id=refund.order_id,
            payment_id=refund.payment_id,
            amount=refund.amount.amount,
            currency=refund.amount.currency,
            reason=refund.reason.value,
            note=refund.note,
            status=refund.status.value,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            now=self.session.now,
        )
        if added is None:
            raise RefundTooLarge(refund.payment_id, refund.amount)
        if parts:
            lines = Jsonb([_line_column(part) for part in parts])
            self.session.send("refunds.add_lines", id=refund.id, order_id=refund.order_id, lines=lines)

    def save(self, refund: Refund) -> None:
        """What has become of a refund."""
        self.session.send(
            "refunds.save",
            id=refund.id,
            status=refund.status.value,
            provider_refund_id=refund.provider_refund_id,
            failure=refund.failure,
            now=self.session.now,
        )

    def count_restocked(self, order_id: OrderId) -> Quantities:
        """The units that have to come back to the shelf and are not there yet."""
        return dict(self.session.rows("refunds.count_restocked", order_id=order_id))

    def unasked(self, older_than: timedelta, limit: int) -> Sequence[tuple[OrderId, RefundId]]:
        """Refunds whose answer was never recorded."""
        rows = self.session.rows("refunds.unasked", older_than=older_than, limit=limit)
        return [(OrderId(row[0]), RefundId(row[1])) for row in rows]


@frozen
class PostgresDisputes:
    """Disputes, inside the transaction of the session."""

    session: Session

    def save(self, payment: Payment, dispute: Dispute) -> None:
        """A new dispute, or what has become of one."""
        self.session.send(
            "disputes.save",
            id=dispute.id,
            order_id=payment.order_id,
            payment_id=payment.id,
            provider=payment.provider,
            provider_dispute_id=dispute.provider_dispute_id,
            status=dispute.status.value,
            closed=dispute.status.closed,
            reason=dispute.reason,
            amount=dispute.amount.amount,
            currency=dispute.amount.currency,
            due_by=dispute.due_by,
            told_at=dispute.told_at,
            now=self.session.now,
        )


@frozen
class PostgresRefundReader:
    """Refunds as operators see them."""

    database: Database

    def of_order(self, order_id: OrderId) -> tuple[RefundView, ...]:
        """Every refund of an order, the first first."""
        with self.database.read() as session:
            return tuple(decode(RefundView, row[0]) for row in session.rows("refunds.of_order", order_id=order_id))


def _line_column(part: RefundPart) -> dict[str, Any]:
    return {
        "position": part.position,
        "qty": part.quantity,
        "amount": part.amount,
        "tax": part.tax,
        "restock": part.restock,
    }
