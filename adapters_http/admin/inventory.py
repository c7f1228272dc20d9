"""Stock for operators."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.inventory.errors import BackordersTaken, StockChanged, StockTooLow, VariantNotTracked
from commerce_core.inventory.model import MAX_QUANTITY, Count, Movement, MovementType, StockChanges
from commerce_core.inventory.service import InventoryService
from commerce_core.inventory.views import StockQuery, StockView
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.kernel.unset import UNSET, Unset

_Amount = Annotated[int, Limits(0, MAX_QUANTITY)]
_Reason = Annotated[str, Limits(most=500)]
_Note = Annotated[str, Limits(most=2000)]


@frozen
class StockListQuery:
    """Which variants, and which page of them."""

    q: Annotated[str, Limits(most=200)] | None = None
    low: bool = False
    out: bool = False
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminInventory:
    """`/v1/admin/inventory`."""

    inventory: InventoryService

    @operation("List stock", answers={200: Page[StockView]}, access=Access.STAFF, permission=Permission.INVENTORY_READ)
    def on_get(self, actor: Actor, query: StockListQuery) -> Answer:
        """Variants that are counted, the newest first.

        `q` looks for words of the product, or for a SKU. `low`: at their threshold or below. `out`: cannot be sold,
        backorders included.
        """
        wanted = StockQuery(query.q, query.low, query.out)
        return Answer(self.inventory.list_stock(actor, wanted, PageRequest(query.page, query.per_page)))


@frozen
class ChangeStock:
    """How the variant is to be counted."""

    example: ClassVar[dict[str, Any]] = {"low_threshold": 5, "backorder_limit": 10}

    tracked: bool | Unset = UNSET
    low_threshold: _Amount | Unset | None = UNSET
    backorder_limit: _Amount | Unset = UNSET


@frozen
class AdminStock:
    """`/v1/admin/inventory/{variant_id}`."""

    inventory: InventoryService

    @operation(
        "Read the stock of a variant",
        answers={200: StockView},
        refusals=(VariantNotTracked,),
        access=Access.STAFF,
        permission=Permission.INVENTORY_READ,
    )
    def on_get(self, actor: Actor, variant_id: UUID) -> Answer:
        """`available` is what can be sold before backorders; it is below zero when backorders were."""
        found = self.inventory.stock(actor, variant_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change how a variant is counted",
        answers={200: StockView, 204: None},
        refusals=(VariantNotTracked, StockChanged, BackordersTaken),
        access=Access.STAFF,
        permission=Permission.INVENTORY_WRITE,
    )
    def on_patch(self, actor: Actor, variant_id: UUID, body: ChangeStock, if_match: int | None) -> Answer:
        """JSON Merge Patch: what is not mentioned stays.

        `low_threshold`: when available falls to it, the event `inventory.low` says so; null for never.
        `tracked` false (204): what is on hand is written off, holds end and the variant never runs out.
        """
        changes = StockChanges(body.tracked, body.low_threshold, body.backorder_limit)
        found = self.inventory.change(actor, variant_id, changes, if_match)
        return Answer(found).at_version(found.version) if found else Answer.nothing()


@frozen
class AdjustStock:
    """Units that came (positive) or went (negative). `order_id`: what they belong to, as with a return."""

    example: ClassVar[dict[str, Any]] = {"type": "damage", "quantity": -2, "reason": "dropped"}

    type: Literal["receipt", "correction", "return", "damage"]
    quantity: Annotated[int, Limits(-MAX_QUANTITY, MAX_QUANTITY)]
    reason: _Reason = ""
    note: _Note = ""
    order_id: UUID | None = None


@frozen
class AdminStockAdjustments:
    """`/v1/admin/inventory/{variant_id}/adjustments`."""

    inventory: InventoryService

    @operation(
        "Write a movement",
        answers={201: StockView},
        refusals=(VariantNotTracked, StockTooLow),
        access=Access.STAFF,
        permission=Permission.INVENTORY_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, variant_id: UUID, body: AdjustStock) -> Answer:
        """A receipt, return, damage or correction. A variant that was not counted is from now on."""
        movement = Movement(variant_id, MovementType(body.type), body.quantity, body.reason, body.note, body.order_id)
        return _written(self.inventory.move(actor, movement))


@frozen
class CountStock:
    """What was found on the shelf, units held for buyers included."""

    example: ClassVar[dict[str, Any]] = {"quantity": 37, "reason": "yearly count"}

    quantity: _Amount
    reason: _Reason = ""
    note: _Note = ""


@frozen
class AdminStockCounts:
    """`/v1/admin/inventory/{variant_id}/counts`."""

    inventory: InventoryService

    @operation(
        "Set the stock to what was counted",
        answers={201: StockView},
        refusals=(VariantNotTracked, StockChanged, StockTooLow),
        access=Access.STAFF,
        permission=Permission.INVENTORY_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, variant_id: UUID, body: CountStock, if_match: int | None) -> Answer:
        """With `If-Match`, only if no unit came or went since that version was read."""
        counted = Count(variant_id, body.quantity, body.reason, body.note)
        return _written(self.inventory.count(actor, counted, if_match))


def _written(stock: StockView) -> Answer:
    where = f"/v1/admin/inventory/{stock.variant_id}/movements"
    return Answer.created(stock, where).at_version(stock.version)
