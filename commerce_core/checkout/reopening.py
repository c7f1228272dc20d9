"""An order whose buyer goes back to the cart."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor
from commerce_core.cart.errors import CartNotOpen
from commerce_core.cart.model import Cart, CartStatus
from commerce_core.checkout.errors import PaymentUnderWay
from commerce_core.checkout.ports import CheckoutWork
from commerce_core.orders.events import OrderCancelled
from commerce_core.orders.model import Hand, OrderPaymentStatus, OrderStatus


@frozen
class PlacedOrders:
    """What carts have become, for carts: the port `PlacedOrders` of theirs, inside their transaction."""

    work: CheckoutWork

    def give_up(self, cart: Cart, shopper: Actor, until: datetime, wanted: Sequence[UUID]) -> Cart:
        """Cancel the unpaid order, hand what it holds to the cart until then, and open the cart, which is locked.

        So is the stock afterwards of what it held and of the `wanted` variants: the cart may hold any of them next.
        Its intent is cancelled by the reaction to the event; a payment that is faster is refunded. Raises `CartNotOpen`
        when the order does not wait for its payment, `PaymentUnderWay` while the buyer's bank is at work.
        """
        order_id = self.work.orders.live_of_cart(cart.id)
        if order_id is None:
            raise CartNotOpen(cart.id)
        order = self.work.orders.lock(order_id)
        if order.status is not OrderStatus.PENDING_PAYMENT:
            raise CartNotOpen(cart.id)
        if order.payment_status is OrderPaymentStatus.PROCESSING:
            raise PaymentUnderWay(order.id)
        self.work.orders.save(order, order.cancelled(Hand.SHOP), shopper, "the buyer changed the cart")
        held = [line.variant_id for line in order.lines if line.variant_id is not None]
        self.work.stock.lock_all([*held, *wanted])  # All at once, because locks are taken in one order.
        self.work.stock.return_to_cart(order.id, until)
        self.work.discounts.give_back(order.id)
        self.work.carts.reopen(cart.id)
        self.work.outbox.append(OrderCancelled(order.id))
        lines = (evolve(line, reserved_until=until) if line.reserved_until else line for line in cart.lines)
        return evolve(cart, status=CartStatus.ACTIVE, version=cart.version + 1, lines=tuple(lines))
