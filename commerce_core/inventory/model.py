"""What stock is made of."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.inventory.errors import BackordersTaken, StockChanged, StockTooLow
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset, given

MAX_QUANTITY = 1_000_000  # of one variant in one movement; far above any shop's, far below a 32-bit counter
MAX_ON_HAND = 1_000_000_000

_DAY = 24 * 60  # minutes

Quantities = Mapping[UUID, int]  # variant id -> units


class MovementType(StrEnum):
    """Why units came or went."""

    RECEIPT = "receipt"
    CORRECTION = "correction"
    COUNT = "count"
    SALE = "sale"
    RETURN = "return"
    DAMAGE = "damage"


# What people may write, and the sign it has; None is either.
_BY_HAND: Mapping[MovementType, int | None] = {
    MovementType.RECEIPT: 1,
    MovementType.RETURN: 1,
    MovementType.DAMAGE: -1,
    MovementType.CORRECTION: None,
}


@frozen
class InventoryPolicy:
    """How long a cart keeps what it holds: from the line's last change, and at most from its first."""

    hold: timedelta = timedelta(minutes=30)
    hold_limit: timedelta = timedelta(hours=2)

    @classmethod
    def of_minutes(cls, hold: int, limit: int) -> Self:
        """As an operator sets it. Raises `InvalidInput` unless 0 < hold ≤ limit ≤ a day."""
        if not 0 < hold <= limit <= _DAY:
            detail = f"Must be 1 to HOLD_LIMIT_MINUTES, which is {_DAY} at most."
            raise InvalidInput.at("HOLD_MINUTES", "invalid-setting", detail)
        return cls(timedelta(minutes=hold), timedelta(minutes=limit))


@frozen
class Hold:
    """What one cart holds of a variant now."""

    variant_id: UUID
    available: int  # what this cart may have in all, its own hold included
    expires_at: datetime | None  # None: no longer held


@frozen
class Movement:
    """Units that come (positive) or go (negative), and why. `order_id`: what they belong to, as with a return."""

    variant_id: UUID
    type: MovementType
    quantity: int
    reason: str = ""
    note: str = ""
    order_id: UUID | None = None

    def must_be_by_hand(self) -> None:
        """Raises `InvalidInput` for what a person cannot have done, or nobody could keep."""
        errors: list[FieldError | None] = [*_texts(self.reason, self.note)]
        if self.type not in _BY_HAND:
            errors.append(FieldError("/type", "invalid-type", "Sales and counts are not written by hand."))
        elif self.quantity == 0 or abs(self.quantity) > MAX_QUANTITY:
            detail = f"Must be 1 to {MAX_QUANTITY} units, in either direction."
            errors.append(FieldError("/quantity", "out-of-range", detail))
        elif (sign := _BY_HAND[self.type]) is not None and self.quantity * sign < 0:
            detail = f"A {self.type} {'adds units' if sign > 0 else 'takes units away'}; use a correction otherwise."
            errors.append(FieldError("/quantity", "wrong-sign", detail))
        _refuse(errors)


@frozen
class Count:
    """What somebody found on the shelf, whatever the shop believed; units held for buyers are among them."""

    variant_id: UUID
    quantity: int
    reason: str = ""
    note: str = ""

    def must_be_possible(self) -> None:
        """Raises `InvalidInput`."""
        errors = [*_texts(self.reason, self.note)]
        if not 0 <= self.quantity <= MAX_QUANTITY:
            errors.append(FieldError("/quantity", "out-of-range", f"Must be 0 to {MAX_QUANTITY} units."))
        _refuse(errors)

    def movement(self, on_hand: int) -> Movement | None:
        """What makes the ledger say the same; None when it does already."""
        missing = self.quantity - on_hand
        return Movement(self.variant_id, MovementType.COUNT, missing, self.reason, self.note) if missing else None


@frozen
class StockChanges:
    """How a variant is to be counted from now on. `low_threshold` None: nobody wants to be told.

    `tracked` false ends the counting: what is on hand is written off, holds end, and the variant never runs out.
    """

    tracked: bool | Unset = UNSET
    low_threshold: int | Unset | None = UNSET
    backorder_limit: int | Unset = UNSET

    def must_be_possible(self) -> None:
        """Raises `InvalidInput`."""
        errors: list[FieldError | None] = []
        for name in ("low_threshold", "backorder_limit"):
            value = getattr(self, name)
            if isinstance(value, int) and not 0 <= value <= MAX_QUANTITY:
                errors.append(FieldError(f"/{name}", "out-of-range", f"Must be 0 to {MAX_QUANTITY} units."))
        if self.tracked is False and (self.low_threshold is not UNSET or self.backorder_limit is not UNSET):
            errors.append(FieldError("/tracked", "contradiction", "What is not counted has no threshold and no limit."))
        _refuse(errors)


@frozen
class Level:
    """The counters of one variant, ours until the transaction ends."""

    variant_id: UUID
    available: int
    reserved: int
    backorder_limit: int
    low_threshold: int | None
    version: int

    @property
    def on_hand(self) -> int:
        """What is there, held or not."""
        return self.available + self.reserved

    def must_be(self, version: int | None) -> None:
        """Raises `StockChanged` when the caller read another version (None: the caller does not mind)."""
        if version is not None and version != self.version:
            raise StockChanged(self.version, self.on_hand)

    def allows(self, quantity: int) -> bool:
        """Whether so many may come (positive) or go: what is held or promised stays."""
        return quantity >= 0 or self.available + quantity >= -self.backorder_limit

    def moved(self, quantity: int) -> Self:
        """After units came or went. Raises `StockTooLow`, and `InvalidInput` beyond what a counter can hold."""
        if not self.allows(quantity):
            raise StockTooLow(self.variant_id, self.available + self.backorder_limit)
        if self.on_hand + quantity > MAX_ON_HAND:
            raise InvalidInput.at("/quantity", "out-of-range", f"At most {MAX_ON_HAND} units can be on hand.")
        return evolve(self, available=self.available + quantity)

    def changed(self, changes: StockChanges) -> Self:
        """With other settings. Raises `BackordersTaken`."""
        limit = given(changes.backorder_limit, self.backorder_limit)
        if self.available < -limit:
            raise BackordersTaken(-self.available)
        return evolve(self, backorder_limit=limit, low_threshold=given(changes.low_threshold, self.low_threshold))

    def agreeing(self, moved: int, held: int) -> Self:
        """With the counters that ledger and holds prove.

        Where they prove that too much was promised, the backorder limit grows to what was: a promise is never taken
        back here, and a stock count can put it right.
        """
        available = moved - held
        limit = max(self.backorder_limit, -available)
        return evolve(self, available=available, reserved=held, backorder_limit=limit)

    def ran_low(self, before: "Level") -> bool:
        """Whether what is free has fallen to the threshold, or through it, since `before`."""
        threshold = self.low_threshold
        return threshold is not None and before.available > threshold >= self.available


@frozen
class Moved:
    """A movement that was written, and the counters around it."""

    movement: Movement
    before: Level
    after: Level


@frozen
class Repair:
    """Counters that were set to what ledger and holds prove. `before` is None where they were missing, `after` where
    nothing is there to count.
    """

    variant_id: UUID
    sku: str | None
    before: Level | None
    after: Level | None
    released: int  # units in holds that nobody stood behind


def _texts(reason: str, note: str) -> tuple[FieldError | None, ...]:
    return text_error("/reason", reason, limit=500), text_error("/note", note, limit=2000, lines=True)


def _refuse(errors: "list[FieldError | None]") -> None:
    if wrong := tuple(error for error in errors if error):
        raise InvalidInput(wrong)
