"""An order whose buyer goes back to the cart."""

from datetime import datetime

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

    def give_up(self, cart: Cart, shopper: Actor, until: datetime) -> Cart:
        """Cancel the unpaid order, hand what it holds to the cart until then, and open the cart, which is locked.

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
        self.work.stock.return_to_cart(order.id, until)
        self.work.discounts.give_back(order.id)
        self.work.carts.reopen(cart.id)
        self.work.outbox.append(OrderCancelled(order.id))
        lines = (evolve(line, reserved_until=until) if line.reserved_until else line for line in cart.lines)
        return evolve(cart, status=CartStatus.ACTIVE, version=cart.version + 1, lines=tuple(lines))
