"""Orders for operators."""

from typing import Annotated
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Media, operation
from adapters_http.store.checkout import OF_PROVIDER
from commerce_core.access.model import Actor, Permission
from commerce_core.checkout.errors import PaymentUnderWay
from commerce_core.checkout.service import CheckoutService
from commerce_core.kernel.csv import csv_blocks
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, PageRequest
from commerce_core.orders.errors import OrderChanged, OrderIsPaid, OrderNotFound, OrderStatusRefused
from commerce_core.orders.exported import OrderExport
from commerce_core.orders.model import OrderId, OrderStatus
from commerce_core.orders.queries import OrderFilter, OrderSort
from commerce_core.orders.service import OrderService
from commerce_core.orders.views import OrderPage, OrderView, TimelineView
from commerce_core.pricing.explain import Explanation


@frozen
class OrderListQuery(OrderFilter):
    """Which orders, in which order, and which page of them."""

    sort: OrderSort = OrderSort.NEWEST
    cursor: Annotated[str, Limits(most=200)] | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminOrders:
    """`/v1/admin/orders`."""

    orders: OrderService

    @operation("List orders", answers={200: OrderPage}, access=Access.STAFF, permission=Permission.ORDERS_READ)
    def on_get(self, actor: Actor, query: OrderListQuery) -> Answer:
        """The latest first. `status`, `payment_status` and `fulfillment_status` may stand more than once.

        Days are the shop's and belong to the period: of placing, or of being paid. Totals are in minor units. `q` is
        an order number, or words that begin as its reference, e-mail address, names or SKUs do. Among any number of
        orders, a page is as fast by `cursor` as the first one. `total` is counted up to 10,000, see `total_is_exact`.
        """
        page = PageRequest(query.page, query.per_page)
        return Answer(self.orders.list_orders(actor, page, query, query.sort, query.cursor))


@frozen
class AdminOrderExport:
    """`/v1/admin/orders/export.csv`."""

    orders: OrderService

    @operation(
        "Export orders",
        answers={200: Media("text/csv; charset=utf-8")},
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, query: OrderExport) -> Answer:
        """A row for each order, for each of its lines, for each tax rate of a sale or refund, or as Shopify writes it.

        The same orders as in the list of them, the first placed first; in a ledger the days are those of the money, and
        nothing else narrows it. Cells that a spreadsheet would take for a formula begin with an apostrophe.
        """
        headers = {"Content-Disposition": f'attachment; filename="{query.profile.value}.csv"'}
        return Answer(csv_blocks(self.orders.export(actor, query)), headers=headers)


@frozen
class AdminOrder:
    """`/v1/admin/orders/{order_id}`."""

    checkout: CheckoutService

    @operation(
        "Read any order",
        answers={200: OrderView},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID) -> Answer:
        """With its attempts to be paid."""
        found = self.checkout.show(actor, order_id)
        return Answer(found).at_version(found.version)


@frozen
class AdminOrderExplanation:
    """`/v1/admin/orders/{order_id}/explain`."""

    orders: OrderService

    @operation(
        "Explain a total",
        answers={200: Explanation},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID) -> Answer:
        """Each cent with the rule, the rate, the base and the rounding that made it.

        The steps with `counts` add up to the total; a discount's amount is negative here. `exact` is in minor units.
        """
        return Answer(self.orders.explain(actor, order_id))


@frozen
class ChangeStatus:
    """Where the order should go."""

    status: OrderStatus
    reason: Annotated[str, Limits(most=500)] = ""


@frozen
class AdminOrderStatus:
    """`/v1/admin/orders/{order_id}/status`."""

    checkout: CheckoutService

    @operation(
        "Move an order on",
        answers={200: OrderView},
        refusals=(OrderNotFound, OrderChanged, OrderStatusRefused, OrderIsPaid, PaymentUnderWay, *OF_PROVIDER),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
    )
    def on_patch(self, actor: Actor, order_id: UUID, body: ChangeStatus, if_match: int | None) -> Answer:
        """FULFILLED, COMPLETED, or CANCELLED while it is unpaid. PAID is for the payment provider to say."""
        moved = self.checkout.change_status(actor, order_id, body.status, if_match, body.reason)
        return Answer(moved).at_version(moved.version)


@frozen
class AdminOrderTimeline:
    """`/v1/admin/orders/{order_id}/timeline`."""

    orders: OrderService

    @operation(
        "Tell what has happened to an order",
        answers={200: TimelineView},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID) -> Answer:
        """Statuses, payments, events, what providers told, refunds, disputes and mails in one list, the first first."""
        return Answer(self.orders.timeline(actor, OrderId(order_id)))
