"""An order, its states, and who may move it from one to the next."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.cart.model import Cart
from commerce_core.emails.model import Locale, MailLine, OrderConfirmation, QueuedMail
from commerce_core.kernel.address import Address
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import Money
from commerce_core.orders.errors import OrderStatusRefused
from commerce_core.pricing.model import TaxLine, Totals
from commerce_core.shipping.model import ShippingOption

OrderId = NewType("OrderId", UUID)


class OrderStatus(StrEnum):
    """How far along an order is."""

    DRAFT = "DRAFT"
    PENDING_PAYMENT = "PENDING_PAYMENT"
    PAID = "PAID"
    FULFILLED = "FULFILLED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"


class Hand(StrEnum):
    """Whose hand moves an order."""

    PAYMENT = "payment"  # What a provider says about the money, or staff who has seen it arrive.
    STAFF = "staff"  # An operator who changes the status.
    SHOP = "shop"  # Checkout, the clock, a buyer who goes back to the cart.
    GOODS = "goods"  # What has left, what has arrived, and what is to be sent again.


# Every step there is, and whose hand may take it. What is partly sent or partly refunded is told beside the status.
NEXT: dict[OrderStatus, dict[OrderStatus, frozenset[Hand]]] = {
    OrderStatus.DRAFT: {
        OrderStatus.PENDING_PAYMENT: frozenset({Hand.STAFF, Hand.SHOP}),
        OrderStatus.CANCELLED: frozenset({Hand.STAFF, Hand.SHOP}),
    },
    OrderStatus.PENDING_PAYMENT: {
        OrderStatus.PAID: frozenset({Hand.PAYMENT}),
        OrderStatus.CANCELLED: frozenset({Hand.PAYMENT, Hand.STAFF, Hand.SHOP}),
    },
    OrderStatus.PAID: {
        OrderStatus.FULFILLED: frozenset({Hand.STAFF, Hand.GOODS}),
        OrderStatus.REFUNDED: frozenset({Hand.PAYMENT}),
        OrderStatus.CANCELLED: frozenset({Hand.STAFF}),  # Only if it cost nothing; else its money goes back.
    },
    OrderStatus.FULFILLED: {
        OrderStatus.PAID: frozenset({Hand.GOODS}),
        OrderStatus.COMPLETED: frozenset({Hand.STAFF, Hand.SHOP, Hand.GOODS}),
        OrderStatus.REFUNDED: frozenset({Hand.PAYMENT}),
    },
    OrderStatus.COMPLETED: {OrderStatus.REFUNDED: frozenset({Hand.PAYMENT})},
    OrderStatus.CANCELLED: {},
    OrderStatus.REFUNDED: {OrderStatus.PAID: frozenset({Hand.PAYMENT})},  # A refund has failed after all.
}


class OrderPaymentStatus(StrEnum):
    """What has become of the money."""

    UNPAID = "unpaid"
    PROCESSING = "processing"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"


class FulfillmentStatus(StrEnum):
    """What has become of the goods."""

    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    DELIVERED = "delivered"


@frozen
class OrderLine:
    """One line, as it was when it was bought. It never follows the catalogue."""

    id: UUID
    variant_id: UUID | None
    sku: str | None
    title: str
    quantity: int
    unit_price: Money
    discount_total: Money
    tax_total: Money
    tax_rate: Decimal
    line_total: Money
    requires_shipping: bool
    shipped_quantity: int = 0
    delivered_quantity: int = 0
    refunded_quantity: int = 0

    @property
    def to_send(self) -> int:
        """How many units are still owed to the buyer. One that was refunded is not, whether it had left or not."""
        return max(0, self.quantity - self.shipped_quantity - self.refunded_quantity) if self.requires_shipping else 0


def fulfillment_of(lines: Sequence[OrderLine]) -> FulfillmentStatus:
    """What has become of the goods. What needs no shipping is fulfilled by being paid for."""
    goods = [line for line in lines if line.requires_shipping]
    shipped = sum(line.shipped_quantity for line in goods)
    if any(line.to_send for line in goods):
        return FulfillmentStatus.PARTIALLY_FULFILLED if shipped else FulfillmentStatus.UNFULFILLED
    if goods and not shipped:  # All of them are refunded, so what the buyer keeps decides.
        kept = any(line.refunded_quantity < line.quantity for line in lines)
        return FulfillmentStatus.FULFILLED if kept else FulfillmentStatus.UNFULFILLED
    arrived = goods and shipped == sum(line.delivered_quantity for line in goods)
    return FulfillmentStatus.DELIVERED if arrived else FulfillmentStatus.FULFILLED


@frozen
class Buyer:
    """Who buys, and where it goes."""

    email: str
    locale: Locale
    shipping_address: Address | None
    billing_address: Address | None
    customer_id: UUID | None = None


@frozen
class Order:
    """One order with its lines."""

    id: OrderId
    number: int
    reference: str  # what people call it: the number in the shop's format
    cart_id: UUID | None
    status: OrderStatus
    payment_status: OrderPaymentStatus
    fulfillment_status: FulfillmentStatus
    buyer: Buyer
    shipping_option: ShippingOption | None
    lines: tuple[OrderLine, ...]
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    tax_lines: tuple[TaxLine, ...]
    total: Money
    prices_include_tax: bool
    placed_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None = None
    version: int = 1

    @classmethod
    def of(
        cls, cart: Cart, totals: Totals, buyer: Buyer,
        *, order_id: OrderId, number: int, reference_format: str, new_id: NewId, at: datetime, expires_at: datetime,
    ) -> Self:  # fmt: skip
        """Freeze a cart and its totals into an order that waits for its payment."""
        by_line = {line.id: line for line in totals.lines}
        return cls(
            id=order_id,
            number=number,
            reference=reference_format.replace("{number}", str(number)),
            cart_id=cart.id,
            status=OrderStatus.PENDING_PAYMENT,
            payment_status=OrderPaymentStatus.UNPAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            buyer=buyer,
            shipping_option=totals.shipping_option,
            lines=tuple(
                OrderLine(
                    id=new_id(),
                    variant_id=line.variant_id,
                    sku=line.offer.sku,
                    title=line.offer.title,
                    quantity=line.quantity,
                    unit_price=by_line[line.id].unit_price,
                    discount_total=by_line[line.id].discount_total,
                    tax_total=by_line[line.id].tax_total,
                    tax_rate=by_line[line.id].tax_rate,
                    line_total=by_line[line.id].line_total,
                    requires_shipping=line.offer.requires_shipping,
                )
                for line in cart.lines
            ),
            subtotal=totals.subtotal,
            discount_total=totals.discount_total,
            shipping_total=totals.shipping_total,
            tax_total=totals.tax_total,
            tax_lines=totals.tax_lines,
            total=totals.total,
            prices_include_tax=totals.prices_include_tax,
            placed_at=at,
            expires_at=expires_at,
        )

    def moved(self, to: OrderStatus, hand: Hand) -> Self:
        """The order in its next state. Raises `OrderStatusRefused` when this hand may not take that step."""
        if hand not in NEXT[self.status].get(to, ()):
            raise OrderStatusRefused(self.id, self.status.value, to.value)
        return evolve(self, status=to, version=self.version + 1)

    def paid(self, at: datetime) -> Self:
        """The order once its money is there."""
        paid = self.moved(OrderStatus.PAID, Hand.PAYMENT)
        goods = fulfillment_of(self.lines)
        return evolve(
            paid, payment_status=OrderPaymentStatus.PAID, fulfillment_status=goods, paid_at=at, expires_at=None
        )

    def cancelled(self, hand: Hand) -> Self:
        """The order that came to nothing. Raises `OrderStatusRefused` when it is too late for that, or was paid for."""
        if self.status is OrderStatus.PAID and self.total:
            raise OrderStatusRefused(self.id, self.status.value, OrderStatus.CANCELLED.value)
        return evolve(self.moved(OrderStatus.CANCELLED, hand), expires_at=None)

    def refunded(self, back: Money, captured: Money) -> Self:
        """The order once `back`, of all that was `captured`, has gone back or is on its way to the buyer.

        All of it makes a paid order REFUNDED, and PAID again when some comes back; a cancelled one stays cancelled,
        because it never was a purchase. When nothing is new it is the order itself.
        """
        whole = back == captured
        status = OrderPaymentStatus.PARTIALLY_REFUNDED if back else OrderPaymentStatus.PAID
        after = evolve(self, payment_status=OrderPaymentStatus.REFUNDED if whole else status)
        if whole and OrderStatus.REFUNDED in NEXT[self.status]:
            return after.moved(OrderStatus.REFUNDED, Hand.PAYMENT)
        if not whole and self.status is OrderStatus.REFUNDED:
            return after.moved(OrderStatus.PAID, Hand.PAYMENT)
        return self if after == self else evolve(after, version=self.version + 1)

    def following_goods(self) -> Self:
        """The order as what has left, arrived and been refunded of its lines makes it: itself, if nothing is new.

        A paid order is FULFILLED when nothing is left to send, COMPLETED when all of it has arrived, and PAID again
        when something is to be sent after all. An order that is over in another way keeps its status, and one that
        was never paid has no goods to follow.
        """
        if self.paid_at is None:
            return self
        goods = fulfillment_of(self.lines)
        after = evolve(self, fulfillment_status=goods)
        sent = goods in {FulfillmentStatus.FULFILLED, FulfillmentStatus.DELIVERED}
        if after.status is OrderStatus.PAID and sent and any(line.shipped_quantity for line in self.lines):
            after = after.moved(OrderStatus.FULFILLED, Hand.GOODS)
        if after.status is OrderStatus.FULFILLED and goods is FulfillmentStatus.DELIVERED:
            after = after.moved(OrderStatus.COMPLETED, Hand.GOODS)
        elif after.status is OrderStatus.FULFILLED and not sent:
            after = after.moved(OrderStatus.PAID, Hand.GOODS)
        return self if after == self else evolve(after, version=self.version + 1)

    def waiting(self, status: OrderPaymentStatus, *, until: datetime | None) -> Self:
        """The unpaid order while its payment is `status`; `until` is its new end, None to leave that as it is.

        An order that is no longer waiting, or nothing new, is the order itself.
        """
        if self.status is not OrderStatus.PENDING_PAYMENT:
            return self
        changed = evolve(self, payment_status=status, expires_at=until or self.expires_at)
        return self if changed == self else evolve(changed, version=self.version + 1)

    def described_by(self, buyer: Buyer, shipping_option_id: str | None) -> bool:
        """Whether a request with these details asks for this very order again."""
        asked = (buyer.email, buyer.shipping_address, buyer.billing_address, shipping_option_id)
        return asked == (
            self.buyer.email,
            self.buyer.shipping_address,
            self.buyer.billing_address,
            self.shipping_option.id if self.shipping_option else None,
        )

    def confirmation(self) -> QueuedMail:
        """The mail that thanks for the order. However often it is queued, its key lets it be sent once."""
        address = self.buyer.shipping_address
        mail = OrderConfirmation(
            order_number=self.reference,
            customer_name=address.name if address else "",
            lines=tuple(MailLine(line.title, line.quantity, line.line_total) for line in self.lines),
            subtotal=self.subtotal,
            discount_total=self.discount_total,
            shipping_total=self.shipping_total,
            tax_total=self.tax_total,
            total=self.total,
            prices_include_tax=self.prices_include_tax,
            shipping_address=address.lines() if address else (),
        )
        return QueuedMail(f"{mail.template}:{self.id}:0", self.buyer.email, self.buyer.locale, mail)
