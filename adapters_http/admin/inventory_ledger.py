"""The ledger behind the stock, who holds it, and the proof that both are right."""

from typing import Annotated, Self
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.inventory.errors import VariantNotTracked
from commerce_core.inventory.model import Repair
from commerce_core.inventory.service import InventoryService
from commerce_core.inventory.views import Explanation, HoldView, MovementView, RepairedPart, Verification
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, CursorPage, PageRequest

_Cursor = Annotated[str, Limits(most=100)]


@frozen
class LedgerQuery:
    """Which part of the list: a page, or what follows the answer whose `next_cursor` this is."""

    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24
    cursor: _Cursor | None = None


@frozen
class AdminStockMovements:
    """`/v1/admin/inventory/{variant_id}/movements`."""

    inventory: InventoryService

    @operation(
        "List the movements of a variant",
        answers={200: CursorPage[MovementView]},
        access=Access.STAFF,
        permission=Permission.INVENTORY_READ,
    )
    def on_get(self, actor: Actor, variant_id: UUID, query: LedgerQuery) -> Answer:
        """The latest first; also of a variant that is no longer counted."""
        page = PageRequest(query.page, query.per_page)
        return Answer(self.inventory.movements(actor, variant_id, page, query.cursor))


@frozen
class AdminStockReservations:
    """`/v1/admin/inventory/{variant_id}/reservations`."""

    inventory: InventoryService

    @operation(
        "List who holds units of a variant",
        answers={200: CursorPage[HoldView]},
        access=Access.STAFF,
        permission=Permission.INVENTORY_READ,
    )
    def on_get(self, actor: Actor, variant_id: UUID, query: LedgerQuery) -> Answer:
        """The latest first. Of a cart's id only the beginning is shown, because whoever knows it may use the cart."""
        page = PageRequest(query.page, query.per_page)
        return Answer(self.inventory.reservations(actor, variant_id, page, query.cursor))


@frozen
class AdminStockExplanation:
    """`/v1/admin/inventory/{variant_id}/explain`."""

    inventory: InventoryService

    @operation(
        "Explain the stock of a variant",
        answers={200: Explanation},
        refusals=(VariantNotTracked,),
        access=Access.STAFF,
        permission=Permission.INVENTORY_READ,
    )
    def on_get(self, actor: Actor, variant_id: UUID) -> Answer:
        """How it began, what came and went, and what is held for whom."""
        return Answer(self.inventory.explain(actor, variant_id))


@frozen
class ProofQuery:
    """Where to go on: the `next_cursor` of the part before; nothing begins at the beginning."""

    cursor: _Cursor | None = None


@frozen
class AdminStockVerification:
    """`/v1/admin/inventory/verify`."""

    inventory: InventoryService

    @operation(
        "Prove the stock", answers={200: Verification}, access=Access.STAFF, permission=Permission.INVENTORY_READ
    )
    def on_get(self, actor: Actor, query: ProofQuery) -> Answer:
        """Recomputes the counters of some thousand variants from the ledger and the holds, without stopping anybody.

        Go on while there is a `next_cursor`; the stock is proved when no part named a discrepancy.
        """
        return Answer(self.inventory.verify_part(actor, query.cursor))


@frozen
class CountersView:
    """The counters of a variant, before or after."""

    available: int
    reserved: int
    backorder_limit: int


@frozen
class RepairView:
    """What a repair did: null counters were missing before, or are not needed after."""

    variant_id: UUID
    sku: str | None
    before: CountersView | None
    after: CountersView | None
    released: int

    @classmethod
    def of(cls, repair: Repair) -> Self:
        """As an answer."""
        before, after = (
            CountersView(level.available, level.reserved, level.backorder_limit) if level else None
            for level in (repair.before, repair.after)
        )
        return cls(repair.variant_id, repair.sku, before, after, repair.released)


@frozen
class RepairsView:
    """The variants that were repaired in this part. `next_cursor` is where the next one begins."""

    repaired: tuple[RepairView, ...]
    checked: int
    next_cursor: str | None

    @classmethod
    def of(cls, part: RepairedPart) -> Self:
        """As an answer."""
        return cls(tuple(RepairView.of(repair) for repair in part.repaired), part.checked, part.next_cursor)


@frozen
class AdminStockRepair:
    """`/v1/admin/inventory/repair`."""

    inventory: InventoryService

    @operation(
        "Set the counters to the ledger",
        answers={200: RepairsView},
        access=Access.STAFF,
        permission=Permission.INVENTORY_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, query: ProofQuery) -> Answer:
        """Ends holds without an owner, and writes an audit row for each variant. A shelf that differs is a count.

        Part by part like the proof: go on while there is a `next_cursor`.
        """
        return Answer(RepairsView.of(self.inventory.repair_part(actor, query.cursor)))
