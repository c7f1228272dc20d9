"""Cancelling an order, whether or not it was paid."""

from collections import Counter
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.checkout.service import CheckoutService
from commerce_core.inventory.model import Quantities
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.errors import OrderIsPaid
from commerce_core.orders.events import OrderCancelled
from commerce_core.orders.model import Hand, Order, OrderId
from commerce_core.orders.service import must_be_version
from commerce_core.orders.views import OrderView
from commerce_core.payments.ports import PaymentWork
from commerce_core.payments.refunds import RefundService, must_not_be_sent


@frozen
class CancellationService:
    """Calls an order off. One that is unpaid lets go of everything; a paid one is refunded in full."""

    begin: Begin[PaymentWork]
    checkout: CheckoutService
    refunds: RefundService

    def cancel(
        self,
        actor: Actor,
        order_id: UUID,
        *,
        restock: bool = True,
        reason: str = "",
        expected_version: int | None = None,
    ) -> OrderView:
        """Call an order off, and say what it is then.

        An unpaid order becomes CANCELLED: its payment is withdrawn, what it holds and the uses of its discounts are
        free again, and its cart is open. Of a paid one nothing of which was sent all that is left goes back; it is
        REFUNDED once the provider has accepted, and its units are on the shelf again if `restock`. One that cost
        nothing becomes CANCELLED without a refund. Money that was faster than this goes back, too. Raises what
        `CheckoutService.cancel` and `RefundService.cancel_paid` raise.
        """
        try:
            self.checkout.cancel(actor, OrderId(order_id), expected_version, reason)
        except OrderIsPaid:
            if not self._cancel_free(actor, OrderId(order_id), expected_version, reason, restock=restock):
                self.refunds.cancel_paid(
                    actor, order_id, restock=restock, reason=reason, expected_version=expected_version
                )
        return self.checkout.show(actor, order_id)

    @retried
    def _cancel_free(
        self, actor: Actor, order_id: OrderId, expected_version: int | None, reason: str, *, restock: bool
    ) -> bool:
        """Cancel an order that counts as paid because it cost nothing; whether it is such a one."""
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order = work.orders.lock(order_id)
            if order.total:
                return False
            must_be_version(order, expected_version)
            must_not_be_sent(order)
            closed = order.cancelled(Hand.STAFF)
            work.orders.save(order, closed, actor, reason or "cancelled by hand")
            if restock:
                work.stock.take_back(order.id, _units(order))
            work.discounts.give_back(order.id)
            work.outbox.append(OrderCancelled(order.id))
            changes: Changes = {"status": (order.status.value, closed.status.value)}
            work.audit.record(AuditEntry(actor, "order.cancel", "order", str(order.id), changes))
        return True


def _units(order: Order) -> Quantities:
    """Every unit that was sold, by variant; two lines of one add up."""
    sold: Counter[UUID] = Counter()
    for line in order.lines:
        if line.variant_id is not None:
            sold[line.variant_id] += line.quantity
    return sold
