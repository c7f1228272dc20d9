"""What has happened to a shipment."""

from typing import ClassVar
from uuid import UUID

from attrs import frozen


@frozen
class _ShipmentEvent:
    type: ClassVar[str]
    order_id: UUID
    shipment_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """The order."""
        return self.order_id


@frozen
class OrderShipped(_ShipmentEvent):
    """A parcel of the order has left."""

    type: ClassVar[str] = "order_shipped"


@frozen
class OrderDelivered(_ShipmentEvent):
    """A parcel of the order has arrived."""

    type: ClassVar[str] = "order_delivered"


@frozen
class ShipmentCancelled(_ShipmentEvent):
    """A parcel does not arrive: what was in it is to be sent again."""

    type: ClassVar[str] = "shipment_cancelled"
