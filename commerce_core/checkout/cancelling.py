"""Cancelling an order, whether or not it was paid."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor
from commerce_core.checkout.service import CheckoutService
from commerce_core.orders.errors import OrderIsPaid
from commerce_core.orders.model import OrderId
from commerce_core.orders.views import OrderView
from commerce_core.payments.refunds import RefundService


@frozen
class CancellationService:
    """Calls an order off. One that is unpaid lets go of everything; a paid one is refunded in full."""

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
        REFUNDED once the provider has accepted, and its units are on the shelf again if `restock`. Money that was
        faster than this goes back, too. Raises what `CheckoutService.cancel` and `RefundService.cancel_paid` raise.
        """
        try:
            self.checkout.cancel(actor, OrderId(order_id), expected_version, reason)
        except OrderIsPaid:
            self.refunds.cancel_paid(actor, order_id, restock=restock, reason=reason, expected_version=expected_version)
        return self.checkout.show(actor, order_id)
