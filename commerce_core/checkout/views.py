"""A checkout as the buyer's browser sees it."""

from collections.abc import Sequence

from attrs import field, frozen

from commerce_core.kernel.money import Money
from commerce_core.orders.model import Order
from commerce_core.orders.notes import OrderNote
from commerce_core.orders.views import (
    OrderDisputeView,
    OrderPaymentView,
    OrderRefundView,
    OrderShipmentView,
    OrderView,
)
from commerce_core.payments.model import Payment


@frozen
class PaymentView:
    """What a browser needs to pay: it goes to the buyer alone."""

    provider: str
    intent_id: str | None
    client_secret: str | None = field(repr=False)
    publishable_key: str | None
    amount: Money
    status: str


@frozen
class CheckoutView:
    """The placed order, the token that opens it, and how to pay it (null when there is nothing to pay)."""

    order: OrderView
    order_token: str = field(repr=False)
    payment: PaymentView | None


@frozen
class ConfirmationView:
    """The order and its payment after asking the provider."""

    order: OrderView
    payment: PaymentView | None


def order_view(
    order: Order,
    payments: Sequence[Payment],
    shipments: tuple[OrderShipmentView, ...] = (),
    notes: tuple[OrderNote, ...] = (),
) -> OrderView:
    """An order with the attempts to pay it, what goes back of them, what banks want back, its parcels and notes."""
    return OrderView.of(
        order,
        tuple(
            OrderPaymentView(p.id, p.provider, p.status.value, p.amount, p.intent_id, p.created_at) for p in payments
        ),
        tuple(
            OrderRefundView(r.id, r.payment_id, r.amount, r.reason.value, r.status.value, r.created_at)
            for p in payments
            for r in p.refunds
        ),
        tuple(
            OrderDisputeView(d.id, p.id, d.amount, d.reason, d.status.value, d.due_by)
            for p in payments
            for d in p.disputes
        ),
        shipments,
        notes,
    )
