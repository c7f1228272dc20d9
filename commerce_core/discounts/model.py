"""A discount, what it asks of a cart, and why it may not fit. Pure: how much it takes off is pricing's to say."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.money import Money, total


class DiscountKind(StrEnum):
    """What it gives. Pricing applies them in this order."""

    BUY_X_GET_Y = "buy_x_get_y"
    PERCENTAGE = "percentage"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"


class ScopeKind(StrEnum):
    """What it is given on."""

    ALL = "all"
    PRODUCTS = "products"
    CATEGORIES = "categories"
    TAGS = "tags"


class Unfit(StrEnum):
    """Why a discount gives nothing to a cart at this moment."""

    INACTIVE = "inactive"
    NOT_STARTED = "not-started"
    EXPIRED = "expired"
    NOTHING_IN_SCOPE = "nothing-in-scope"
    MINIMUM_SUBTOTAL = "minimum-subtotal"
    MINIMUM_QUANTITY = "minimum-quantity"
    USED_UP = "used-up"
    USED_BY_BUYER = "used-by-buyer"
    NOT_FIRST_ORDER = "not-first-order"
    OTHER_IS_BETTER = "other-is-better"  # said by pricing: it does not combine, and the buyer pays less without it


class Goods(Protocol):
    """One line of a cart, as discounts look at it."""

    @property
    def product_id(self) -> UUID:
        """Whose variant is bought."""
        ...

    @property
    def category_ids(self) -> frozenset[UUID]:
        """Every category that its product is in, or below."""
        ...

    @property
    def tag_ids(self) -> frozenset[UUID]:
        """The tags of its product."""
        ...

    @property
    def quantity(self) -> int:
        """How many units."""
        ...

    @property
    def unit_price(self) -> Money:
        """What one unit costs now, before any discount."""
        ...


@frozen
class Scope:
    """The goods a discount is given on."""

    kind: ScopeKind = ScopeKind.ALL
    ids: frozenset[UUID] = frozenset()

    def covers(self, goods: Goods) -> bool:
        """Whether this line is among them."""
        if self.kind is ScopeKind.ALL:
            return True
        if self.kind is ScopeKind.PRODUCTS:
            return goods.product_id in self.ids
        return not self.ids.isdisjoint(goods.category_ids if self.kind is ScopeKind.CATEGORIES else goods.tag_ids)


@frozen
class Usage:
    """What the shop's history says of a discount and a buyer: live orders that used it, and orders at all."""

    uses: int = 0
    uses_by_buyer: int = 0
    orders_of_buyer: int = 0


NO_USAGE = Usage()


@frozen
class Misfit:
    """Why it does not fit, and by how much: what is asked for and what the cart has, in minor units or pieces."""

    reason: Unfit
    needed: int | None = None
    found: int | None = None


@frozen
class Discount:
    """One discount. Without a `code` it is automatic.

    `percent` is what a percentage takes off, and what buy X get Y takes off each of the `get` cheaper pieces in every
    `buy + get` (100: free). `amount` is what a fixed one takes off, at most what the goods cost. Minima are of the
    goods in scope, at their prices before any discount.
    """

    id: UUID
    title: str
    kind: DiscountKind
    code: str | None = None
    percent: Decimal | None = None
    amount: Money | None = None
    buy: int = 0
    get: int = 0
    scope: Scope = Scope()
    minimum_subtotal: Money | None = None
    minimum_quantity: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None  # the first moment at which it no longer counts
    usage_limit: int | None = None
    usage_limit_per_buyer: int | None = None
    exclusive: bool = False
    first_order_only: bool = False
    active: bool = True
    version: int = 1

    @property
    def automatic(self) -> bool:
        """Whether it is given without a code."""
        return self.code is None

    def misfit(self, lines: Sequence[Goods], usage: Usage, at: datetime) -> Misfit | None:
        """What keeps it from a cart with these lines; None when nothing does."""
        return self._out_of_time(at) or self._out_of_uses(usage) or self._too_little(lines)

    def _out_of_time(self, at: datetime) -> Misfit | None:
        if not self.active:
            return Misfit(Unfit.INACTIVE)
        if self.starts_at is not None and at < self.starts_at:
            return Misfit(Unfit.NOT_STARTED)
        if self.ends_at is not None and at >= self.ends_at:
            return Misfit(Unfit.EXPIRED)
        return None

    def _out_of_uses(self, usage: Usage) -> Misfit | None:
        if self.usage_limit is not None and usage.uses >= self.usage_limit:
            return Misfit(Unfit.USED_UP, self.usage_limit, usage.uses)
        if self.usage_limit_per_buyer is not None and usage.uses_by_buyer >= self.usage_limit_per_buyer:
            return Misfit(Unfit.USED_BY_BUYER, self.usage_limit_per_buyer, usage.uses_by_buyer)
        if self.first_order_only and usage.orders_of_buyer:
            return Misfit(Unfit.NOT_FIRST_ORDER)
        return None

    def _too_little(self, lines: Sequence[Goods]) -> Misfit | None:
        within = [line for line in lines if self.scope.covers(line)]
        if not within:
            return Misfit(Unfit.NOTHING_IN_SCOPE)
        pieces = sum(line.quantity for line in within)
        wanted = max(self.minimum_quantity or 0, self.buy + self.get)
        if pieces < wanted:
            return Misfit(Unfit.MINIMUM_QUANTITY, wanted, pieces)
        if self.minimum_subtotal is not None:
            subtotal = total([line.unit_price * line.quantity for line in within], self.minimum_subtotal.currency)
            if subtotal < self.minimum_subtotal:
                return Misfit(Unfit.MINIMUM_SUBTOTAL, self.minimum_subtotal.amount, subtotal.amount)
        return None
