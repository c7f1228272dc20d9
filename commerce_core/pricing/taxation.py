"""Which rate counts, and what it makes of an amount."""

from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

from attrs import Factory, evolve, field, frozen

from commerce_core.kernel.destination import Destination
from commerce_core.kernel.money import Money, round_half_up, total
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.pricing.model import UNTAXED, Allocation, AppliedRate, PricedPart, PricingRules
from commerce_core.pricing.spread import Bearer, spread
from commerce_core.taxes.model import EU_COUNTRIES

_HUNDRED = Decimal(100)


@frozen
class TableTaxes:
    """The calculator that is built in: the shop's own table of rates.

    A member state without a rate in the table is taxed as at home, as below the threshold of the EU's distance sales.
    A business in another member state whose VAT number was confirmed pays the tax to its own state.
    """

    def rate(self, rules: PricingRules, place: Destination, tax_class: TaxClass, day: date) -> AppliedRate:
        """The rate for goods of this class at this place on this day."""
        within_union = place.country in EU_COUNTRIES and rules.country in EU_COUNTRIES
        found = rules.taxes.rate_for(place.country, place.region, tax_class, day)
        if found is None and within_union:
            found = rules.taxes.rate_for(rules.country, None, tax_class, day)
        if found is None:
            return UNTAXED
        abroad = within_union and place.country != rules.country
        if abroad and place.vat_confirmed and found.rate:
            return AppliedRate("Reverse charge", found.rate, reverse_charge=True)
        return AppliedRate(found.title, found.rate)


def without_tax(gross: Money, rate: Decimal) -> Money:
    """What is left of an amount when the tax in it is taken out, rounded half up."""
    return Money(round_half_up(gross.amount / (1 + rate / _HUNDRED)), gross.currency)


def tax_on(amount: Money, rate: Decimal, *, included: bool) -> Money:
    """The tax in (`included`) or on an amount, rounded half up.

    Included tax is gross − round(gross / (1 + rate)), so that net and tax always add up to the price shown.
    """
    if included:
        return amount - without_tax(amount, rate)
    return Money(round_half_up(amount.amount * rate / _HUNDRED), amount.currency)


@frozen
class Charge:
    """A line or the shipping before its tax: `label_price` is by the shop's rules, `unit_price` what is charged."""

    id: UUID | None
    quantity: int
    label_price: Money
    allocations: tuple[Allocation, ...]
    tax_class: TaxClass
    unit_price: Money = field(default=Factory(lambda self: self.label_price, takes_self=True))

    def without_tax(self, tax: AppliedRate) -> Self:
        """Without the tax in it: one rounding for a piece, one for all discounts. What is free stays free."""
        unit_price = without_tax(self.label_price, tax.rate)
        whole = unit_price * self.quantity
        taken = total([allocation.amount for allocation in self.allocations], whole.currency)
        free = taken == self.label_price * self.quantity
        discount = whole if free else min(without_tax(taken, tax.rate), whole)
        bearers = [Bearer(allocation.discount_id, allocation.amount.amount) for allocation in self.allocations]
        allocations = tuple(
            Allocation(allocation.discount_id, Money(part, whole.currency))
            for allocation, part in zip(self.allocations, spread(discount.amount, bearers), strict=True)
        )
        return evolve(self, unit_price=unit_price, allocations=allocations)

    def taxed(self, tax: AppliedRate, *, included: bool) -> PricedPart:
        """With its tax, which a reverse charge leaves to the buyer."""
        currency = self.unit_price.currency
        left = self.unit_price * self.quantity - total([a.amount for a in self.allocations], currency)
        amount = Money.zero(currency) if tax.reverse_charge else tax_on(left, tax.rate, included=included)
        return PricedPart(
            id=self.id,
            quantity=self.quantity,
            label_price=self.label_price,
            unit_price=self.unit_price,
            allocations=self.allocations,
            tax_class=self.tax_class,
            tax=tax,
            tax_base=left - amount if included else left,
            tax_total=amount,
        )
