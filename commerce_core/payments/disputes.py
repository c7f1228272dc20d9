"""What buyers' banks want back."""

from datetime import datetime
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.ids import NewId
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.payments.errors import PaymentUnknown
from commerce_core.payments.events import DisputeClosed, DisputeOpened
from commerce_core.payments.model import Dispute
from commerce_core.payments.ports import PaymentWork
from commerce_core.payments.provider import ProviderDispute


@frozen
class DisputeService:
    """Writes down what providers tell of disputes. Never gives money back by itself: that would be paying twice."""

    begin: Begin[PaymentWork]
    new_id: NewId

    @retried
    def hear(self, provider: str, told: ProviderDispute, at: datetime, message_id: UUID | None = None) -> None:
        """Bring our books to what the provider told at that time. Old news and repeats change nothing.

        Raises `PaymentUnknown` for a payment that is not ours.
        """
        with self.begin() as work:
            order_id = work.payments.order_of(provider, told.intent_id) if told.intent_id else None
            if order_id is None:
                raise PaymentUnknown(told.intent_id or "")
            _, payments = work.payments.lock_order(order_id)
            payment = next(known for known in payments if known.intent_id == told.intent_id)
            before = next((known for known in payment.disputes if known.provider_dispute_id == told.id), None)
            after = before.follow(told, at) if before else self._opened(told, at)
            if after != before:
                work.disputes.save(payment, after)
            if before is None:
                work.outbox.append(DisputeOpened(order_id, after.id))
            if after.status.closed and not (before and before.status.closed):
                work.outbox.append(DisputeClosed(order_id, after.id))
            if message_id:
                work.inbox.done(message_id)

    def _opened(self, told: ProviderDispute, at: datetime) -> Dispute:
        return Dispute(self.new_id(), told.id, told.status, told.reason, told.amount, told.due_by, at)
