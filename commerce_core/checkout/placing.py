"""Where an order comes to stand, whoever asked for it: a shopper for their cart, or staff for a draft."""

from collections.abc import Container, Mapping
from datetime import datetime
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import SYSTEM, Actor
from commerce_core.cart.model import Cart
from commerce_core.checkout.discounted import take_discounts
from commerce_core.checkout.errors import PaymentMethodNotOffered
from commerce_core.checkout.model import CheckoutPolicy, PaymentMethod, Placed
from commerce_core.checkout.ports import CheckoutWork
from commerce_core.kernel.ids import NewId
from commerce_core.orders.events import OrderPlaced
from commerce_core.orders.model import Buyer, Order, OrderId
from commerce_core.payments.model import Payment, PaymentId
from commerce_core.payments.settling import settle
from commerce_core.pricing.model import Totals


@frozen
class Placing:
    """Writes an order, what it holds and what it has used, inside a transaction in which its cart is locked."""

    new_id: NewId
    providers: Mapping[PaymentMethod, str]
    policy: CheckoutPolicy

    def provider(self, method: PaymentMethod) -> str:
        """Who takes payments of this kind. Raises `PaymentMethodNotOffered`."""
        if method not in self.providers:
            raise PaymentMethodNotOffered(method.value)
        return self.providers[method]

    def place(
        self, work: CheckoutWork, cart: Cart, totals: Totals, buyer: Buyer, actor: Actor, until: datetime,
        *, reason: str = "", by_hand: Container[UUID] = (),
    ) -> Order:  # fmt: skip
        """Turn the cart into an order that waits for its payment until then. Nobody is asked to pay yet.

        `by_hand` are discounts that are not the shop's, so that no use of them is counted. Raises `OutOfStock`, or what
        taking a discount raises.
        """
        number = work.orders.draw_number()
        order_id = OrderId(self.new_id())
        if tracked := {line.variant_id: line.quantity for line in cart.lines if line.counted}:
            work.stock.hold_for_order(cart.id, order_id, tracked, until)
        order = Order.of(
            cart, totals, buyer,
            order_id=order_id, number=number(), reference_format=self.policy.reference_format, new_id=self.new_id,
            at=work.now, expires_at=until,
        )  # fmt: skip
        work.orders.add(order, actor, reason)
        work.charges.add(order.id, totals)
        take_discounts(work, order, totals, by_hand)
        work.carts.convert(cart, order.id)
        work.outbox.append(OrderPlaced(order.id))
        return order

    def due(self, work: CheckoutWork, order: Order, method: PaymentMethod, provider: str) -> Placed:
        """The placed order with its first attempt to be paid; PAID at once where there is nothing to pay."""
        if not order.total:
            return Placed(settle(work, order, SYSTEM), None)
        if method is PaymentMethod.MANUAL:
            work.emails.queue(order.confirmation())
        return Placed(order, self.attempt(work, order, provider, 1))

    def attempt(self, work: CheckoutWork, order: Order, provider: str, attempt: int) -> Payment:
        """One more attempt to be paid by this provider, written before anybody asks it."""
        payment = Payment.attempted(
            order.id, provider, order.total, attempt, payment_id=PaymentId(self.new_id()), at=work.now
        )
        work.payments.add(payment)
        return payment
