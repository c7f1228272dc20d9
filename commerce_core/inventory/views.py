"""Stock as people read it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.inventory.model import MovementType, Repair
from commerce_core.kernel.page import CursorPage, Page, PageRequest


@frozen
class StockView:
    """The counters of one tracked variant. `low_threshold`: at how many free units the shop says so, null for never."""

    variant_id: UUID
    sku: str | None
    title: str
    on_hand: int
    reserved: int
    available: int
    backorder_limit: int
    low_threshold: int | None
    version: int
    updated_at: datetime


@frozen
class StockQuery:
    """Which variants: words of the product or a SKU, those at their threshold, those that cannot be sold."""

    text: str | None = None
    low: bool = False
    out: bool = False


@frozen
class MovementView:
    """A line of the ledger. `staff` is a name; null is the shop itself."""

    id: int
    type: MovementType
    quantity: int
    on_hand_after: int
    reason: str
    note: str
    order_number: int | None
    staff: str | None
    at: datetime


@frozen
class HoldView:
    """Units held for somebody. Whoever knows the id of a cart may use it, so only its beginning is shown."""

    id: int
    cart: str
    order_number: int | None
    email: str | None
    quantity: int
    held_since: datetime
    expires_at: datetime


@frozen
class MovementTotal:
    """What the movements of one type come to."""

    type: MovementType
    movements: int
    quantity: int


@frozen
class Explanation:
    """Why a variant has the number it has: `moved` is the sum of its movements, `held` of its holds.

    `opening` is the first movement and counts in `totals` too. `holds` are the latest hundred of `holds_count`.
    `agrees`: on hand is what was moved, reserved is what is held.
    """

    stock: StockView
    opening: MovementView | None
    totals: tuple[MovementTotal, ...]
    moved: int
    held: int
    holds: tuple[HoldView, ...]
    holds_count: int
    agrees: bool


class Problem(StrEnum):
    """What is wrong with a counter."""

    ON_HAND = "on-hand-differs-from-ledger"
    RESERVED = "reserved-differs-from-holds"
    MISSING = "counters-missing"
    ORPHANS = "holds-without-owner"


@frozen
class Drift:
    """The first movement after which the ledger's own note of what is on hand left the sum of the movements."""

    movement_id: int
    type: MovementType
    at: datetime
    moved: int  # the sum of the movements up to here
    on_hand_after: int


@frozen
class Discrepancy:
    """A variant whose counters do not say what ledger and holds prove; null counters are missing.

    Without a `drift` the counters left the ledger after its last movement.
    """

    variant_id: UUID
    sku: str | None
    available_qty: int | None
    reserved_qty: int | None
    moved: int  # the sum of the movements
    held: int  # the sum of the active holds
    orphaned: int  # of those, what nobody stands behind
    problems: tuple[Problem, ...]
    drift: Drift | None


@frozen
class Verification:
    """A part of the proof: how many variants were looked at, and which of them disagree.

    `next_cursor` is where the next part begins. Without one that was the last, and a shop whose parts are all empty is
    proved.
    """

    discrepancies: tuple[Discrepancy, ...]
    checked: int
    next_cursor: str | None


@frozen
class RepairedPart:
    """What was repaired in the same part."""

    repaired: tuple[Repair, ...]
    checked: int
    next_cursor: str | None


class InventoryReader(Protocol):
    """Stock as people look at it."""

    def variant(self, sku: str) -> UUID | None:
        """The variant with this SKU."""
        ...

    def stock(self, variant_id: UUID) -> StockView | None:
        """One tracked variant, None when it is not tracked."""
        ...

    def page(self, query: StockQuery, request: PageRequest) -> Page[StockView]:
        """Tracked variants, the newest first."""
        ...

    def movements(self, variant_id: UUID, before: int | None, request: PageRequest) -> CursorPage[MovementView]:
        """The ledger of a variant, the latest first; `before`: from below this movement on, whatever the page."""
        ...

    def reservations(self, variant_id: UUID, before: int | None, request: PageRequest) -> CursorPage[HoldView]:
        """The active holds on a variant, the latest first; `before` as above."""
        ...

    def explanation(self, variant_id: UUID) -> Explanation | None:
        """All numbers of one moment; None when the variant is not tracked."""
        ...

    def variants_after(self, variant_id: UUID | None, limit: int) -> Sequence[UUID]:
        """Variants by their ids, tracked or not, from the one after `variant_id` on."""
        ...

    def discrepancies(self, variant_ids: Sequence[UUID]) -> list[Discrepancy]:
        """Those of these variants whose counters disagree with their ledger or their holds."""
        ...
