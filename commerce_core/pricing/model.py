"""Totals, to the cent. No I/O, no floats."""

from decimal import Decimal
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.money import Money, round_half_up, total

_HUNDRED = Decimal(100)


@frozen
class PricedItem:
    """One line to be priced, as the cart knows it."""

    id: UUID
    quantity: int
    unit_price: Money
    taxable: bool
    requires_shipping: bool


@frozen
class ShippingOption:
    """A way to get the goods to the buyer, and its price for this cart and destination."""

    id: str
    title: str
    price: Money
    estimated_days: int


@frozen
class PricingRules:
    """The shop's rules: one tax rate and one way of shipping."""

    currency: str
    prices_include_tax: bool
    tax_rate: Decimal = field()  # percent: Decimal("20.00")
    tax_title: str
    shipping: ShippingOption

    @tax_rate.validator
    def _is_a_rate(self, _attribute: object, value: Decimal) -> None:
        if not (value.is_finite() and 0 <= value <= _HUNDRED):
            raise ValueError(f"not a tax rate in percent: {value}")


@frozen
class TaxLine:
    """One rate and what it comes to. `rate` is a decimal in percent."""

    title: str
    rate: Decimal
    amount: Money


@frozen
class LineTotals:
    """What one line comes to: `line_total` = quantity × unit price − discount."""

    id: UUID
    discount_total: Money
    tax_total: Money
    line_total: Money
    tax_rate: Decimal


@frozen
class Totals:
    """What the whole comes to. `total` = subtotal − discount + shipping (+ tax, where prices do not include it)."""

    lines: tuple[LineTotals, ...]
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    tax_lines: tuple[TaxLine, ...]
    total: Money
    prices_include_tax: bool


def tax_on(amount: Money, rate: Decimal, *, included: bool) -> Money:
    """The tax in (`included`) or on an amount, rounded half up.

    Included tax is gross − round(gross / (1 + rate)), so that net and tax always add up to the price shown.
    """
    factor = 1 + rate / _HUNDRED
    if included:
        return Money(amount.amount - round_half_up(amount.amount / factor), amount.currency)
    return Money(round_half_up(amount.amount * (factor - 1)), amount.currency)


def price(items: tuple[PricedItem, ...], rules: PricingRules, shipping: ShippingOption | None) -> Totals:
    """Price these lines, sent by `shipping` (None: nothing is sent, or the way is not chosen yet)."""
    zero = Money.zero(rules.currency)
    lines = tuple(_line(item, rules) for item in items)
    subtotal = total([item.unit_price * item.quantity for item in items], rules.currency)
    shipping_total = shipping.price if shipping else zero
    shipping_tax = tax_on(shipping_total, rules.tax_rate, included=rules.prices_include_tax)
    tax_total = total([line.tax_total for line in lines], rules.currency) + shipping_tax
    return Totals(
        lines=lines,
        subtotal=subtotal,
        discount_total=zero,
        shipping_total=shipping_total,
        tax_total=tax_total,
        tax_lines=(TaxLine(rules.tax_title, rules.tax_rate, tax_total),) if tax_total else (),
        total=subtotal + shipping_total + (zero if rules.prices_include_tax else tax_total),
        prices_include_tax=rules.prices_include_tax,
    )


def _line(item: PricedItem, rules: PricingRules) -> LineTotals:
    rate = rules.tax_rate if item.taxable else Decimal(0)
    amount = item.unit_price * item.quantity
    tax = tax_on(amount, rate, included=rules.prices_include_tax)
    return LineTotals(item.id, Money.zero(rules.currency), tax, amount, rate)
