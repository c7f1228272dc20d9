"""What operators and the clock do with stock."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.catalog.errors import SkuUnknown
from commerce_core.inventory.errors import VariantNotTracked
from commerce_core.inventory.model import Count, Level, Movement, Repair, StockChanges
from commerce_core.inventory.ports import InventoryWork
from commerce_core.inventory.views import (
    Discrepancy,
    Explanation,
    HoldView,
    InventoryReader,
    MovementView,
    RepairedPart,
    StockQuery,
    StockView,
    Verification,
)
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import CursorPage, Page, PageRequest
from commerce_core.kernel.slices import in_slices
from commerce_core.kernel.text import text_error
from commerce_core.kernel.transaction import Begin, retried

_SWEEP = 500  # reservations in one transaction
_PROOF = 200  # variants in one statement, so that none takes long however large the shop
_PART = 10_000  # variants in one part of the proof, so that a request does not either
_TOLD = 100  # discrepancies after which a part ends early


@frozen
class InventoryService:
    """Receives, counts, corrects, sweeps, explains and proves the stock."""

    begin: Begin[InventoryWork]
    read: InventoryReader

    # --- writes -------------------------------------------------------------------------------------------------------

    @retried
    def move(self, actor: Actor, movement: Movement) -> StockView:
        """Write one movement: a receipt, correction, return or damage. Begins to track a variant that was not.

        Raises `PermissionDenied`, `InvalidInput`, `StockTooLow` or `VariantNotTracked`; then nothing has changed.
        """
        actor.must(Permission.INVENTORY_WRITE)
        movement.must_be_by_hand()
        with self.begin() as work:
            [moved] = work.stock.move([movement], actor)
            work.audit.record(
                _entry(actor, movement.type, movement.variant_id, on_hand=(moved.before.on_hand, moved.after.on_hand))
            )
        return self._stock(movement.variant_id)

    @retried
    def count(self, actor: Actor, count: Count, expected_version: int | None = None) -> StockView:
        """Make the ledger say what somebody found on the shelf; a count that agrees is only written into the audit log.

        Raises `PermissionDenied`, `InvalidInput`, `StockChanged` when units moved since `expected_version` was read,
        `StockTooLow` when more is held than was found, or `VariantNotTracked`; then nothing has changed.
        """
        actor.must(Permission.INVENTORY_WRITE)
        count.must_be_possible()
        with self.begin() as work:
            level = work.stock.lock(count.variant_id, track=True)
            level.must_be(expected_version)
            if movement := count.movement(level.on_hand):
                work.stock.move([movement], actor)
            counted = {"on_hand" if movement else "agreed_at": (level.on_hand if movement else None, count.quantity)}
            work.audit.record(_entry(actor, "count", count.variant_id, **counted))
        return self._stock(count.variant_id)

    @retried
    def change(
        self, actor: Actor, variant_id: UUID, changes: StockChanges, expected_version: int | None = None
    ) -> StockView | None:
        """Change how a variant is counted; None when it no longer is. A new threshold tells nobody until units go.

        Raises `PermissionDenied`, `InvalidInput`, `StockChanged`, `BackordersTaken` or `VariantNotTracked` (also for a
        variant that is not tracked, unless that is what changes); then nothing has changed.
        """
        actor.must(Permission.INVENTORY_WRITE)
        changes.must_be_possible()
        with self.begin() as work:
            before = work.stock.lock(variant_id, track=changes.tracked is True)
            before.must_be(expected_version)
            if changes.tracked is False:
                work.stock.untrack(before, actor)
                work.audit.record(_entry(actor, "untrack", variant_id, on_hand=(before.on_hand, None)))
                return None
            after = before.changed(changes)
            if after != before or changes.tracked is True:
                work.stock.save(after)
                work.audit.record(_entry(actor, "change", variant_id, **_settings(before, after, changes)))
        return self._stock(variant_id)

    def release_expired(self) -> int:
        """Give back what carts held for too long; returns how many reservations ended."""
        return in_slices(self._release, _SWEEP)

    @retried
    def _release(self, limit: int) -> int:
        with self.begin() as work:
            return work.stock.release_expired(limit)

    # --- reads --------------------------------------------------------------------------------------------------------

    def variant(self, actor: Actor, sku: str) -> UUID:
        """The variant with this SKU. Raises `PermissionDenied` or `SkuUnknown`."""
        actor.must(Permission.INVENTORY_READ)
        found = None if text_error("", sku, limit=1000) else self.read.variant(sku)
        if found is None:
            raise SkuUnknown(sku)
        return found

    def stock(self, actor: Actor, variant_id: UUID) -> StockView:
        """The counters of a variant. Raises `PermissionDenied`, or `VariantNotTracked` when it is not tracked."""
        actor.must(Permission.INVENTORY_READ)
        return self._stock(variant_id)

    def list_stock(self, actor: Actor, query: StockQuery, page: PageRequest) -> Page[StockView]:
        """Tracked variants, the newest first. Raises `PermissionDenied`."""
        actor.must(Permission.INVENTORY_READ)
        return self.read.page(query, page)

    def movements(
        self, actor: Actor, variant_id: UUID, page: PageRequest, cursor: str | None = None
    ) -> CursorPage[MovementView]:
        """The ledger of a variant, the latest first, also of one that is no longer tracked.

        `cursor` is the `next_cursor` of the answer before and wins over the page. Raises `PermissionDenied`, or
        `InvalidInput` for a cursor that is none.
        """
        actor.must(Permission.INVENTORY_READ)
        return self.read.movements(variant_id, _row(cursor), page)

    def reservations(
        self, actor: Actor, variant_id: UUID, page: PageRequest, cursor: str | None = None
    ) -> CursorPage[HoldView]:
        """Who holds units of a variant now, the latest first. Cursor and refusals as for `movements`."""
        actor.must(Permission.INVENTORY_READ)
        return self.read.reservations(variant_id, _row(cursor), page)

    def explain(self, actor: Actor, variant_id: UUID) -> Explanation:
        """Why the number is what it is. Raises `PermissionDenied` or `VariantNotTracked`."""
        actor.must(Permission.INVENTORY_READ)
        found = self.read.explanation(variant_id)
        if found is None:
            raise VariantNotTracked(variant_id)
        return found

    def _stock(self, variant_id: UUID) -> StockView:
        found = self.read.stock(variant_id)
        if found is None:
            raise VariantNotTracked(variant_id)
        return found

    # --- proof --------------------------------------------------------------------------------------------------------

    def verify(self, actor: Actor) -> list[Discrepancy]:
        """Recompute every counter from the ledger and the holds; empty means that all of them agree.

        Nothing is locked: each variant is looked at in one moment, the shop goes on. Raises `PermissionDenied`.
        """
        actor.must(Permission.INVENTORY_READ)
        return [found for _, wrong in self._slices(None) for found in wrong]

    def verify_part(self, actor: Actor, cursor: str | None = None) -> Verification:
        """The same in parts, each small enough for one request; `cursor` is the `next_cursor` of the part before.

        Raises `PermissionDenied`, or `InvalidInput` for a cursor that is none.
        """
        actor.must(Permission.INVENTORY_READ)
        return self._part(cursor)

    def repair(self, actor: Actor) -> list[Repair]:
        """Set every counter that disagrees to what ledger and holds prove, variant by variant, with an audit row each.

        The ledger is the truth here; when the shelf says something else, count it. Returns what was repaired. Raises
        `PermissionDenied`.
        """
        actor.must(Permission.INVENTORY_WRITE)
        return [repair for _, wrong in self._slices(None) for repair in self._repaired(actor, wrong)]

    def repair_part(self, actor: Actor, cursor: str | None = None) -> RepairedPart:
        """The same in the parts of `verify_part`, with its refusals."""
        actor.must(Permission.INVENTORY_WRITE)
        part = self._part(cursor)
        return RepairedPart(tuple(self._repaired(actor, part.discrepancies)), part.checked, part.next_cursor)

    def _repaired(self, actor: Actor, wrong: Iterable[Discrepancy]) -> Iterator[Repair]:
        for found in wrong:
            if repair := self._repair(actor, found.variant_id):
                yield repair

    @retried
    def _repair(self, actor: Actor, variant_id: UUID) -> Repair | None:
        with self.begin() as work:
            repair = work.stock.repair(variant_id)
            if repair is not None:
                work.audit.record(_entry(actor, "repair", variant_id, **_differences(repair)))
        return repair

    def _part(self, cursor: str | None) -> Verification:
        found, checked = list[Discrepancy](), 0
        for ids, wrong in self._slices(_variant(cursor)):
            found += wrong
            checked += len(ids)
            if len(ids) == _PROOF and (checked >= _PART or len(found) >= _TOLD):
                return Verification(tuple(found), checked, str(ids[-1]))
        return Verification(tuple(found), checked, None)

    def _slices(self, after: UUID | None) -> Iterator[tuple[Sequence[UUID], Sequence[Discrepancy]]]:
        """Some variants at a time, and those of them that disagree."""
        while ids := self.read.variants_after(after, _PROOF):
            yield ids, self.read.discrepancies(ids)
            after = ids[-1]


def _entry(actor: Actor, action: str, variant_id: UUID, **changes: tuple[object, object]) -> AuditEntry:
    return AuditEntry(actor, f"inventory.{action}", "variant", str(variant_id), changes)


def _settings(before: Level, after: Level, changes: StockChanges) -> Changes:
    """What was set; that it is counted is told also where it was before."""
    names = ("backorder_limit", "low_threshold")
    begun: Changes = {"tracked": (None, True)} if changes.tracked is True else {}
    return begun | {name: (getattr(before, name), getattr(after, name)) for name in names}


def _differences(repair: Repair) -> Changes:
    """What changed; None stands for counters that are not there."""
    names = ("available", "reserved", "backorder_limit")
    counters: Changes = {
        name: (getattr(repair.before, name, None), getattr(repair.after, name, None)) for name in names
    }
    return counters | {"orphaned": (repair.released, 0)}


def _row(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        raise _no_cursor()
    return int(cursor)


def _variant(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError:
        raise _no_cursor() from None


def _no_cursor() -> InvalidInput:
    return InvalidInput.at("/cursor", "invalid-cursor", "Must be the next_cursor of an answer.")
