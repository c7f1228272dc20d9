"""A total, told cent by cent: which rule, on what base, at which rate, and how it was rounded."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.money import Money
from commerce_core.pricing.model import AppliedDiscount, PricedPart, Totals, percent_text

_HUNDRED = Decimal(100)
_MILLIONTH = Decimal("0.000001")


class Rule(StrEnum):
    """What made an amount."""

    TAX_REMOVED = "tax-removed"  # out of the price of a piece, for a reverse charge
    PRICE = "price"
    DISCOUNT = "discount"
    TAX_INCLUDED = "tax-included"
    TAX_ADDED = "tax-added"
    REVERSE_CHARGE = "reverse-charge"
    UNTAXED = "untaxed"


class Rounding(StrEnum):
    """How it became a whole number of minor units."""

    NONE = "none"
    HALF_UP = "half-up"
    LARGEST_REMAINDER = "largest-remainder"


@frozen
class Step:
    """One amount of a line or of the shipping. The total is the sum of those that `counts` is true for.

    `base` is what the rule was applied to, `rate` is in percent, `exact` is the result in minor units before it was
    rounded, cut to millionths.
    """

    part: str
    rule: Rule
    title: str
    base: Money
    rate: str | None
    exact: str
    rounding: Rounding
    amount: Money
    counts: bool


@frozen
class ChargedOrder:
    """An order's snapshot: what each of its parts is called, and its totals, summed up again from the parts."""

    order_id: UUID
    number: int
    titles: tuple[str, ...]  # of the totals' parts
    totals: Totals


@frozen
class Explanation:
    """An order's total and every step that made it."""

    order_id: UUID
    number: int
    steps: tuple[Step, ...]
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    total: Money
    prices_include_tax: bool


def explained(order: ChargedOrder) -> Explanation:
    """The steps that made this order's total, line by line, the shipping last."""
    totals = order.totals
    discounts = {discount.id: discount for discount in totals.discounts}
    return Explanation(
        order_id=order.order_id,
        number=order.number,
        steps=tuple(
            step
            for title, part in zip(order.titles, totals.parts, strict=True)
            for step in _steps(title, part, discounts, included=totals.prices_include_tax)
        ),
        subtotal=totals.subtotal,
        discount_total=totals.discount_total,
        shipping_total=totals.shipping_total,
        tax_total=totals.tax_total,
        total=totals.total,
        prices_include_tax=totals.prices_include_tax,
    )


def _steps(title: str, part: PricedPart, discounts: dict[UUID, AppliedDiscount], *, included: bool) -> Iterator[Step]:
    if part.unit_price != part.label_price:
        rate = percent_text(part.tax.rate)
        net = part.label_price.amount / (1 + part.tax.rate / _HUNDRED)
        yield Step(
            title, Rule.TAX_REMOVED, part.tax.title, part.label_price, rate, _exact(net), Rounding.HALF_UP,
            part.unit_price, counts=False,
        )  # fmt: skip
    pieces = f"{part.quantity} × {part.unit_price}"
    yield Step(
        title, Rule.PRICE, pieces, part.unit_price, None, _exact(Decimal(part.amount.amount)), Rounding.NONE,
        part.amount, counts=True,
    )  # fmt: skip
    for allocation in part.allocations:
        discount = discounts[allocation.discount_id]
        taken = Money.zero(allocation.amount.currency) - allocation.amount
        yield Step(
            title, Rule.DISCOUNT, discount.code or discount.title, discount.amount, None, _exact(Decimal(taken.amount)),
            Rounding.LARGEST_REMAINDER, taken, counts=True,
        )  # fmt: skip
    yield _tax_step(title, part, included=included)


def _tax_step(title: str, part: PricedPart, *, included: bool) -> Step:
    rate = part.tax_rate
    if part.tax.reverse_charge or not part.tax.title:
        rule = Rule.REVERSE_CHARGE if part.tax.reverse_charge else Rule.UNTAXED
        exact, rounding = Decimal(0), Rounding.NONE
    else:
        rule = Rule.TAX_INCLUDED if included else Rule.TAX_ADDED
        gross = part.line_total.amount
        exact = gross - gross / (1 + rate / _HUNDRED) if included else gross * rate / _HUNDRED
        rounding = Rounding.HALF_UP
    return Step(
        title, rule, part.tax.title, part.tax_base, percent_text(rate), _exact(exact), rounding, part.tax_total,
        counts=not included,
    )  # fmt: skip


def _exact(value: Decimal) -> str:
    return f"{value.quantize(_MILLIONTH, rounding=ROUND_HALF_UP).normalize():f}"
