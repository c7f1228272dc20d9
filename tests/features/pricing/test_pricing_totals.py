"""What a cart comes to, to the cent, with the sum written beside it."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.kernel.money import Money
from commerce_core.pricing.model import PricedItem, PricingRules, ShippingOption, price, tax_on

EUR = "EUR"
INCLUDED = PricingRules(
    currency=EUR,
    prices_include_tax=True,
    tax_rate=Decimal("20.00"),
    tax_title="VAT FR",
    shipping=ShippingOption("standard", "Standard delivery", Money(490, EUR), 3),
)
ADDED = evolve(INCLUDED, prices_include_tax=False)


def item(unit_price: int, quantity: int = 1, *, taxable: bool = True) -> PricedItem:
    return PricedItem(uuid4(), quantity, Money(unit_price, EUR), taxable, requires_shipping=True)


def test_included_tax_is_the_gross_less_the_rounded_net() -> None:
    # 19.99 / 1.20 = 16.658… → 16.66; 19.99 − 16.66 = 3.33
    assert tax_on(Money(1999, EUR), Decimal(20), included=True) == Money(333, EUR)


def test_added_tax_is_rounded_half_up() -> None:
    # 0.125 × 20 % … 12.5 cents at 20 % is 2.5 cents → 3 for 13 cents: 13 × 0.2 = 2.6 → 3; 12 × 0.2 = 2.4 → 2
    assert [tax_on(Money(a, EUR), Decimal(20), included=False).amount for a in (12, 13)] == [2, 3]
    assert tax_on(Money(10, EUR), Decimal(25), included=False).amount == 3  # 2.5 → 3


def test_a_cart_with_tax_in_the_price_costs_what_the_labels_say() -> None:
    totals = price((item(1999, 2), item(500)), INCLUDED, INCLUDED.shipping)
    assert totals.subtotal == Money(4498, EUR)
    assert totals.total == Money(4498 + 490, EUR)
    # 39.98 − 33.32 = 6.66; 5.00 − 4.17 = 0.83; 4.90 − 4.08 = 0.82
    assert totals.tax_total == Money(666 + 83 + 82, EUR)


def test_a_cart_with_tax_on_top_adds_it_to_the_total() -> None:
    totals = price((item(1999, 2),), ADDED, ADDED.shipping)
    # 39.98 × 0.2 = 7.996 → 8.00; 4.90 × 0.2 = 0.98
    assert totals.tax_total == Money(898, EUR)
    assert totals.total == Money(3998 + 490 + 898, EUR)


def test_an_untaxed_line_carries_no_tax() -> None:
    totals = price((item(1000, taxable=False),), INCLUDED, None)
    assert (totals.tax_total, totals.tax_lines) == (Money(0, EUR), ())


def test_nothing_at_all_costs_nothing() -> None:
    assert price((), INCLUDED, None).total == Money(0, EUR)


@pytest.mark.parametrize("rate", ["-1", "101", "NaN", "Infinity"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="not a tax rate"):
        evolve(INCLUDED, tax_rate=Decimal(rate))


lines = st.lists(
    st.builds(
        PricedItem,
        id=st.uuids(),
        quantity=st.integers(1, 1000),
        unit_price=st.integers(0, 10_000_000).map(lambda amount: Money(amount, EUR)),
        taxable=st.booleans(),
        requires_shipping=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda line: line.id,
)


@given(lines, st.booleans(), st.decimals(0, 100, places=2))
def test_parts_always_add_up_to_the_whole(items: list[PricedItem], included: bool, rate: Decimal) -> None:
    rules = evolve(INCLUDED if included else ADDED, tax_rate=rate)
    totals = price(tuple(items), rules, rules.shipping)
    assert totals.subtotal.amount == sum(line.line_total.amount for line in totals.lines)
    assert totals.tax_total.amount == sum(line.amount.amount for line in totals.tax_lines)
    added = 0 if included else totals.tax_total.amount
    assert totals.total.amount == totals.subtotal.amount + totals.shipping_total.amount + added


@given(lines)
def test_the_order_of_lines_never_matters(items: list[PricedItem]) -> None:
    there = price(tuple(items), INCLUDED, None)
    back = price(tuple(reversed(items)), INCLUDED, None)
    assert (there.total, there.tax_total) == (back.total, back.tax_total)
    assert {line.id: line for line in there.lines} == {line.id: line for line in back.lines}


def test_ids_come_back_on_their_lines() -> None:
    known = UUID(int=7)
    totals = price((evolve(item(100), id=known),), INCLUDED, None)
    assert totals.lines[0].id == known
