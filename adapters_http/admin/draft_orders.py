"""Draft orders, for operators: what a buyer says on the telephone."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.cart.errors import ItemsUnavailable, VariantNotForSale
from commerce_core.checkout.errors import PaymentMethodNotOffered, TotalChanged, UnknownShippingOption
from commerce_core.discounts.refusals import MISFITS
from commerce_core.draft_orders.changes import DraftChanges
from commerce_core.draft_orders.errors import (
    DraftOrderChanged,
    DraftOrderIncomplete,
    DraftOrderNotFound,
    DraftOrderPlaced,
)
from commerce_core.draft_orders.model import DraftStatus
from commerce_core.draft_orders.service import DraftOrderService, PlaceDraft
from commerce_core.draft_orders.views import DraftOrderSummary, DraftOrderView
from commerce_core.inventory.errors import OutOfStock
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest

_OF_DRAFT = (DraftOrderNotFound, DraftOrderChanged, DraftOrderPlaced)


@frozen
class DraftListQuery:
    """Which drafts, and which page of them."""

    status: DraftStatus | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class CreateDraft(DraftChanges):
    """What is in the draft to begin with; all of it can be said later. `shipping` and each `discount` are by hand."""

    example: ClassVar[dict[str, Any]] = {
        "items": [{"variant_id": "0197a1e2-6c1f-7d5e-9f0a-3b2c1d0e9f8a", "quantity": 2}],
        "email": "camille@example.com",
        "shipping_option_id": "standard",
        "discount": {"percent": "10", "reason": "Our mistake last time"},
    }


@frozen
class ChangeDraft(DraftChanges):
    """What is to be different. Items are told as a whole; null takes away a discount, an address, a way of shipping."""

    example: ClassVar[dict[str, Any]] = {
        "shipping": {"title": "By bike", "price": {"amount": 150, "currency": "EUR"}, "estimated_days": 1}
    }


@frozen
class HoldDraft:
    """For how many hours; two days where nothing is said."""

    hours: Annotated[int, Limits(1, 336)] | None = None


@frozen
class OrderDraft(PlaceDraft):
    """How it is paid, for how long that is possible, and what the caller has seen it come to."""

    example: ClassVar[dict[str, Any]] = {"payment_method": "card", "payable_hours": 72}


@frozen
class AdminDraftOrders:
    """`/v1/admin/draft-orders`."""

    drafts: DraftOrderService

    @operation(
        "List draft orders",
        answers={200: Page[DraftOrderSummary]},
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, query: DraftListQuery) -> Answer:
        """The newest first, those that have become orders too unless `status` is OPEN."""
        return Answer(self.drafts.list_drafts(actor, query.status, PageRequest(query.page, query.per_page)))

    @operation(
        "Create a draft order",
        answers={201: DraftOrderView},
        refusals=(VariantNotForSale,),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateDraft) -> Answer:
        """It holds no stock until that is asked for. What is agreed by hand needs the permission `discounts:write`."""
        made = self.drafts.create(actor, body)
        return Answer.created(made, f"/v1/admin/draft-orders/{made.id}").at_version(made.version)


@frozen
class AdminDraftOrder:
    """`/v1/admin/draft-orders/{draft_order_id}`."""

    drafts: DraftOrderService

    @operation(
        "Read a draft order",
        answers={200: DraftOrderView},
        refusals=(DraftOrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, draft_order_id: UUID) -> Answer:
        """With what it comes to now, the ways to send it, and the order it has become."""
        found = self.drafts.show(actor, draft_order_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a draft order",
        answers={200: DraftOrderView},
        refusals=(*_OF_DRAFT, VariantNotForSale, OutOfStock),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
    )
    def on_patch(self, actor: Actor, draft_order_id: UUID, body: ChangeDraft, if_match: int | None) -> Answer:
        """JSON Merge Patch. Stock that is held follows the lines.

        Where a price is agreed by hand, lines and shipping are changed by those alone who have `discounts:write`.
        """
        changed = self.drafts.change(actor, draft_order_id, body, if_match)
        return Answer(changed).at_version(changed.version)

    @operation(
        "Delete a draft order",
        answers={204: None},
        refusals=_OF_DRAFT,
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
    )
    def on_delete(self, actor: Actor, draft_order_id: UUID, if_match: int | None) -> Answer:
        """What it holds is free again. Not while it is an order."""
        self.drafts.delete(actor, draft_order_id, if_match)
        return Answer.nothing()


@frozen
class AdminDraftHold:
    """`/v1/admin/draft-orders/{draft_order_id}/hold`."""

    drafts: DraftOrderService

    @operation(
        "Hold a draft's stock",
        answers={200: DraftOrderView},
        refusals=(*_OF_DRAFT, DraftOrderIncomplete, OutOfStock),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, draft_order_id: UUID, body: HoldDraft, if_match: int | None) -> Answer:
        """All of it or nothing, until `held_until`: two weeks at most after it was first held."""
        held = self.drafts.hold(actor, draft_order_id, body.hours, if_match)
        return Answer(held).at_version(held.version)

    @operation(
        "Release a draft's stock",
        answers={200: DraftOrderView},
        refusals=_OF_DRAFT,
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
    )
    def on_delete(self, actor: Actor, draft_order_id: UUID, if_match: int | None) -> Answer:
        """The draft stays; anybody may buy its units."""
        released = self.drafts.release(actor, draft_order_id, if_match)
        return Answer(released).at_version(released.version)


@frozen
class AdminDraftPlacing:
    """`/v1/admin/draft-orders/{draft_order_id}/order`."""

    drafts: DraftOrderService

    @operation(
        "Turn a draft into an order",
        answers={201: DraftOrderView},
        refusals=(
            *_OF_DRAFT, DraftOrderIncomplete, ItemsUnavailable, UnknownShippingOption, TotalChanged,
            PaymentMethodNotOffered, OutOfStock, *MISFITS,
        ),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )  # fmt: skip
    def on_post(self, actor: Actor, draft_order_id: UUID, body: OrderDraft, if_match: int | None) -> Answer:
        """It has a number, holds its stock and waits for its payment at this price; `order.pay_url` is for the buyer.

        With `manual` the money is marked as received by hand. Cancelled or not paid in time, the draft is open again.
        """
        placed = self.drafts.place(actor, draft_order_id, body, if_match)
        order_id = placed.order.id if placed.order else None
        return Answer.created(placed, f"/v1/admin/orders/{order_id}").at_version(placed.version)
