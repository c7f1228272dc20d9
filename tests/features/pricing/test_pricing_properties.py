"""What holds for every total, whatever is in the cart and whatever the rules."""

from decimal import Decimal
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.discounts.model import Discount, DiscountKind, Scope, ScopeKind
from commerce_core.kernel.destination import Destination
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.pricing.model import Basket, PricedItem, PricingRules, Totals
from commerce_core.pricing.price import price, summed
from commerce_core.pricing.spread import Bearer, spread
from commerce_core.pricing.taxation import TableTaxes
from tests.features.pricing.golden import FR, NOON

CATEGORIES = [UUID(int=n) for n in (901, 902, 903)]
PLACES = [Destination(country) for country in ("FR", "DE", "DK", "HU", "SK", "CH")]
CONFIRMED = [Destination(country, vat_number="1", vat_confirmed=True) for country in ("FR", "DE", "HU", "SK", "CH")]


def items(least: int = 0) -> st.SearchStrategy[tuple[PricedItem, ...]]:
    one = st.builds(
        PricedItem,
        id=st.uuids(),
        variant_id=st.uuids(),
        product_id=st.uuids(),
        quantity=st.integers(1, 50),
        unit_price=st.integers(0, 20_000).map(lambda amount: Money(amount, "EUR")),
        requires_shipping=st.booleans(),
        tax_class=st.sampled_from(TaxClass),
        weight=st.integers(0, 2000),
        category_ids=st.frozensets(st.sampled_from(CATEGORIES)),
    )
    return st.lists(one, min_size=least, max_size=6, unique_by=lambda item: item.variant_id).map(tuple)


scopes = st.one_of(
    st.just(Scope()),
    st.frozensets(st.sampled_from(CATEGORIES), min_size=1).map(lambda ids: Scope(ScopeKind.CATEGORIES, ids)),
)


@st.composite
def discount(draw: st.DrawFn) -> Discount:
    kind = draw(st.sampled_from(DiscountKind))
    gives_pieces = kind is DiscountKind.BUY_X_GET_Y
    percent = kind in {DiscountKind.PERCENTAGE, DiscountKind.BUY_X_GET_Y}
    fixed = kind is DiscountKind.FIXED
    return Discount(
        id=draw(st.uuids()),
        title=kind.value,
        kind=kind,
        code=draw(st.sampled_from([None, "CODE"])),
        percent=draw(st.decimals("0.01", 100, places=2)) if percent else None,
        amount=Money(draw(st.integers(1, 30_000)), "EUR") if fixed else None,
        buy=draw(st.integers(1, 4)) if gives_pieces else 0,
        get=draw(st.integers(1, 3)) if gives_pieces else 0,
        scope=draw(scopes),
        minimum_quantity=draw(st.none() | st.integers(1, 20)),
        minimum_subtotal=draw(st.none() | st.integers(1, 50_000).map(lambda amount: Money(amount, "EUR"))),
        exclusive=draw(st.booleans()),
    )


discounts = st.lists(discount(), max_size=4, unique_by=lambda one: one.id)
options = st.sampled_from([None, "standard", "parcel", "courier", "union", "world"])
rules = st.builds(lambda included: evolve(FR, prices_include_tax=included), st.booleans())


@st.composite
def purchases(draw: st.DrawFn) -> tuple[Basket, PricingRules]:
    given_by_rule = draw(discounts)
    basket = Basket(
        draw(items()), NOON, draw(st.none() | st.sampled_from([*PLACES, *CONFIRMED])), draw(options),
        tuple(one for one in given_by_rule if not one.automatic),
    )  # fmt: skip
    return basket, evolve(draw(rules), discounts=tuple(one for one in given_by_rule if one.automatic))


def priced(purchase: tuple[Basket, PricingRules]) -> Totals:
    return price(*purchase, TableTaxes())


def amount(money: Money) -> int:
    return money.amount


@given(purchases())
def test_parts_always_add_up_to_the_whole(purchase: tuple[Basket, PricingRules]) -> None:
    totals = priced(purchase)
    lines, shipping = totals.lines, totals.shipping
    assert amount(totals.subtotal) == sum(amount(line.unit_price) * line.quantity for line in lines)
    assert amount(totals.discount_total) == sum(amount(line.discount_total) for line in lines)
    assert amount(totals.tax_total) == sum(amount(part.tax_total) for part in totals.parts)
    assert amount(totals.tax_total) == sum(amount(line.amount) for line in totals.tax_lines)
    assert amount(totals.shipping_total) == (amount(shipping.line_total) if shipping else 0)
    added = 0 if totals.prices_include_tax else amount(totals.tax_total)
    assert amount(totals.total) == (
        amount(totals.subtotal) - amount(totals.discount_total) + amount(totals.shipping_total) + added
    )
    borne = [allocation for part in totals.parts for allocation in part.allocations]
    for applied in totals.discounts:
        assert amount(applied.amount) == sum(amount(a.amount) for a in borne if a.discount_id == applied.id)
    assert sum(amount(a.amount) for a in borne) == sum(amount(applied.amount) for applied in totals.discounts)


