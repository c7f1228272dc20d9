"""What shipments ask of the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from commerce_core.access.model import Actor
from commerce_core.orders.model import Order, OrderId
from commerce_core.orders.ports import OrderWork
from commerce_core.shipments.model import Shipment


class Shipments(Protocol):
    """Shipments, inside one transaction. They change only under the lock of their order."""

    def lock_order(self, order_id: OrderId) -> tuple[Order, Sequence[Shipment]]:
        """The order, ours until the transaction ends, and its shipments. Raises `OrderNotFound`."""
        ...

    def add(self, shipment: Shipment, actor: Actor) -> None:
        """A new shipment, counted at once in the lines of its order."""
        ...

    def save(self, before: Shipment, after: Shipment) -> None:
        """What has become of a shipment, counted as well."""
        ...


class ShipmentWork(OrderWork, Protocol):
    """What one transaction about a shipment touches."""

    @property
    def shipments(self) -> Shipments:
        """Shipments."""
        ...


class ShipmentReader(Protocol):
    """Shipments as people and the clock look at them."""

    def of_order(self, order_id: OrderId) -> Sequence[Shipment]:
        """The shipments of an order, the first first; none of an order that is not there."""
        ...

    def knows(self, order_id: OrderId) -> bool:
        """Whether there is such an order."""
        ...

    def arrived_by_now(self, sent_before: datetime, limit: int) -> Sequence[OrderId]:
        """FULFILLED orders of which nothing has left since, the longest waiting first."""
        ...
