"""What operators and the clock do with stock."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.inventory.errors import VariantNotTracked
from commerce_core.inventory.model import MAX_QUANTITY, Discrepancy, Movement, MovementType
from commerce_core.inventory.ports import InventoryWork
from commerce_core.inventory.views import InventoryReader, StockView
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.text import text_error
from commerce_core.kernel.transaction import Begin, retried

_SWEEP = 500  # reservations in one transaction


@frozen
class InventoryService:
    """Receives, corrects, sweeps and proves the stock."""

    begin: Begin[InventoryWork]
    read: InventoryReader

    @retried
    def move(self, actor: Actor, movement: Movement) -> StockView:
        """Write one movement: a receipt, correction, return or damage.

        Raises `PermissionDenied`, `InvalidInput`, `StockTooLow` or `VariantNotTracked`; then nothing has changed.
        """
        actor.must(Permission.INVENTORY_WRITE)
        _check(movement)
        with self.begin() as work:
            work.stock.move([movement], actor)
            work.audit.record(
                AuditEntry(
                    actor,
                    f"inventory.{movement.type}",
                    "variant",
                    str(movement.variant_id),
                    {"on_hand": (None, movement.quantity)},
                )
            )
        return self.stock(actor, movement.variant_id)

    def stock(self, actor: Actor, variant_id: UUID) -> StockView:
        """The counters of a variant. Raises `VariantNotTracked` when it is not tracked."""
        actor.must(Permission.INVENTORY_READ)
        found = self.read.stock(variant_id)
        if found is None:
            raise VariantNotTracked(variant_id)
        return found

    def verify(self, actor: Actor) -> list[Discrepancy]:
        """Recompute every counter from the ledger and the reservations; empty means that all of them agree."""
        actor.must(Permission.INVENTORY_READ)
        return self.read.discrepancies()

    def release_expired(self) -> int:
        """Give back what carts held for too long; returns how many reservations ended."""
        released = 0
        while True:
            batch = self._release_batch()
            released += batch
            if batch < _SWEEP:
                return released

    @retried
    def _release_batch(self) -> int:
        with self.begin() as work:
            return work.stock.release_expired(_SWEEP)


def _check(movement: Movement) -> None:
    if movement.type in {MovementType.SALE, MovementType.COUNT}:
        raise InvalidInput.at("/type", "invalid-type", "Sales and counts are not written by hand.")
    if movement.quantity == 0 or abs(movement.quantity) > MAX_QUANTITY:
        raise InvalidInput.at("/quantity", "out-of-range", f"Must be 1 to {MAX_QUANTITY} units, in either direction.")
    if error := text_error("/reason", movement.reason, limit=500):
        raise InvalidInput((error,))
