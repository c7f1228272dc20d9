"""A whole amount in whole parts."""

from collections.abc import Sequence
from uuid import UUID

from attrs import frozen


@frozen
class Bearer:
    """Something that bears a part: the more, the larger its `amount`. `key` decides between equals."""

    key: UUID
    amount: int


def spread(whole: int, bearers: Sequence[Bearer]) -> tuple[int, ...]:
    """`whole` in parts in proportion to the amounts, by largest remainder: they always add up to it.

    Ties go to the larger remainder, then the larger amount, then the smaller key, so the order of the bearers does not
    matter. No part is larger than its bearer's amount as long as `whole` is not more than all amounts.
    """
    weight = sum(bearer.amount for bearer in bearers)
    if not weight:
        if whole:
            raise ValueError("an amount cannot be spread over nothing")
        return (0,) * len(bearers)
    parts = [divmod(whole * bearer.amount, weight) for bearer in bearers]
    missing = whole - sum(quotient for quotient, _ in parts)
    first = sorted(range(len(bearers)), key=lambda i: (-parts[i][1], -bearers[i].amount, bearers[i].key))
    luckier = set(first[:missing])
    return tuple(quotient + (place in luckier) for place, (quotient, _) in enumerate(parts))
