"""What may go back of each part of an order: of a line by units, of anything by amount, and never a cent too much."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.money import round_half_up
from commerce_core.payments.errors import RefundQuantityTooLarge, RefundShippingTooLarge
from commerce_core.pricing.spread import Bearer, spread

SHIPPING = 0  # its position


@frozen
class RefundPart:
    """What a refund gives back of one part: units (none: money only), money with its tax, and whether the units come
    back on the shelf. Amounts are minor units, the tax included.
    """

    position: int
    quantity: int
    amount: int
    tax: int
    restock: bool = False


@frozen
class SoldPart:
    """A line of an order, or its shipping, and what has gone back of it or is planned to. Amounts include the tax."""

    position: int
    item_id: UUID | None  # None: the shipping
    title: str
    quantity: int
    quantity_gone: int
    amount: int
    amount_gone: int
    tax: int
    tax_gone: int
    tax_title: str
    tax_rate: Decimal  # percent
    reverse_charge: bool

    @property
    def quantity_left(self) -> int:
        """Units that may still go back; none of the shipping."""
        return self.quantity - self.quantity_gone if self.item_id else 0

    @property
    def amount_left(self) -> int:
        """Money that may still go back."""
        return self.amount - self.amount_gone

    def units(self, quantity: int, *, restock: bool) -> RefundPart:
        """So many units, each with its share of what is left; the last takes the rest, so that all add up.

        Raises `RefundQuantityTooLarge`.
        """
        if not 0 < quantity <= self.quantity_left:
            raise RefundQuantityTooLarge(self.item_id, quantity, self.quantity_left)
        share = round_half_up(Decimal(self.amount_left * quantity) / self.quantity_left)
        return RefundPart(self.position, quantity, share, self.tax_in(share), restock)

    def money(self, amount: int) -> RefundPart:
        """So much money and no units."""
        return RefundPart(self.position, 0, amount, self.tax_in(amount))

    def tax_in(self, amount: int) -> int:
        """The tax in the next so much of it, reckoned from its beginning: the taxes of all refunds add up to its own.

        Where refunds before came to nothing the last cent may lie elsewhere; neither tax nor net ever goes below zero.
        """
        if not amount:
            return 0
        due = round_half_up(Decimal(self.tax * (self.amount_gone + amount)) / self.amount) - self.tax_gone
        tax_left = self.tax - self.tax_gone
        net_left = self.amount_left - tax_left
        return min(max(due, amount - net_left, 0), amount, tax_left)


def by_amount(sold: Sequence[SoldPart], amount: int) -> tuple[RefundPart, ...]:
    """An amount over all parts, in proportion to what is left of each. More than is left of all goes nowhere."""
    left = sum(part.amount_left for part in sold)
    shares = spread(min(amount, left), [Bearer(UUID(int=part.position), part.amount_left) for part in sold])
    return tuple(part.money(share) for part, share in zip(sold, shares, strict=True) if share)


def by_lines(sold: Sequence[SoldPart], units: Mapping[UUID, tuple[int, bool]], shipping: int) -> tuple[RefundPart, ...]:
    """Units of lines (item id → how many, and whether they come back on the shelf) and an amount of the shipping.

    Every item is one of the order's. Raises `RefundQuantityTooLarge` or `RefundShippingTooLarge`.
    """
    parts = [
        part.units(units[part.item_id][0], restock=units[part.item_id][1])
        for part in sold
        if part.item_id and part.item_id in units
    ]
    if shipping:
        parts.append(_of_shipping(sold, shipping))
    return tuple(parts)


def everything(sold: Iterable[SoldPart], *, restock: bool) -> tuple[RefundPart, ...]:
    """All units and all money that are left, free goods among them."""
    return tuple(
        part.units(part.quantity_left, restock=restock) if part.quantity_left else part.money(part.amount_left)
        for part in sold
        if part.quantity_left or part.amount_left
    )


def _of_shipping(sold: Sequence[SoldPart], amount: int) -> RefundPart:
    part = next((part for part in sold if part.position == SHIPPING), None)
    left = part.amount_left if part else 0
    if part is None or amount > left:
        raise RefundShippingTooLarge(amount, left)
    return part.money(amount)
