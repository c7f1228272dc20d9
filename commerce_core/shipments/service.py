"""Sending what was bought, and hearing that it has arrived."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Changes, Permission, hidden
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.events import OrderCompleted
from commerce_core.orders.goods import tell_of_goods
from commerce_core.orders.model import FulfillmentStatus, Hand, Order, OrderId, OrderStatus
from commerce_core.orders.service import must_be_version
from commerce_core.orders.views import OrderShipmentView
from commerce_core.shipments.errors import NothingToShip, ShipmentChanged, ShipmentNotFound
from commerce_core.shipments.events import OrderDelivered, OrderShipped, ShipmentCancelled
from commerce_core.shipments.model import NewShipment, Shipment, ShipmentChanges, ShipmentId
from commerce_core.shipments.ports import ShipmentReader, ShipmentWork
from commerce_core.shipments.views import shipment_view

_ARRIVED_BY_THEN = timedelta(days=14)  # after the last parcel has left, an order is complete
_BATCH = 100
_PERSONAL = {"tracking_number", "tracking_url", "reason"}

Step = Callable[[ShipmentWork, Order, Shipment], tuple[Shipment, Order]]


@frozen
class ShipmentService:
    """Parcels of paid orders. What has left and arrived decides, with what is refunded, where an order stands."""

    begin: Begin[ShipmentWork]
    read: ShipmentReader
    new_id: NewId

    def list_shipments(self, actor: Actor, order_id: UUID) -> tuple[OrderShipmentView, ...]:
        """Every shipment of an order, cancelled ones too, the first first.

        Raises `PermissionDenied` or `OrderNotFound`.
        """
        actor.must(Permission.ORDERS_READ)
        return tuple(shipment_view(shipment) for shipment in self._of(order_id))

    def find(self, actor: Actor, order_id: UUID, shipment_id: UUID) -> OrderShipmentView:
        """One shipment. Raises `PermissionDenied`, `OrderNotFound` or `ShipmentNotFound`."""
        actor.must(Permission.ORDERS_READ)
        return shipment_view(_found(self._of(order_id), shipment_id))

    def parcels(self, order: Order) -> tuple[OrderShipmentView, ...]:
        """Every shipment of an order, for a page about it: whoever asks has shown already that they may see it."""
        return tuple(shipment_view(shipment) for shipment in self.read.of_order(order.id))

    def sent(self, order: Order) -> tuple[OrderShipmentView, ...]:
        """The same for its buyer: what was taken back is the staff's affair."""
        if order.fulfillment_status is FulfillmentStatus.UNFULFILLED:
            return ()
        return tuple(shipment_view(shipment) for shipment in self.read.of_order(order.id) if shipment.counts)

    def _of(self, order_id: UUID) -> Sequence[Shipment]:
        found = self.read.of_order(OrderId(order_id))
        if not found and not self.read.knows(OrderId(order_id)):
            raise OrderNotFound
        return found

    @retried
    def ship(
        self, actor: Actor, order_id: UUID, wanted: NewShipment | None = None, expected_version: int | None = None
    ) -> OrderShipmentView:
        """Send lines of a paid order, or all that is left to send of it. `expected_version` is the order's.

        Raises `PermissionDenied`, `OrderNotFound`, `OrderChanged`, `OrderNotShippable`, `NothingToShip`,
        `TooManyToShip` or `InvalidInput`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order, _ = work.shipments.lock_order(OrderId(order_id))
            must_be_version(order, expected_version)
            shipment = self._send(work, actor, order, wanted or NewShipment())
            sent: Changes = {str(item.order_item_id): (0, item.quantity) for item in shipment.items}
            _record(work, actor, "shipment.create", shipment, sent)
        return shipment_view(shipment)

    def _send(self, work: ShipmentWork, actor: Actor, order: Order, wanted: NewShipment, reason: str = "") -> Shipment:
        shipment = Shipment.of(order, wanted, ShipmentId(self.new_id()), work.now)
        work.shipments.add(shipment, actor)
        _save(work, order, shipment.left(order), actor, reason)
        work.outbox.append(OrderShipped(order.id, shipment.id))
        return shipment

    @retried
    def fulfil(self, actor: Actor, order_id: UUID, expected_version: int | None = None, reason: str = "") -> None:
        """Say that an order has left, whatever is left to send of it: in one parcel, which nobody follows.

        An order that needs no shipping is FULFILLED by these words alone. Raises `PermissionDenied`, `OrderNotFound`,
        `OrderChanged`, `OrderStatusRefused`, or `NothingToShip` when all of it is refunded; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order, _ = work.shipments.lock_order(OrderId(order_id))
            must_be_version(order, expected_version)
            moved = order.moved(OrderStatus.FULFILLED, Hand.STAFF)
            changes: Changes = {"status": (order.status.value, moved.status.value)}
            if any(line.to_send for line in order.lines):
                shipment = self._send(work, actor, order, NewShipment(), reason)
                changes["shipment"] = (None, str(shipment.id))
            elif order.fulfillment_status is FulfillmentStatus.UNFULFILLED:
                raise NothingToShip(order.id)
            else:
                _save(work, order, moved, actor, reason)
            work.audit.record(AuditEntry(actor, "order.status", "order", str(order.id), changes))

    def change(
        self,
        actor: Actor,
        order_id: UUID,
        shipment_id: UUID,
        changes: ShipmentChanges,
        expected_version: int | None = None,
    ) -> OrderShipmentView:
        """Tell better by whom a parcel was sent, how to follow it, or when it left.

        Raises `PermissionDenied`, `OrderNotFound`, `ShipmentNotFound`, `ShipmentChanged`, `ShipmentEnded` or
        `InvalidInput`; then nothing has changed.
        """

        def told(work: ShipmentWork, order: Order, before: Shipment) -> tuple[Shipment, Order]:
            return before.changed(changes, order, work.now), order

        return self._step(actor, order_id, shipment_id, expected_version, "shipment.change", told)

    def deliver(
        self,
        actor: Actor,
        order_id: UUID,
        shipment_id: UUID,
        at: datetime | None = None,
        expected_version: int | None = None,
    ) -> OrderShipmentView:
        """Say that a parcel has arrived, now or then. With the last one of all, the order is COMPLETED.

        Raises what `change` raises; then nothing has changed.
        """

        def arrived(work: ShipmentWork, order: Order, before: Shipment) -> tuple[Shipment, Order]:
            after = before.delivered(at, work.now)
            work.outbox.append(OrderDelivered(order.id, after.id))
            return after, after.arrived(order)

        return self._step(actor, order_id, shipment_id, expected_version, "shipment.deliver", arrived)

    def cancel(
        self,
        actor: Actor,
        order_id: UUID,
        shipment_id: UUID,
        reason: str = "",
        expected_version: int | None = None,
    ) -> OrderShipmentView:
        """Say that a parcel will not arrive: what was in it is to be sent again. No stock moves by this.

        Raises what `change` raises; then nothing has changed.
        """

        def taken_back(work: ShipmentWork, order: Order, before: Shipment) -> tuple[Shipment, Order]:
            after = before.cancelled(reason, work.now)
            work.outbox.append(ShipmentCancelled(order.id, after.id))
            return after, after.taken_back(order)

        return self._step(actor, order_id, shipment_id, expected_version, "shipment.cancel", taken_back, reason)

    @retried
    def _step(
        self, actor: Actor, order_id: UUID, shipment_id: UUID, expected_version: int | None, action: str, decide: Step,
        reason: str = "",
    ) -> OrderShipmentView:  # fmt: skip
        """The shipment after `decide`; with its order written and recorded where it is different."""
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order, shipments = work.shipments.lock_order(OrderId(order_id))
            before = _found(shipments, shipment_id)
            if expected_version is not None and expected_version != before.version:
                raise ShipmentChanged(before.version)
            after, order_after = decide(work, order, before)
            if after is not before:
                work.shipments.save(before, after)
                if order_after is not order:
                    _save(work, order, order_after, actor, reason)
                _record(work, actor, action, after, _changes(before, after))
        return shipment_view(after)

    def complete_arrived(self) -> int:
        """Complete orders whose last parcel left two weeks ago: it has arrived by now. Returns how many were."""
        with self.begin() as work:
            due = work.now - _ARRIVED_BY_THEN
        return sum(self._complete(order_id, due) for order_id in self.read.arrived_by_now(due, _BATCH))

    @retried
    def _complete(self, order_id: OrderId, due: datetime) -> bool:
        with self.begin() as work:
            order, shipments = work.shipments.lock_order(order_id)
            if order.status is not OrderStatus.FULFILLED or any(s.shipped_at > due for s in shipments if s.counts):
                return False
            completed = order.moved(OrderStatus.COMPLETED, Hand.SHOP)
            work.orders.save(order, completed, SYSTEM, "arrived by now")
            work.outbox.append(OrderCompleted(order.id))
        return True


