"""What has happened to stock that somebody may want to know."""

from typing import ClassVar
from uuid import UUID

from attrs import frozen


@frozen
class StockLow:
    """What is free of a variant has just fallen to its threshold, or through it; told once for each time it falls."""

    type: ClassVar[str] = "inventory.low"
    variant_id: UUID
    available: int
    threshold: int

    @property
    def aggregate_id(self) -> UUID:
        """The variant."""
        return self.variant_id
