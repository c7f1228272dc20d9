"""What is priced, by which rules, and what comes of it. Values alone: `pricing/price.py` does the sums."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import field, frozen

from commerce_core.discounts.model import NO_USAGE, Discount, DiscountKind, Goods, Misfit, Scope, Usage
from commerce_core.kernel.destination import Destination
from commerce_core.kernel.money import Money, total
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.shipping.model import ShippingOption, Zone
from commerce_core.taxes.model import TaxTable

NOTHING = Decimal(0)
_CENT = Decimal("0.01")


@frozen
class PricedItem:
    """One line to be priced, as the cart knows it. Satisfies `discounts.model.Goods`."""

    id: UUID
    variant_id: UUID
    product_id: UUID
    quantity: int
    unit_price: Money
    requires_shipping: bool = True
    tax_class: TaxClass = TaxClass.STANDARD
    weight: int = 0  # grams of one piece
    category_ids: frozenset[UUID] = frozenset()  # those above its own included
    tag_ids: frozenset[UUID] = frozenset()


@frozen
class LineScope(Scope):
    """Some lines of one basket, by their ids, whatever they hold."""

    def covers(self, goods: Goods) -> bool:
        """Whether this line is among them."""
        return isinstance(goods, PricedItem) and goods.id in self.ids


@frozen
class ByHand:
    """What staff has agreed with one buyer. It counts beside the shop's rules, whatever they say.

    The discounts are given after all others, in their order, and stand in no table of the shop's. The shipping takes
    the place of every offered way, at exactly its price: no discount makes it free.
    """

    discounts: tuple[Discount, ...] = ()
    shipping: ShippingOption | None = None


NOTHING_BY_HAND = ByHand()


@frozen
class Basket:
    """Everything about a purchase that its price depends on, besides the shop's rules.

    Without a `destination` it is priced as if bought at the shop's door, and nothing is sent. `coded` are the discounts
    whose code was typed in; `usage` tells of each discount what the shop's history says, and nothing of most.
    """

    items: tuple[PricedItem, ...]
    at: datetime
    destination: Destination | None = None
    shipping_option_id: str | None = None
    coded: tuple[Discount, ...] = ()
    usage: Mapping[UUID, Usage] = field(factory=dict)
    by_hand: ByHand = NOTHING_BY_HAND

    def usage_of(self, discount: Discount) -> Usage:
        """What is known of the uses of a discount."""
        return self.usage.get(discount.id, NO_USAGE)

    def ships(self) -> bool:
        """Whether anything has to be sent."""
        return any(item.requires_shipping for item in self.items)

    def weight(self) -> int:
        """Grams of everything that is sent."""
        return sum(item.weight * item.quantity for item in self.items if item.requires_shipping)


@frozen
class PricingRules:
    """The shop's rules at one moment, frozen: every cart is priced by one such value."""

    currency: str
    prices_include_tax: bool
    country: str  # the shop's own
    timezone: str  # in which its days begin
    taxes: TaxTable = field(factory=TaxTable)
    zones: tuple[Zone, ...] = ()
    discounts: tuple[Discount, ...] = ()  # the automatic ones

    @property
    def home(self) -> Destination:
        """The shop's own door."""
        return Destination(self.country)

    def day(self, at: datetime) -> date:
        """The shop's day at this moment: rates change at its midnight."""
        return at.astimezone(ZoneInfo(self.timezone)).date()


@frozen
class AppliedRate:
    """The rate that counts for something at a place. With `reverse_charge` the buyer pays it to their own state, and
    it is taken out of prices that include it.
    """

    title: str = ""
    rate: Decimal = NOTHING  # percent
    reverse_charge: bool = False


UNTAXED = AppliedRate()


@frozen
class Allocation:
    """What one part bears of a discount."""

    discount_id: UUID
    amount: Money


@frozen
class PricedPart:
    """A line, or the shipping, with every number that made its price: enough to do the sum again.

    `label_price` is the price of one piece by the shop's rules. `unit_price` is what is charged for it: the same,
    unless a reverse charge took the included tax out. `tax_base` is what the tax is a part of or comes on top of,
    without it: base + tax is what the buyer pays for this part.
    """

    id: UUID | None  # of the line; None: the shipping
    quantity: int
    label_price: Money
    unit_price: Money
    allocations: tuple[Allocation, ...]
    tax_class: TaxClass
    tax: AppliedRate
    tax_base: Money
    tax_total: Money

    @property
    def amount(self) -> Money:
        """All pieces, before discounts."""
        return self.unit_price * self.quantity

    @property
    def discount_total(self) -> Money:
        """What discounts take off."""
        return total([allocation.amount for allocation in self.allocations], self.unit_price.currency)

    @property
    def line_total(self) -> Money:
        """Quantity × unit price − discounts."""
        return self.amount - self.discount_total

    @property
    def tax_rate(self) -> Decimal:
        """The rate in percent that the buyer pays to the shop; none when they pay it to their own state."""
        return NOTHING if self.tax.reverse_charge else self.tax.rate


@frozen
class TaxLine:
    """One rate and what it comes to. `rate` is a decimal in percent."""

    title: str
    rate: Decimal
    amount: Money


@frozen
class AppliedDiscount:
    """A discount that this purchase has, and what it takes off in all, the shipping included."""

    id: UUID
    kind: DiscountKind
    code: str | None
    title: str
    amount: Money


@frozen
class RefusedDiscount:
    """A discount whose code was typed in, or that would be automatic, and why it gives nothing."""

    discount: Discount
    misfit: Misfit


@frozen
class Totals:
    """What the whole comes to. `total` = subtotal − discount + shipping (+ tax, where prices do not include it).

    `discount_total` is taken off the lines; what is taken off the shipping shows in `shipping_total`, which is what is
    left of the option's price.
    """

    lines: tuple[PricedPart, ...]  # in the order of the basket's items
    shipping: PricedPart | None
    shipping_option: ShippingOption | None
    options: tuple[ShippingOption, ...]  # every way that is offered for this basket
    discounts: tuple[AppliedDiscount, ...]
    refused: tuple[RefusedDiscount, ...]
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    tax_lines: tuple[TaxLine, ...]
    total: Money
    prices_include_tax: bool  # as they stand here: not after a reverse charge

    @property
    def parts(self) -> tuple[PricedPart, ...]:
        """The lines, and the shipping if there is any."""
        return (*self.lines, self.shipping) if self.shipping else self.lines


def percent_text(rate: Decimal) -> str:
    """A rate as people read it: two decimals, `"20.00"`, and more only where it has more."""
    cents = rate.quantize(_CENT)
    return str(cents) if cents == rate else f"{rate.normalize():f}"


def tax_lines(parts: Iterable[PricedPart], currency: str) -> tuple[TaxLine, ...]:
    """Each rate and what it comes to over these parts, the highest first."""
    found: dict[tuple[str, Decimal], list[Money]] = {}
    for part in parts:
        if part.tax.title:
            found.setdefault((part.tax.title, part.tax_rate), []).append(part.tax_total)
    return tuple(
        TaxLine(title, rate, total(amounts, currency))
        for (title, rate), amounts in sorted(found.items(), key=lambda entry: (-entry[0][1], entry[0][0]))
    )
