"""What has happened to an order."""

from typing import ClassVar
from uuid import UUID

from attrs import frozen


@frozen
class _OrderEvent:
    type: ClassVar[str]
    order_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """The order."""
        return self.order_id


@frozen
class OrderPlaced(_OrderEvent):
    """Somebody bought, and has yet to pay."""

    type: ClassVar[str] = "order_placed"


@frozen
class OrderPaid(_OrderEvent):
    """The money is there."""

    type: ClassVar[str] = "order_paid"


@frozen
class OrderCancelled(_OrderEvent):
    """Nothing came of it."""

    type: ClassVar[str] = "order_cancelled"


@frozen
class OrderFulfilled(_OrderEvent):
    """The goods have left."""

    type: ClassVar[str] = "order_fulfilled"


@frozen
class OrderCompleted(_OrderEvent):
    """Nothing is left to do."""

    type: ClassVar[str] = "order_completed"
