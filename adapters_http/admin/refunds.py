"""Money that goes back, for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from adapters_http.store.checkout import OF_PROVIDER
from commerce_core.access.model import Actor, Permission
from commerce_core.checkout.cancelling import CancellationService
from commerce_core.checkout.errors import PaymentUnderWay
from commerce_core.kernel.money import Money
from commerce_core.orders.errors import OrderChanged, OrderNotFound, OrderStatusRefused
from commerce_core.orders.views import OrderView
from commerce_core.payments.drafts import MOST_ITEMS, NOTE_LIMIT, NewRefund, RefundItem
from commerce_core.payments.errors import (
    NothingToRefund,
    OrderIsSent,
    RefundQuantityTooLarge,
    RefundShippingTooLarge,
    RefundTooLarge,
)
from commerce_core.payments.model import RefundReason
from commerce_core.payments.refunds import RefundService
from commerce_core.payments.views import OrderRefundsView, RefundPreview, RefundView

_TOO_MUCH = (NothingToRefund, RefundTooLarge, RefundQuantityTooLarge, RefundShippingTooLarge)


@frozen
class MakeRefund:
    """An `amount`; or `items` with quantities, and an amount of the `shipping`; or `everything` that is left.

    Amounts are what the buyer gets, the tax included. What an item costs follows from the order: its share of discounts
    and tax, to the cent. `restock` is for every item that does not say otherwise.
    """

    example: ClassVar[dict[str, Any]] = {
        "reason": "returned",
        "items": [{"item_id": "0193a1b2-0000-7000-8000-000000000000", "quantity": 1, "restock": True}],
        "shipping": {"amount": 490, "currency": "EUR"},
        "note": "Came back unopened.",
    }
    reason: RefundReason = RefundReason.REQUESTED
    amount: Money | None = None
    items: Annotated[tuple[RefundItem, ...], Limits(most=MOST_ITEMS)] = ()
    shipping: Money | None = None
    everything: bool = False
    restock: bool = False
    payment_id: UUID | None = None
    note: Annotated[str, Limits(most=NOTE_LIMIT)] = ""

    def wanted(self) -> NewRefund:
        """The same for the core. Raises `InvalidInput`."""
        return NewRefund(
            self.reason, self.amount, self.items, self.shipping, self.everything, self.restock, self.payment_id,
            self.note,
        )  # fmt: skip


@frozen
class AdminOrderRefunds:
    """`/v1/admin/orders/{order_id}/refunds`."""

    refunds: RefundService

    @operation(
        "List the refunds of an order",
        answers={200: OrderRefundsView},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID) -> Answer:
        """The first first, those made in the provider's dashboard among them, and what could still go back."""
        return Answer(self.refunds.list_refunds(actor, order_id))

    @operation(
        "Give money back",
        answers={201: RefundView},
        refusals=(OrderNotFound, OrderChanged, *_TOO_MUCH),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.REQUIRED,
    )
    def on_post(self, actor: Actor, order_id: UUID, body: MakeRefund, if_match: int | None) -> Answer:
        """The provider is asked at once. A refund that it has not answered yet is `created`, and is asked for until it
        does; one that it refuses is `failed`, and a payment exception is open.
        """
        made = self.refunds.refund(actor, order_id, body.wanted(), if_match)
        return Answer.created(made, f"/v1/admin/orders/{order_id}/refunds")


@frozen
class AdminRefundPreview:
    """`/v1/admin/orders/{order_id}/refunds/preview`."""

    refunds: RefundService

    @operation(
        "Preview a refund",
        answers={200: RefundPreview},
        refusals=(OrderNotFound, *_TOO_MUCH),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_post(self, actor: Actor, order_id: UUID, body: MakeRefund) -> Answer:
        """What such a refund would come to, line by line. Nothing is written."""
        return Answer(self.refunds.preview(actor, order_id, body.wanted()))


@frozen
class CancelOrder:
    """Whether the units of a paid order come back on the shelf; those of an unpaid one always do."""

    example: ClassVar[dict[str, Any]] = {"restock": True, "reason": "The buyer has changed their mind."}
    restock: bool = True
    reason: Annotated[str, Limits(most=500)] = ""


@frozen
class AdminOrderCancellation:
    """`/v1/admin/orders/{order_id}/cancel`."""

    cancellations: CancellationService

    @operation(
        "Cancel an order",
        answers={200: OrderView},
        refusals=(
            OrderNotFound, OrderChanged, OrderStatusRefused, OrderIsSent, PaymentUnderWay, *_TOO_MUCH, *OF_PROVIDER,
        ),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )  # fmt: skip
    def on_post(self, actor: Actor, order_id: UUID, body: CancelOrder, if_match: int | None) -> Answer:
        """An unpaid order becomes CANCELLED. A paid one nothing of which was sent is refunded in full."""
        seen = self.cancellations.cancel(
            actor, order_id, restock=body.restock, reason=body.reason, expected_version=if_match
        )
        return Answer(seen).at_version(seen.version)
