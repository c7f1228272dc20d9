"""Refusals about orders."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion


@frozen
class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""

    code = "order-not-found"
    detail = "There is no such order."


@frozen
class OrderStatusRefused(Conflict):
    """The order cannot go there from where it is."""

    code = "order-status-refused"
    detail = "An order that is {status} cannot become {wanted}."
    order_id: UUID
    status: str
    wanted: str


@frozen
class OrderIsPaid(Conflict):
    """A paid order is not cancelled: its money is refunded."""

    code = "order-is-paid"
    detail = "This order is paid. Refund it instead of cancelling it."
    order_id: UUID


@frozen
class OrderChanged(StaleVersion):
    """Somebody else changed the order since it was read."""

    code = "order-changed"
    detail = "The order has changed since you read it; it is now version {version}."
    version: int
