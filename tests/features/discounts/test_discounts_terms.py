"""What a discount may say, and what it asks of a cart. Pure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.discounts.drafts import DiscountChanges, NewDiscount, NewScope, readable_code
from commerce_core.discounts.model import (
    NO_USAGE,
    Discount,
    DiscountKind,
    Misfit,
    Scope,
    ScopeKind,
    Unfit,
    Usage,
)
from commerce_core.discounts.refusals import MISFITS, refusal
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.unset import UNSET

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TEN = NewDiscount("Ten", DiscountKind.PERCENTAGE, "TEN", percent=Decimal(10))
FIVE = NewDiscount("Five", DiscountKind.FIXED, "FIVE", amount=Money(500, "EUR"))
THREE_FOR_TWO = NewDiscount("3 for 2", DiscountKind.BUY_X_GET_Y, buy=2, get=1)
MANY = tuple(UUID(int=n) for n in range(1001))
SENT = NewDiscount("Sent", DiscountKind.FREE_SHIPPING)


@frozen
class Goods:
    quantity: int = 1
    product_id: UUID = field(default=UUID(int=1))
    unit_price: Money = field(default=Money(1000, "EUR"))
    category_ids: frozenset[UUID] = field(default=frozenset({UUID(int=2)}))
    tag_ids: frozenset[UUID] = field(default=frozenset({UUID(int=3)}))


def made(new: NewDiscount) -> Discount:
    return new.discount(uuid4(), "EUR")


@pytest.mark.parametrize("new", [TEN, FIVE, THREE_FOR_TWO, SENT])
def test_each_kind_needs_what_it_gives_and_no_more(new: NewDiscount) -> None:
    discount = made(new)
    assert discount.automatic is (new.code is None)
    assert discount.misfit([Goods(quantity=3)], NO_USAGE, NOW) is None


def test_buy_x_get_y_gives_pieces_away_unless_it_says_less() -> None:
    assert made(THREE_FOR_TWO).percent == 100
    assert made(evolve(THREE_FOR_TWO, percent=Decimal(50))).percent == 50


@pytest.mark.parametrize(
    ("new", "pointer", "code"),
    [
        (evolve(TEN, title=" "), "/title", "too-short"),
        (evolve(TEN, title="x" * 201), "/title", "too-long"),
        (evolve(TEN, code=""), "/code", "invalid-code"),
        (evolve(TEN, code="TWO WORDS"), "/code", "invalid-code"),
        (evolve(TEN, code="ÉTÉ"), "/code", "invalid-code"),
        (evolve(TEN, code="X" * 65), "/code", "invalid-code"),
        (evolve(TEN, percent=None), "/percent", "required"),
        (evolve(TEN, percent=Decimal("100.01")), "/percent", "out-of-range"),
        (evolve(TEN, percent=Decimal(-1)), "/percent", "out-of-range"),
        (evolve(TEN, percent=Decimal("0.001")), "/percent", "out-of-range"),
        (evolve(TEN, percent=Decimal("NaN")), "/percent", "out-of-range"),
        (evolve(TEN, percent=Decimal("Infinity")), "/percent", "out-of-range"),
        (evolve(TEN, amount=Money(1, "EUR")), "/amount", "contradiction"),
        (evolve(TEN, buy=1), "/buy", "contradiction"),
        (evolve(FIVE, amount=Money(-500, "EUR")), "/amount/amount", "out-of-range"),
        (evolve(FIVE, amount=Money(500, "USD")), "/amount/currency", "wrong-currency"),
        (evolve(FIVE, amount=None), "/amount", "required"),
        (evolve(THREE_FOR_TWO, get=0), "/get", "required"),
        (evolve(THREE_FOR_TWO, buy=-1), "/buy", "out-of-range"),
        (evolve(THREE_FOR_TWO, buy=1001), "/buy", "out-of-range"),
        (evolve(SENT, percent=Decimal(10)), "/percent", "contradiction"),
        (evolve(TEN, minimum_subtotal=Money(0, "EUR")), "/minimum_subtotal/amount", "out-of-range"),
        (evolve(TEN, minimum_quantity=0), "/minimum_quantity", "out-of-range"),
        (evolve(TEN, usage_limit=0), "/usage_limit", "out-of-range"),
        (evolve(TEN, usage_limit=2**31), "/usage_limit", "out-of-range"),
        (evolve(TEN, usage_limit_per_buyer=-1), "/usage_limit_per_buyer", "out-of-range"),
        (evolve(TEN, starts_at=NOW, ends_at=NOW), "/ends_at", "ends-before-start"),
        (evolve(TEN, scope=NewScope(ScopeKind.PRODUCTS)), "/scope/ids", "required"),
        (evolve(TEN, scope=NewScope(ScopeKind.ALL, (UUID(int=1),))), "/scope/ids", "contradiction"),
        (evolve(TEN, scope=NewScope(ScopeKind.TAGS, MANY)), "/scope/ids", "too-many"),
    ],
)  # fmt: skip
def test_a_discount_that_makes_no_sense_is_refused_with_a_pointer(new: NewDiscount, pointer: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(new)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        made(evolve(FIVE, title="", code=" ", amount=Money(0, "EUR"), usage_limit=0))
    assert {e.pointer for e in refused.value.errors} == {"/title", "/code", "/amount", "/amount/amount", "/usage_limit"}


def test_a_change_is_checked_beside_what_stays() -> None:
    discount = made(evolve(TEN, starts_at=NOW))
    with pytest.raises(InvalidInput) as refused:
        DiscountChanges(ends_at=NOW - timedelta(days=1)).of(discount, "EUR")
    assert refused.value.errors[0].pointer == "/ends_at"
    assert DiscountChanges(starts_at=None, code=None).of(discount, "EUR") == evolve(discount, starts_at=None, code=None)
    assert DiscountChanges(title=UNSET).of(discount, "EUR") == discount


@pytest.mark.parametrize(
    ("terms", "usage", "misfit"),
    [
        ({"active": False}, NO_USAGE, Misfit(Unfit.INACTIVE)),
        ({"starts_at": NOW + timedelta(seconds=1)}, NO_USAGE, Misfit(Unfit.NOT_STARTED)),
        ({"starts_at": NOW, "ends_at": NOW + timedelta(seconds=1)}, NO_USAGE, None),
        ({"ends_at": NOW}, NO_USAGE, Misfit(Unfit.EXPIRED)),
        ({"usage_limit": 3}, Usage(uses=2), None),
        ({"usage_limit": 3}, Usage(uses=3), Misfit(Unfit.USED_UP, 3, 3)),
        ({"usage_limit_per_buyer": 1}, Usage(uses_by_buyer=1), Misfit(Unfit.USED_BY_BUYER, 1, 1)),
        ({"first_order_only": True}, Usage(orders_of_buyer=1), Misfit(Unfit.NOT_FIRST_ORDER)),
        ({"minimum_quantity": 2}, NO_USAGE, None),
        ({"minimum_quantity": 3}, NO_USAGE, Misfit(Unfit.MINIMUM_QUANTITY, 3, 2)),
        ({"minimum_subtotal": Money(2000, "EUR")}, NO_USAGE, None),
        ({"minimum_subtotal": Money(2001, "EUR")}, NO_USAGE, Misfit(Unfit.MINIMUM_SUBTOTAL, 2001, 2000)),
        ({"scope": NewScope(ScopeKind.PRODUCTS, (UUID(int=1),))}, NO_USAGE, None),
        ({"scope": NewScope(ScopeKind.CATEGORIES, (UUID(int=2),))}, NO_USAGE, None),
        ({"scope": NewScope(ScopeKind.TAGS, (UUID(int=3),))}, NO_USAGE, None),
        ({"scope": NewScope(ScopeKind.TAGS, (UUID(int=1),))}, NO_USAGE, Misfit(Unfit.NOTHING_IN_SCOPE)),
    ],
)
def test_a_discount_says_why_it_does_not_fit(terms: dict[str, Any], usage: Usage, misfit: Misfit | None) -> None:
    assert made(evolve(TEN, **terms)).misfit([Goods(quantity=2)], usage, NOW) == misfit


def test_minima_are_of_the_goods_in_scope() -> None:
    discount = made(evolve(TEN, scope=NewScope(ScopeKind.PRODUCTS, (UUID(int=9),)), minimum_quantity=2))
    lines = [Goods(quantity=5), Goods(quantity=1, product_id=UUID(int=9))]
    assert discount.misfit(lines, NO_USAGE, NOW) == Misfit(Unfit.MINIMUM_QUANTITY, 2, 1)


def test_every_reason_has_a_refusal_of_its_own() -> None:
    discount = evolve(made(TEN), minimum_subtotal=Money(3000, "EUR"), starts_at=NOW, ends_at=NOW)
    refused = [refusal(discount, Misfit(reason, 3000, 2000)) for reason in Unfit]
    assert {type(one) for one in refused} == set(MISFITS)
    assert len({one.code for one in refused}) == len(Unfit)
    assert str(refusal(discount, Misfit(Unfit.MINIMUM_SUBTOTAL, 3000, 2000))) == (
        "The discount TEN needs goods for 30.00 EUR; these are worth 20.00 EUR."
    )


@given(st.text(max_size=80))
def test_whatever_is_typed_in_is_a_code_or_none(typed: str) -> None:
    code = readable_code(typed)
    assert code is None or (code == typed.strip() and code.isascii() and code.isprintable() and " " not in code)


@given(
    quantities=st.lists(st.integers(1, 20), min_size=1, max_size=6),
    covered=st.sets(st.integers(0, 5)),
    minimum=st.integers(1, 60),
    uses=st.integers(0, 5),
)
def test_adding_goods_never_makes_a_discount_unfit(
    quantities: list[int], covered: set[int], minimum: int, uses: int
) -> None:
    lines = [Goods(quantity=quantity, product_id=UUID(int=n)) for n, quantity in enumerate(quantities)]
    scope = Scope(ScopeKind.PRODUCTS, frozenset(UUID(int=n) for n in covered))
    discount = evolve(made(evolve(TEN, minimum_quantity=minimum, usage_limit=6)), scope=scope)
    if discount.misfit(lines[:-1], Usage(uses), NOW) is None:
        assert discount.misfit(lines, Usage(uses), NOW) is None
