"""Shipments of an order for operators."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.orders.errors import OrderChanged, OrderNotFound
from commerce_core.orders.views import OrderShipmentView
from commerce_core.shipments.errors import (
    NothingToShip,
    OrderNotShippable,
    ShipmentChanged,
    ShipmentEnded,
    ShipmentNotFound,
    TooManyToShip,
)
from commerce_core.shipments.model import (
    MAX_REASON,
    MAX_TEXT,
    MAX_URL,
    NewShipment,
    ShipmentChanges,
    ShippedItem,
    Tracking,
)
from commerce_core.shipments.service import ShipmentService
from commerce_core.shipments.views import ShipmentsView

_OF_SHIPMENT = (OrderNotFound, ShipmentNotFound, ShipmentChanged, ShipmentEnded)


@frozen
class SendItem:
    """So many units of a line."""

    order_item_id: UUID
    quantity: Annotated[int, Limits(1, 999_999)]


@frozen
class CreateShipment:
    """What leaves. Without items it is all that is left to send; carriers the shop knows need no `tracking_url`."""

    example: ClassVar[dict[str, Any]] = {"carrier": "Colissimo", "tracking_number": "6A12345678901"}
    items: tuple[SendItem, ...] = ()
    carrier: Annotated[str, Limits(most=MAX_TEXT)] = ""
    tracking_number: Annotated[str, Limits(most=MAX_TEXT)] = ""
    tracking_url: Annotated[str, Limits(most=MAX_URL)] = ""
    shipped_at: datetime | None = None

    def wanted(self) -> NewShipment:
        """The same for the core."""
        items = tuple(ShippedItem(item.order_item_id, item.quantity) for item in self.items)
        return NewShipment(items, Tracking(self.carrier, self.tracking_number, self.tracking_url), self.shipped_at)


@frozen
class ChangeShipment(ShipmentChanges):
    """What is to be told better. An empty text takes away what was said."""

    example: ClassVar[dict[str, Any]] = {"tracking_number": "6A12345678902"}


@frozen
class DeliverShipment:
    """When it arrived; now, where nothing is said."""

    delivered_at: datetime | None = None


@frozen
class CancelShipment:
    """Why it will not arrive."""

    reason: Annotated[str, Limits(most=MAX_REASON)] = ""


@frozen
class AdminShipments:
    """`/v1/admin/orders/{order_id}/shipments`."""

    shipments: ShipmentService

    @operation(
        "List an order's shipments",
        answers={200: ShipmentsView},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID) -> Answer:
        """The first first, cancelled ones too."""
        return Answer(ShipmentsView(self.shipments.list_shipments(actor, order_id)))

    @operation(
        "Ship an order",
        answers={201: OrderShipmentView},
        refusals=(OrderNotFound, OrderChanged, OrderNotShippable, NothingToShip, TooManyToShip),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, order_id: UUID, body: CreateShipment, if_match: int | None) -> Answer:
        """Sends some or all of what is paid for and neither sent nor refunded. `If-Match` is the order's version."""
        made = self.shipments.ship(actor, order_id, body.wanted(), if_match)
        return Answer.created(made, f"/v1/admin/orders/{order_id}/shipments/{made.id}").at_version(made.version)


@frozen
class AdminShipment:
    """`/v1/admin/orders/{order_id}/shipments/{shipment_id}`."""

    shipments: ShipmentService

    @operation(
        "Read a shipment",
        answers={200: OrderShipmentView},
        refusals=(OrderNotFound, ShipmentNotFound),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID, shipment_id: UUID) -> Answer:
        """With the page on which to follow it."""
        found = self.shipments.find(actor, order_id, shipment_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a shipment",
        answers={200: OrderShipmentView},
        refusals=_OF_SHIPMENT,
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
    )
    def on_patch(
        self, actor: Actor, order_id: UUID, shipment_id: UUID, body: ChangeShipment, if_match: int | None
    ) -> Answer:
        """JSON Merge Patch: what is not mentioned stays. What is in it stays, too: cancel it and send again."""
        changed = self.shipments.change(actor, order_id, shipment_id, body, if_match)
        return Answer(changed).at_version(changed.version)


@frozen
class AdminShipmentDelivery:
    """`/v1/admin/orders/{order_id}/shipments/{shipment_id}/deliver`."""

    shipments: ShipmentService

    @operation(
        "Say that a shipment has arrived",
        answers={200: OrderShipmentView},
        refusals=_OF_SHIPMENT,
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(
        self, actor: Actor, order_id: UUID, shipment_id: UUID, body: DeliverShipment, if_match: int | None
    ) -> Answer:
        """When nothing else is to be sent and all of it has arrived, the order is COMPLETED."""
        arrived = self.shipments.deliver(actor, order_id, shipment_id, body.delivered_at, if_match)
        return Answer(arrived).at_version(arrived.version)


@frozen
class AdminShipmentCancellation:
    """`/v1/admin/orders/{order_id}/shipments/{shipment_id}/cancel`."""

    shipments: ShipmentService

    @operation(
        "Cancel a shipment",
        answers={200: OrderShipmentView},
        refusals=_OF_SHIPMENT,
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(
        self, actor: Actor, order_id: UUID, shipment_id: UUID, body: CancelShipment, if_match: int | None
    ) -> Answer:
        """For a parcel that has not arrived: what was in it is to be sent again, and a FULFILLED order is PAID."""
        cancelled = self.shipments.cancel(actor, order_id, shipment_id, body.reason, if_match)
        return Answer(cancelled).at_version(cancelled.version)
