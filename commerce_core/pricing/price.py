"""THE sum: from a basket and the shop's rules to every number of its total. Pure, and the only place that does it."""

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from commerce_core.discounts.model import Discount, DiscountKind, Misfit, Unfit
from commerce_core.kernel.money import Money, total
from commerce_core.pricing.discounting import Reduction, in_order
from commerce_core.pricing.model import (
    Allocation,
    AppliedDiscount,
    Basket,
    PricedPart,
    PricingRules,
    RefusedDiscount,
    Totals,
    tax_lines,
)
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.pricing.taxation import Charge
from commerce_core.shipping.model import ShippingOption, offered


def price(basket: Basket, rules: PricingRules, taxes: TaxCalculator) -> Totals:
    """Price a basket.

    Of the discounts that fit, either all that combine count, or one that does not: whichever costs the buyer least. A
    discount that would cost more than it gives, because shipping is then no longer free, counts for nothing.
    """
    known = {discount.id: discount for discount in (*basket.coded, *rules.discounts)}.values()
    misfits = {discount.id: _misfit(discount, basket) for discount in known}
    fitting = [discount for discount in known if misfits[discount.id] is None]
    work = _Sum(basket, rules, taxes)
    if not known:
        return work.with_discounts(())
    best = min((work.with_discounts(chosen) for chosen in _choices(fitting)), key=lambda totals: totals.total.amount)
    counted = {discount.id for discount in best.discounts}
    return evolve(
        best,
        refused=tuple(
            RefusedDiscount(discount, misfits[discount.id] or Misfit(Unfit.OTHER_IS_BETTER))
            for discount in known
            if discount.id not in counted
        ),
    )


def summed(
    lines: tuple[PricedPart, ...],
    shipping: PricedPart | None,
    currency: str,
    *,
    prices_include_tax: bool,
    shipping_option: ShippingOption | None = None,
    options: tuple[ShippingOption, ...] = (),
    discounts: tuple[AppliedDiscount, ...] = (),
) -> Totals:
    """The totals of these parts: the very same sums for a cart and for an order that was placed years ago."""
    parts = (*lines, shipping) if shipping else lines
    zero = Money.zero(currency)
    subtotal = total([line.amount for line in lines], currency)
    discount_total = total([line.discount_total for line in lines], currency)
    shipping_total = shipping.line_total if shipping else zero
    tax_total = total([part.tax_total for part in parts], currency)
    return Totals(
        lines=lines,
        shipping=shipping,
        shipping_option=shipping_option,
        options=options,
        discounts=discounts,
        refused=(),
        subtotal=subtotal,
        discount_total=discount_total,
        shipping_total=shipping_total,
        tax_total=tax_total,
        tax_lines=tax_lines(parts, currency),
        total=subtotal - discount_total + shipping_total + (zero if prices_include_tax else tax_total),
        prices_include_tax=prices_include_tax,
    )


def _misfit(discount: Discount, basket: Basket) -> Misfit | None:
    if discount.kind is DiscountKind.FREE_SHIPPING and not basket.ships():
        return Misfit(Unfit.NOTHING_IN_SCOPE)
    return discount.misfit(basket.items, basket.usage_of(discount), basket.at)


def _choices(fitting: Sequence[Discount]) -> list[tuple[Discount, ...]]:
    """What may be given together. Of choices that cost the same the first is taken."""
    combining = tuple(discount for discount in fitting if not discount.exclusive)
    alone = sorted((discount for discount in fitting if discount.exclusive), key=lambda discount: discount.id)
    choices = [*([combining] if combining else []), *((discount,) for discount in alone)]
    return [*choices, ()]


@frozen
class _Sum:
    """One basket under one set of rules, summed for whichever discounts are tried."""

    basket: Basket
    rules: PricingRules
    taxes: TaxCalculator

    def with_discounts(self, discounts: Iterable[Discount]) -> Totals:
        """The totals with exactly these."""
        reduction = Reduction(self.basket.items)
        ordered = self._given(discounts)
        for discount in ordered:
            reduction.take(discount)
        subtotal = Money(sum(reduction.left), self.rules.currency)
        options = self._offered(subtotal)
        way = self._agreed or next((each for each in options if each.id == self.basket.shipping_option_id), None)
        charges = [
            Charge(item.id, item.quantity, item.unit_price, tuple(allocations), item.tax_class)
            for item, allocations in zip(self.basket.items, reduction.allocations, strict=True)
        ]
        parts = self._taxed([*charges, _shipping(way, ordered)] if way else charges)
        lines, shipping = (parts[:-1], parts[-1]) if way else (parts, None)
        return summed(
            lines,
            shipping,
            self.rules.currency,
            prices_include_tax=self._included(parts),
            shipping_option=evolve(way, price=shipping.unit_price) if way and shipping else way,
            options=options,
            discounts=tuple(_applied(discount, parts, self.rules.currency) for discount in ordered),
        )

    def _given(self, discounts: Iterable[Discount]) -> list[Discount]:
        """In their order, and behind them what staff has agreed to."""
        free = DiscountKind.FREE_SHIPPING
        ordered = [each for each in in_order(discounts) if each.kind is not free or self._agreed is None]
        return [*ordered, *self.basket.by_hand.discounts]

    @property
    def _agreed(self) -> ShippingOption | None:
        return self.basket.by_hand.shipping if self.basket.ships() else None

    def _offered(self, subtotal: Money) -> tuple[ShippingOption, ...]:
        place = self.basket.destination
        if place is None or not self.basket.ships():
            return ()
        return offered(self.rules.zones, place, self.basket.weight(), subtotal)

    def _taxed(self, charges: Sequence[Charge]) -> tuple[PricedPart, ...]:
        """Each with its tax. Where one has a reverse charge, all are told without the tax that is in their price."""
        place, day = self.basket.destination or self.rules.home, self.rules.day(self.basket.at)
        rates = [self.taxes.rate(self.rules, place, charge.tax_class, day) for charge in charges]
        included = self.rules.prices_include_tax
        net = included and any(rate.reverse_charge for rate in rates)
        return tuple(
            (charge.without_tax(rate) if net else charge).taxed(rate, included=included and not net)
            for charge, rate in zip(charges, rates, strict=True)
        )

    def _included(self, parts: Sequence[PricedPart]) -> bool:
        return self.rules.prices_include_tax and not any(part.tax.reverse_charge for part in parts)


def _shipping(way: ShippingOption, discounts: Sequence[Discount]) -> Charge:
    free = [discount for discount in discounts if discount.kind is DiscountKind.FREE_SHIPPING][:1]
    allocations = tuple(Allocation(discount.id, way.price) for discount in free if way.price)
    return Charge(None, 1, way.price, allocations, way.tax_class)


def _applied(discount: Discount, parts: Iterable[PricedPart], currency: str) -> AppliedDiscount:
    amounts = [a.amount for part in parts for a in part.allocations if a.discount_id == discount.id]
    return AppliedDiscount(discount.id, discount.kind, discount.code, discount.title, total(amounts, currency))
