"""What operators do with an order once it stands."""

from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.errors import OrderChanged, OrderNotFound, OrderStatusRefused
from commerce_core.orders.events import OrderCompleted, OrderFulfilled
from commerce_core.orders.model import FulfillmentStatus, Hand, Order, OrderId, OrderStatus
from commerce_core.orders.ports import OrderWork
from commerce_core.orders.views import OrderReader, OrderSummary, TimelineView
from commerce_core.pricing.explain import Explanation, explained
from commerce_core.pricing.ports import ChargeReader

_BY_HAND = {OrderStatus.FULFILLED: OrderFulfilled, OrderStatus.COMPLETED: OrderCompleted}


def must_be_version(order: Order, expected: int | None) -> None:
    """Raises `OrderChanged` when the caller read another version (None: the caller does not mind)."""
    if expected is not None and expected != order.version:
        raise OrderChanged(order.version)


@frozen
class OrderService:
    """Orders after checkout."""

    begin: Begin[OrderWork]
    read: OrderReader
    charges: ChargeReader

    def list_orders(
        self, actor: Actor, page: PageRequest, status: OrderStatus | None = None, text: str | None = None
    ) -> Page[OrderSummary]:
        """A page of orders, the latest first; `text` is a number, a reference or part of an address.

        Raises `PermissionDenied`.
        """
        actor.must(Permission.ORDERS_READ)
        return self.read.page(status, text, page)

    def numbered(self, actor: Actor, number: int) -> OrderId:
        """The id of the order that people call so. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        found = self.read.numbered(number)
        if found is None:
            raise OrderNotFound
        return found

    def called(self, actor: Actor, reference: str) -> OrderId:
        """The id of the order with this reference. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        found = self.read.called(reference)
        if found is None:
            raise OrderNotFound
        return found

    def timeline(self, actor: Actor, order_id: OrderId) -> TimelineView:
        """Everything that has happened to an order, the first thing first.

        Events that are long done with are forgotten, see `EVENTS_KEPT_DAYS`; what became of the order stays. Raises
        `PermissionDenied` or `OrderNotFound`.
        """
        actor.must(Permission.ORDERS_READ)
        entries = self.read.timeline(order_id)
        if not entries:
            raise OrderNotFound
        return TimelineView(entries)

    def explain(self, actor: Actor, order_id: UUID) -> Explanation:
        """Each cent of an order's total. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        found = self.charges.of_order(order_id)
        if found is None:
            raise OrderNotFound
        return explained(found)

    @retried
    def advance(
        self, actor: Actor, order_id: OrderId, to: OrderStatus, expected_version: int | None = None, reason: str = ""
    ) -> Order:
        """Move a paid order on: FULFILLED when it has left, COMPLETED when nothing is left to do. It keeps the reason.

        Raises `PermissionDenied`, `OrderNotFound`, `OrderChanged` or `OrderStatusRefused`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order = work.orders.lock(order_id)
            must_be_version(order, expected_version)
            if to not in _BY_HAND:
                raise OrderStatusRefused(order.id, order.status.value, to.value)
            moved = order.moved(to, Hand.STAFF)
            if to is OrderStatus.FULFILLED:
                moved = evolve(moved, fulfillment_status=FulfillmentStatus.FULFILLED)
            work.orders.save(order, moved, actor, reason)
            work.outbox.append(_BY_HAND[to](order.id))
            work.audit.record(
                AuditEntry(actor, "order.status", "order", str(order.id), {"status": (order.status.value, to.value)})
            )
        return moved
