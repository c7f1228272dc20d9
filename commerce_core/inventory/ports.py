"""What stock asks of the database."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commerce_core.access.model import Actor
from commerce_core.access.ports import AuditLog
from commerce_core.inventory.model import Hold, InventoryPolicy, Level, Moved, Movement, Quantities, Repair
from commerce_core.kernel.transaction import Work


class Stock(Protocol):
    """The shelf, inside one transaction. Untracked variants have no row here and never run out.

    Whoever owns a reservation is locked before it changes: the cart, or the order once there is one.
    """

    def hold(self, cart_id: UUID, wanted: Quantities, policy: InventoryPolicy) -> Sequence[Hold]:
        """Make the cart hold exactly `wanted` of these variants; zero gives back. Writes `StockLow` where it is due.

        Returns the shelf for each tracked variant. Raises `OutOfStock` when any is short, even after what expired was
        released; then none is held.
        """
        ...

    def lock_all(self, variant_ids: Sequence[UUID]) -> None:
        """Make these ours until the transaction ends, before several things are done to some of them each."""
        ...

    def hold_for_order(self, cart_id: UUID, order_id: UUID, wanted: Quantities, until: datetime) -> None:
        """Turn the cart's holds into the order's, holding what is missing. Raises `OutOfStock`."""
        ...

    def sell(self, order_id: UUID) -> None:
        """Turn the order's holds into sale movements."""
        ...

    def give_back(self, order_id: UUID) -> None:
        """End the order's holds; the units are free again."""
        ...

    def take_back(self, order_id: UUID, returned: Quantities) -> None:
        """Write that units of a sale are on the shelf again. Variants that are not counted stay so."""
        ...

    def return_to_cart(self, order_id: UUID, until: datetime) -> None:
        """Turn the order's holds into its cart's again, as if they were taken now. Nothing becomes free meanwhile.

        Their variants are locked before, together with what else is held next: see `lock_all`.
        """
        ...

    def move(self, movements: Iterable[Movement], actor: Actor) -> Sequence[Moved]:
        """Write movements, one of each variant at most, count them, and write `StockLow` where it is due.

        A variant not tracked so far is from now on. Raises `StockTooLow` when units would go that are not free, even
        after what expired was released, `VariantNotTracked` for an unknown variant, and `InvalidInput` for an unknown
        order or more units than a counter can hold.
        """
        ...

    def lock(self, variant_id: UUID, *, track: bool = False) -> Level:
        """The counters of a variant, ours until the transaction ends; `track` begins to count with none.

        Raises `VariantNotTracked`.
        """
        ...

    def save(self, level: Level) -> None:
        """Write counters and settings of a variant that is locked."""
        ...

    def track(self, variant_id: UUID, backorder_limit: int) -> None:
        """Keep count of this variant from now on, beginning with none if it was not tracked."""
        ...

    def untrack(self, level: Level, actor: Actor) -> None:
        """Write off what is on hand, end every hold and stop counting."""
        ...

    def repair(self, variant_id: UUID) -> Repair | None:
        """End holds that nobody stands behind, then set the counters to what ledger and holds prove.

        None when they agree. Locks the owners of those holds before the counters.
        """
        ...

    def release_expired(self, limit: int) -> int:
        """Give back what carts hold for too long; returns how many reservations ended. Never waits for a busy cart."""
        ...


class InventoryWork(Work, Protocol):
    """What one transaction about stock touches."""

    @property
    def stock(self) -> Stock:
        """The shelf."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
