"""Refusals about shipments."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion


@frozen
class ShipmentNotFound(NotFound):
    """The order has no such shipment."""

    code = "shipment-not-found"
    detail = "The order has no such shipment."
    shipment_id: UUID


@frozen
class ShipmentChanged(StaleVersion):
    """Somebody changed the shipment since the caller read it."""

    code = "shipment-changed"
    detail = "The shipment has changed since you read it; it is now version {version}."
    version: int


@frozen
class ShipmentEnded(Conflict):
    """What has arrived or was cancelled stays so."""

    code = "shipment-ended"
    detail = "This shipment is {status} already."
    shipment_id: UUID
    status: str


@frozen
class OrderNotShippable(Conflict):
    """Only what is paid for, and not given back, is sent."""

    code = "order-not-shippable"
    detail = "An order that is {status} is not sent."
    order_id: UUID
    status: str


@frozen
class NothingToShip(Conflict):
    """All of it has left, is refunded, or needs no shipping."""

    code = "nothing-to-ship"
    detail = "Nothing of this order is left to send."
    order_id: UUID


@frozen
class TooManyToShip(Conflict):
    """Less is left to send of a line: the rest has left, or is refunded."""

    code = "too-many-to-ship"
    detail = "{wanted} were to be sent of this line, and {left} are left to send."
    order_item_id: UUID
    wanted: int
    left: int
