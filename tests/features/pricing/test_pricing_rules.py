"""Small rules of the sum, one by one: ties, mixed charges, what gives nothing and why."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from attrs import evolve

from commerce_core.discounts.model import Discount, Misfit, Unfit, Usage
from commerce_core.kernel.destination import Destination
from commerce_core.kernel.money import Money, exponent
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.pricing.model import AppliedRate, Basket, PricedItem, PricingRules, percent_text
from commerce_core.pricing.opening import OpeningRules, Premise
from commerce_core.pricing.price import price
from commerce_core.pricing.spread import Bearer, spread
from commerce_core.pricing.taxation import TableTaxes, tax_on
from tests.features.pricing.golden import BERLIN, FR, FREE_SHIPPING, NOON, PARIS, less, off

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def thing(amount: int, key: UUID = ONE, *, ships: bool = False) -> PricedItem:
    return PricedItem(key, key, key, 1, eur(amount), requires_shipping=ships)


def reasons(basket: Basket, rules: PricingRules = FR) -> list[Misfit]:
    return [refused.misfit for refused in price(basket, rules, TableTaxes()).refused]


@pytest.mark.parametrize(
    ("whole", "bearers", "parts"),
    [
        (1, [Bearer(TWO, 1), Bearer(ONE, 2)], (0, 1)),  # 1/3 and 2/3: the larger remainder
        (2, [Bearer(TWO, 1), Bearer(ONE, 3)], (0, 2)),  # 1/2 and 3/2: remainders are equal, the larger amount
        (1, [Bearer(TWO, 5), Bearer(ONE, 5)], (0, 1)),  # equals: the smaller key
        (2, [Bearer(THREE, 5), Bearer(ONE, 5), Bearer(TWO, 5)], (0, 1, 1)),
        (0, [Bearer(ONE, 0)], (0,)),
    ],
)
def test_ties_go_by_remainder_then_amount_then_key(whole: int, bearers: list[Bearer], parts: tuple[int, ...]) -> None:
    assert spread(whole, bearers) == parts


class GoodsAbroad:
    """Goods have a reverse charge, their shipping is taxed at 20 %."""

    def rate(self, rules: PricingRules, place: Destination, tax_class: TaxClass, day: date) -> AppliedRate:
        if tax_class is TaxClass.REDUCED:
            return AppliedRate("Reverse charge", Decimal(20), reverse_charge=True)
        return AppliedRate("VAT", Decimal(20))


def test_where_one_part_has_a_reverse_charge_the_others_show_their_tax_on_top() -> None:
    basket = Basket((evolve(thing(1200, ships=True), tax_class=TaxClass.REDUCED),), NOON, PARIS, "standard")
    totals = price(basket, FR, GoodsAbroad())
    # 12.00 / 1.2 = 10.00; 4.90 / 1.2 = 4.08, and 4.08 × 0.2 = 0.816 → 0.82 on top
    assert (totals.subtotal, totals.shipping_total, totals.tax_total) == (eur(1000), eur(408), eur(82))
    assert (totals.total, totals.prices_include_tax) == (eur(1490), False)
    assert [(line.title, line.rate) for line in totals.tax_lines] == [("VAT", Decimal(20)), ("Reverse charge", 0)]


def test_tax_in_a_price_and_on_a_price_are_rounded_half_up() -> None:
    assert tax_on(eur(3321), Decimal(20), included=True) == eur(553)  # 33.21 − 27.68 (27.675)
    assert tax_on(eur(10), Decimal(25), included=False) == eur(3)  # 2.5 → 3


@pytest.mark.parametrize(
    ("change", "usage", "misfit"),
    [
        ({"active": False}, Usage(), Misfit(Unfit.INACTIVE)),
        ({"starts_at": NOON + timedelta(seconds=1)}, Usage(), Misfit(Unfit.NOT_STARTED)),
        ({"ends_at": NOON}, Usage(), Misfit(Unfit.EXPIRED)),
        ({"usage_limit": 3}, Usage(uses=3), Misfit(Unfit.USED_UP, 3, 3)),
        ({"usage_limit_per_buyer": 1}, Usage(uses_by_buyer=1), Misfit(Unfit.USED_BY_BUYER, 1, 1)),
        ({"first_order_only": True}, Usage(orders_of_buyer=1), Misfit(Unfit.NOT_FIRST_ORDER)),
        ({"minimum_subtotal": eur(1001)}, Usage(), Misfit(Unfit.MINIMUM_SUBTOTAL, 1001, 1000)),
        ({"minimum_quantity": 2}, Usage(), Misfit(Unfit.MINIMUM_QUANTITY, 2, 1)),
    ],
)
def test_a_discount_that_gives_nothing_says_why(change: dict, usage: Usage, misfit: Misfit) -> None:
    discount: Discount = evolve(off("10"), **change)
    basket = Basket((thing(1000),), NOON, coded=(discount,), usage={discount.id: usage})
    assert reasons(basket) == [misfit]
    assert price(basket, FR, TableTaxes()).total == eur(1000)


def test_a_discount_starts_and_ends_at_its_very_moment() -> None:
    running = evolve(off("10"), starts_at=NOON, ends_at=NOON + timedelta(seconds=1))
    assert reasons(Basket((thing(1000),), NOON, coded=(running,))) == []


def test_free_shipping_gives_nothing_to_what_is_not_sent_and_the_better_one_displaces_others() -> None:
    assert reasons(Basket((thing(1000),), NOON, coded=(FREE_SHIPPING,))) == [Misfit(Unfit.NOTHING_IN_SCOPE)]
    alone = evolve(off("50"), id=THREE, exclusive=True)
    assert reasons(Basket((thing(1000),), NOON, coded=(off("10"), alone))) == [Misfit(Unfit.OTHER_IS_BETTER)]


def test_what_is_written_down_takes_the_place_of_the_environment_kind_by_kind() -> None:
    opening = OpeningRules("EUR", Premise("FR", "Europe/Paris", True), Decimal(20), eur(490))
    fresh = opening.with_written(None, (), (), ())
    home = fresh.taxes.rate_for("FR", None, TaxClass.STANDARD, date(2026, 1, 1))
    assert home is not None
    assert (home.title, home.rate, [option.id for option in fresh.zones[0].options]) == ("VAT FR", 20, ["standard"])
    moved = opening.with_written(Premise("DE", "Europe/Berlin", False), FR.taxes.rates, FR.zones, (less(100),))
    assert (moved.country, moved.prices_include_tax, moved.taxes, moved.zones) == ("DE", False, FR.taxes, FR.zones)
    assert moved.discounts == (less(100),)


def test_before_a_place_is_known_the_shop_is_the_place_and_nothing_is_sent() -> None:
    totals = price(Basket((thing(1200, ships=True),), NOON, None, "standard"), FR, TableTaxes())
    assert (totals.tax_total, totals.shipping, totals.options) == (eur(200), None, ())
    there = price(Basket((thing(1200, ships=True),), NOON, BERLIN, "standard"), FR, TableTaxes())
    assert (there.shipping_option, [option.id for option in there.options]) == (None, ["union"])


def test_rates_are_written_with_two_decimals_or_as_many_as_they_have() -> None:
    assert [percent_text(Decimal(rate)) for rate in ("20", "5.5", "8.875", "0")] == ["20.00", "5.50", "8.875", "0.00"]


def test_every_currency_knows_its_decimals_and_others_are_none() -> None:
    assert [exponent(currency) for currency in ("JPY", "EUR", "USD", "KWD", "CLF")] == [0, 2, 2, 3, 4]
    with pytest.raises(ValueError, match="not a currency"):
        Money(1, "XYZ")