@given(purchases())
def test_net_and_tax_are_gross_for_every_part(purchase: tuple[Basket, PricingRules]) -> None:
    totals = priced(purchase)
    for part in totals.parts:
        net = amount(part.tax_base)
        gross = net + amount(part.tax_total)
        assert amount(part.line_total) == (gross if totals.prices_include_tax else net)


@given(purchases())
def test_nothing_is_ever_negative(purchase: tuple[Basket, PricingRules]) -> None:
    totals = priced(purchase)
    assert min(map(amount, (totals.total, totals.subtotal, totals.discount_total, totals.tax_total))) >= 0
    for part in totals.parts:
        taken = [amount(allocation.amount) for allocation in part.allocations]
        assert min([amount(part.line_total), amount(part.tax_base), amount(part.tax_total), *taken]) >= 0


@given(purchases(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_discounts_never_matters(purchase: tuple[Basket, PricingRules], chance) -> None:
    basket, by = purchase
    lines, coded, automatic = (list(x) for x in (basket.items, basket.coded, by.discounts))
    for some in (lines, coded, automatic):
        chance.shuffle(some)
    there = priced(purchase)
    back = priced((evolve(basket, items=tuple(lines), coded=tuple(coded)), evolve(by, discounts=tuple(automatic))))
    assert {line.id: line for line in there.lines} == {line.id: line for line in back.lines}
    assert evolve(there, lines=(), refused=()) == evolve(back, lines=(), refused=())
    assert {r.discount.id: r.misfit for r in there.refused} == {r.discount.id: r.misfit for r in back.refused}


@given(items(least=1), rules, st.none() | st.sampled_from([*PLACES, *CONFIRMED]))
def test_another_line_never_lowers_a_total_without_discounts_and_shipping(
    lines: tuple[PricedItem, ...], by: PricingRules, place: Destination | None
) -> None:
    more, fewer = (priced((Basket(some, NOON, place), by)) for some in (lines, lines[1:]))
    assert amount(more.total) >= amount(fewer.total)


@given(purchases())
def test_no_discount_ever_makes_a_purchase_dearer(purchase: tuple[Basket, PricingRules]) -> None:
    basket, by = purchase
    plain = priced((evolve(basket, coded=()), evolve(by, discounts=())))
    assert amount(priced(purchase).total) <= amount(plain.total)


@given(purchases())
def test_at_most_one_exclusive_discount_counts_and_then_alone(purchase: tuple[Basket, PricingRules]) -> None:
    basket, by = purchase
    every = {one.id: one for one in (*basket.coded, *by.discounts)}
    totals = priced(purchase)
    counted = [every[applied.id] for applied in totals.discounts]
    assert len(counted) <= 1 or not any(one.exclusive for one in counted)
    assert {one.id for one in counted} | {refused.discount.id for refused in totals.refused} == set(every)


@given(purchases())
def test_a_total_summed_up_again_from_its_parts_is_the_same(purchase: tuple[Basket, PricingRules]) -> None:
    totals = priced(purchase)
    again = summed(totals.lines, totals.shipping, totals.total.currency, prices_include_tax=totals.prices_include_tax)
    names = ("subtotal", "discount_total", "shipping_total", "tax_total", "tax_lines", "total")
    assert [getattr(again, name) for name in names] == [getattr(totals, name) for name in names]


@given(purchases())
def test_a_reverse_charge_costs_a_business_no_more_than_its_neighbour(purchase: tuple[Basket, PricingRules]) -> None:
    basket, by = purchase
    if basket.destination is None or basket.destination.country == "FR":
        return
    business, neighbour = (
        priced((evolve(basket, destination=evolve(basket.destination, vat_confirmed=yes)), by)) for yes in (True, False)
    )
    halves = sum(item.quantity for item in basket.items) + len(basket.items) + 1  # a rounding each
    assert amount(business.total) <= amount(neighbour.total) + halves


weights = st.lists(
    st.builds(Bearer, st.uuids(), st.integers(0, 3) | st.integers(0, 10**9)),
    min_size=1,
    max_size=12,
    unique_by=lambda bearer: bearer.key,
)


@given(weights, st.data())
def test_a_spread_amount_is_whole_fair_and_blind_to_order(bearers: list[Bearer], data: st.DataObject) -> None:
    weight = sum(bearer.amount for bearer in bearers)
    whole = data.draw(st.integers(0, weight))
    parts = spread(whole, bearers)
    assert sum(parts) == whole
    for part, bearer in zip(parts, bearers, strict=True):
        assert 0 <= part <= bearer.amount
        assert weight == 0 or abs(part - Decimal(whole) * bearer.amount / weight) < 1
    back = spread(whole, bearers[::-1])
    assert parts == back[::-1]


def test_nothing_bears_no_part_of_something() -> None:
    with pytest.raises(ValueError, match="over nothing"):
        spread(1, [Bearer(UUID(int=1), 0)])
