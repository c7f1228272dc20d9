"""Refusals about draft orders."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion


@frozen
class DraftOrderNotFound(NotFound):
    """There is no such draft."""

    code = "draft-order-not-found"
    detail = "There is no such draft order."


@frozen
class DraftOrderChanged(StaleVersion):
    """Somebody else changed the draft since it was read."""

    code = "draft-order-changed"
    detail = "The draft order has changed since you read it; it is now version {version}."
    version: int


@frozen
class DraftOrderPlaced(Conflict):
    """The draft is an order now. It can be changed again once that is cancelled."""

    code = "draft-order-placed"
    detail = "This draft has become an order. Cancel that one to go on with the draft."
    draft_order_id: UUID


@frozen
class DraftOrderIncomplete(Conflict):
    """Something is missing without which there is no order."""

    code = "draft-order-incomplete"
    detail = "This draft lacks something that an order needs."
    missing: tuple[str, ...]
