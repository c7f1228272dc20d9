"""What stock is made of."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from attrs import frozen

MAX_QUANTITY = 1_000_000  # of one variant in one movement; far above any shop's, far below a 32-bit counter

Quantities = Mapping[UUID, int]  # variant id -> units


class MovementType(StrEnum):
    """Why units came or went."""

    RECEIPT = "receipt"
    CORRECTION = "correction"
    COUNT = "count"
    SALE = "sale"
    RETURN = "return"
    DAMAGE = "damage"


@frozen
class InventoryPolicy:
    """How long a cart keeps what it holds: from the line's last change, and at most from its first."""

    hold: timedelta = timedelta(minutes=30)
    hold_limit: timedelta = timedelta(hours=2)


@frozen
class Hold:
    """What one cart holds of a variant now."""

    variant_id: UUID
    available: int  # what this cart may have in all, its own hold included
    expires_at: datetime | None  # None: no longer held


@frozen
class Movement:
    """Units that come (positive) or go (negative), and why."""

    variant_id: UUID
    type: MovementType
    quantity: int
    reason: str = ""


@frozen
class Discrepancy:
    """A counter that does not say what the ledger says."""

    variant_id: UUID
    available_qty: int
    reserved_qty: int
    moved: int  # the sum of the movements
    held: int  # the sum of the active reservations
