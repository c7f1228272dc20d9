"""How much each discount takes off each line."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from attrs import define, field

from commerce_core.discounts.model import Discount, DiscountKind
from commerce_core.kernel.money import Money, round_half_up
from commerce_core.pricing.model import Allocation, PricedItem
from commerce_core.pricing.spread import Bearer, spread

_ORDER = {kind: place for place, kind in enumerate(DiscountKind)}
_HUNDRED = Decimal(100)


def in_order(discounts: Iterable[Discount]) -> list[Discount]:
    """As they are applied: buy X get Y, percentage, fixed, free shipping; equals by their id."""
    return sorted(discounts, key=lambda discount: (_ORDER[discount.kind], discount.id))


@define
class Reduction:
    """Lines while discounts are taken off them, one after the other, each from what the ones before have left."""

    items: Sequence[PricedItem]
    left: list[int] = field(init=False)  # minor units of each line
    allocations: list[list[Allocation]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left = [item.unit_price.amount * item.quantity for item in self.items]
        self.allocations = [[] for _ in self.items]

    def take(self, discount: Discount) -> None:
        """Take off what this discount gives on the lines; free shipping gives nothing there."""
        for place, part in enumerate(self._parts(discount)):
            if part:
                self.left[place] -= part
                currency = self.items[place].unit_price.currency
                self.allocations[place].append(Allocation(discount.id, Money(part, currency)))

    def _parts(self, discount: Discount) -> Sequence[int]:
        covered = [discount.scope.covers(item) for item in self.items]
        if discount.kind is DiscountKind.BUY_X_GET_Y:
            return self._cheaper_pieces(discount, covered)
        bearers = [
            Bearer(item.variant_id, left if within else 0)
            for item, left, within in zip(self.items, self.left, covered, strict=True)
        ]
        whole = sum(bearer.amount for bearer in bearers)
        if discount.kind is DiscountKind.PERCENTAGE and discount.percent is not None:
            return spread(round_half_up(whole * discount.percent / _HUNDRED), bearers)
        if discount.kind is DiscountKind.FIXED and discount.amount is not None:
            return spread(min(discount.amount.amount, whole), bearers)
        return ()

    def _cheaper_pieces(self, discount: Discount, covered: Sequence[bool]) -> list[int]:
        """The dearest pieces are grouped first, so that what is given is worth the most: in 10, 9, 8, 3, 2, 1 a
        3-for-2 gives the 8 and the 1. A group that is not full gives nothing.
        """
        places = sorted(
            (place for place, within in enumerate(covered) if within),
            key=lambda place: (-self.items[place].unit_price.amount, self.items[place].variant_id),
        )
        group = discount.buy + discount.get
        full = sum(self.items[place].quantity for place in places) // group * group
        parts, seen = [0] * len(self.items), 0
        for place in places:
            item = self.items[place]
            until = min(seen + item.quantity, full)
            given = _given(until, discount.buy, group) - _given(min(seen, full), discount.buy, group)
            seen += item.quantity
            value = item.unit_price.amount * given * (discount.percent or _HUNDRED) / _HUNDRED
            parts[place] = min(round_half_up(value), self.left[place])
        return parts


def _given(pieces: int, buy: int, group: int) -> int:
    """How many of the first `pieces` are given, when in each group the last ones are."""
    groups, rest = divmod(pieces, group)
    return groups * (group - buy) + max(0, rest - buy)
