"""Money that goes back, and money that banks want back, in PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta

from attrs import frozen

from commerce_core.access.model import Actor
from commerce_core.orders.model import OrderId
from commerce_core.payments.errors import RefundTooLarge
from commerce_core.payments.model import Dispute, Payment, Refund, RefundId
from commerce_core.postgres.database import Session


@frozen
class PostgresRefunds:
    """Refunds, inside the transaction of the session."""

    session: Session

    def add(self, refund: Refund, actor: Actor) -> None:
        """A new refund, counted at once, or `RefundTooLarge`."""
        added = self.session.row(
            "refunds.add",
            id=refund.id,
            order_id=refund.order_id,
            payment_id=refund.payment_id,
            amount=refund.amount.amount,
            currency=refund.amount.currency,
            reason=refund.reason.value,
            status=refund.status.value,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            now=self.session.now,
        )
        if added is None:
            raise RefundTooLarge(refund.payment_id, refund.amount)

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
