"""What operators ask to be given back, checked before anything is opened or locked."""

from collections.abc import Iterator
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.text import text_error
from commerce_core.payments.model import BY_HAND, RefundReason

NOTE_LIMIT = 2000  # characters
MOST_ITEMS = 500  # lines of one refund


@frozen
class RefundItem:
    """Units of one line. `restock`: whether they come back on the shelf; None is what the refund says."""

    item_id: UUID
    quantity: int
    restock: bool | None = None


@frozen
class NewRefund:
    """What to give back: an `amount`, or units of lines and an amount of the shipping, or `everything` that is left.

    Amounts are what the buyer gets, the tax included. `restock` is for all lines that do not say otherwise.
    `payment_id` names the payment it comes from where there are several. Raises `InvalidInput`.
    """

    reason: RefundReason = RefundReason.REQUESTED
    amount: Money | None = None
    items: tuple[RefundItem, ...] = ()
    shipping: Money | None = None
    everything: bool = False
    restock: bool = False
    payment_id: UUID | None = None
    note: str = ""

    def __attrs_post_init__(self) -> None:
        if wrong := tuple(self._wrong()):
            raise InvalidInput(wrong)

    def _wrong(self) -> Iterator[FieldError]:
        by_lines = bool(self.items) or self.shipping is not None
        if [self.amount is not None, by_lines, self.everything].count(True) != 1:
            detail = "Say either an amount, or items and shipping, or everything."
            yield FieldError("/amount", "contradiction", detail)
        if self.reason not in BY_HAND:
            yield FieldError("/reason", "invalid-reason", "This reason is the shop's own.")
        for pointer, money in (("/amount", self.amount), ("/shipping", self.shipping)):
            if money is not None and not 0 < money.amount <= MAX_AMOUNT:
                yield FieldError(pointer, "out-of-range", "Must be more than nothing.")
        if len(self.items) > MOST_ITEMS:
            yield FieldError("/items", "too-long", f"May name at most {MOST_ITEMS} lines.")
        seen = set()
        for place, item in enumerate(self.items):
            if item.quantity < 1:
                yield FieldError(f"/items/{place}/quantity", "out-of-range", "Must be at least 1.")
            if item.item_id in seen:
                yield FieldError(f"/items/{place}/item_id", "duplicate", "Stands more than once.")
            seen.add(item.item_id)
        if error := text_error("/note", self.note, limit=NOTE_LIMIT, lines=True):
            yield error