def _found(shipments: Sequence[Shipment], shipment_id: UUID) -> Shipment:
    for shipment in shipments:
        if shipment.id == shipment_id:
            return shipment
    raise ShipmentNotFound(shipment_id)


def _save(work: ShipmentWork, before: Order, after: Order, actor: Actor, reason: str) -> None:
    work.orders.save(before, after, actor, reason)
    tell_of_goods(work, before, after)


def _changes(before: Shipment, after: Shipment) -> Changes:
    """What is different about a shipment, by the names people know.

    A number to follow leads to whom the parcel goes to, and a reason is what somebody typed: neither is told itself.
    """
    was, is_ = _told(before), _told(after)
    changes: Changes = {name: (was[name], is_[name]) for name in was if was[name] != is_[name]}
    return changes | {name: hidden(*changes[name]) for name in _PERSONAL & changes.keys()}


def _told(shipment: Shipment) -> dict[str, str | None]:
    return {
        "status": shipment.status.value,
        "carrier": shipment.tracking.carrier or None,
        "tracking_number": shipment.tracking.number or None,
        "tracking_url": shipment.tracking.url or None,
        "shipped_at": shipment.shipped_at.isoformat(),
        "delivered_at": shipment.delivered_at.isoformat() if shipment.delivered_at else None,
        "reason": shipment.reason or None,
    }


def _record(work: ShipmentWork, actor: Actor, action: str, shipment: Shipment, changes: Changes) -> None:
    work.audit.record(AuditEntry(actor, action, "shipment", str(shipment.id), changes))
