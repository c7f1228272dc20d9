"""Stock as people read it."""

from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.inventory.model import Discrepancy


@frozen
class StockView:
    """The counters of one tracked variant."""

    variant_id: UUID
    sku: str | None
    title: str
    on_hand: int
    reserved: int
    available: int
    backorder_limit: int
    version: int


class InventoryReader(Protocol):
    """Stock as people look at it."""

    def stock(self, variant_id: UUID) -> StockView | None:
        """One tracked variant, None when it is not tracked."""
        ...

    def discrepancies(self) -> list[Discrepancy]:
        """Every counter that disagrees with its ledger or its reservations."""
        ...
