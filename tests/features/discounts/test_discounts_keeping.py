"""Operators keep discounts: every change is checked, recorded, and counts at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM, Actor, Origin, Role
from commerce_core.discounts.drafts import DiscountChanges, NewDiscount, NewScope
from commerce_core.discounts.errors import (
    DiscountCodeTaken,
    DiscountCodeUnknown,
    DiscountInUse,
    DiscountNotFound,
    DiscountVersionStale,
)
from commerce_core.discounts.model import DiscountKind, ScopeKind
from commerce_core.discounts.views import DiscountQuery
from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

NEW = NewDiscount("Ten", DiscountKind.PERCENTAGE, "TEN", percent=Decimal(10))


def test_what_was_written_is_what_is_read(shop: Commerce, make: Builders) -> None:
    product = shop.variants.find(SYSTEM, str(make.variant())).product_id
    made = shop.discounts.create(
        SYSTEM,
        NewDiscount(
            "Two of three", DiscountKind.BUY_X_GET_Y, " Two-Of-Three ", percent=Decimal("12.50"), buy=2, get=1,
            scope=NewScope(ScopeKind.PRODUCTS, (product,)), minimum_subtotal=Money(1, "EUR"), minimum_quantity=3,
            starts_at=datetime(2026, 1, 1, tzinfo=UTC), ends_at=datetime(2027, 1, 1, tzinfo=UTC), usage_limit=5,
            usage_limit_per_buyer=1, exclusive=True, first_order_only=True, active=False,
        ),
    )  # fmt: skip
    found = shop.discounts.find(SYSTEM, made.id)
    names = (
        "id", "title", "kind", "code", "percent", "amount", "buy", "get", "minimum_subtotal", "minimum_quantity",
        "starts_at", "ends_at", "usage_limit", "usage_limit_per_buyer", "exclusive", "first_order_only",
        "active", "version",
    )  # fmt: skip
    assert {name: getattr(found, name) for name in names} == {name: getattr(made, name) for name in names}
    assert (found.code, found.scope.ids, found.uses) == ("Two-Of-Three", (product,), 0)
    assert shop.discounts.with_code(SYSTEM, "two-of-THREE") == made.id


def test_every_change_is_recorded_with_what_is_different(shop: Commerce, rows: Any) -> None:
    made = shop.discounts.create(SYSTEM, NEW)
    changed = shop.discounts.change(SYSTEM, made.id, DiscountChanges(title="Twelve", percent=Decimal(12)), 1)
    assert shop.discounts.change(SYSTEM, made.id, DiscountChanges(title="Twelve")) == changed
    shop.discounts.delete(SYSTEM, made.id)
    said = rows("SELECT action, changes FROM audit_logs WHERE entity_type = 'discount' ORDER BY id")
    assert [action for action, _ in said] == ["discount.created", "discount.changed", "discount.deleted"]
    assert said[0][1]["code"] == {"before": None, "after": "TEN"}
    assert said[1][1] == {
        "title": {"before": "Ten", "after": "Twelve"},
        "percent": {"before": "10", "after": "12"},
        "version": {"before": 1, "after": 2},
    }
    with pytest.raises(DiscountNotFound):
        shop.discounts.find(SYSTEM, made.id)


def test_only_those_who_may_keep_discounts(shop: Commerce, kept: Any) -> None:
    made = shop.discounts.create(SYSTEM, NEW)
    support = Actor.staff(uuid4(), "kim@example.com", Role.SUPPORT, Origin())
    before = kept()
    assert shop.discounts.find(support, made.id).title == "Ten"
    for act in (
        lambda: shop.discounts.create(support, NEW),
        lambda: shop.discounts.change(support, made.id, DiscountChanges(active=False)),
        lambda: shop.discounts.delete(support, made.id),
        lambda: shop.discounts.list_all(GUEST, DiscountQuery()),
        lambda: shop.discounts.find(GUEST, made.id),
        lambda: shop.discounts.with_code(GUEST, "TEN"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert kept() == before


def test_a_refused_change_changes_nothing(shop: Commerce, make: Builders, percent_off: Any, kept: Any) -> None:
    made, other = shop.discounts.create(SYSTEM, NEW), percent_off(code="OTHER")
    before = kept()
    attempts: list[tuple[type[CommerceError], Any]] = [
        (DiscountCodeTaken, lambda: shop.discounts.create(SYSTEM, NEW)),
        (DiscountCodeTaken, lambda: shop.discounts.change(SYSTEM, other.id, DiscountChanges(code="ten"))),
        (DiscountVersionStale, lambda: shop.discounts.change(SYSTEM, made.id, DiscountChanges(title="X"), 2)),
        (DiscountVersionStale, lambda: shop.discounts.delete(SYSTEM, made.id, 2)),
        (DiscountNotFound, lambda: shop.discounts.change(SYSTEM, uuid4(), DiscountChanges(title="X"))),
        (DiscountNotFound, lambda: shop.discounts.delete(SYSTEM, uuid4())),
        (InvalidInput, lambda: shop.discounts.change(SYSTEM, made.id, DiscountChanges(percent=Decimal(101)))),
        (DiscountCodeUnknown, lambda: shop.discounts.with_code(SYSTEM, "NO SUCH")),
    ]
    for expected, act in attempts:
        with pytest.raises(expected):
            act()
        assert kept() == before


@pytest.mark.parametrize("kind", [ScopeKind.PRODUCTS, ScopeKind.CATEGORIES, ScopeKind.TAGS])
def test_goods_that_are_not_there_are_refused_with_a_pointer(shop: Commerce, kind: ScopeKind, rows: Any) -> None:
    nothing = uuid4()
    scope = NewScope(kind, (nothing,))
    with pytest.raises(InvalidInput) as refused:
        shop.discounts.create(SYSTEM, NewDiscount("X", DiscountKind.FREE_SHIPPING, scope=scope))
    [error] = refused.value.errors
    assert (error.pointer, error.code) == ("/scope/ids", "unknown-goods")
    assert str(nothing) in error.detail
    assert rows("SELECT count(*) FROM discounts") == [(0,)]


def test_of_two_who_want_one_code_at_once_one_gets_it(shop: Commerce, rows: Any) -> None:
    def create(code: str) -> str:
        try:
            return shop.discounts.create(SYSTEM, NewDiscount("X", DiscountKind.FREE_SHIPPING, code)).code or ""
        except DiscountCodeTaken as refused:
            return refused.code

    with ThreadPoolExecutor(8) as people:
        ended = list(people.map(create, ["spring", "SPRING", "Spring", "sPring"] * 4))
    assert ended.count("discount-code-taken") == 15
    assert rows("SELECT count(*) FROM discounts") == rows("SELECT count(*) FROM audit_logs") == [(1,)]


def test_a_limit_is_never_below_the_uses_there_are(
    shop: Commerce, make: Builders, percent_off: Any, order: Any, kept: Any
) -> None:
    discount, variant = percent_off(), make.variant(price=2000)
    for n in range(3):
        order(variant, email=f"buyer{n}@example.com")
    before = kept()
    with pytest.raises(InvalidInput) as refused:
        shop.discounts.change(SYSTEM, discount.id, DiscountChanges(usage_limit=2))
    assert refused.value.errors[0].pointer == "/usage_limit"
    assert kept() == before
    assert shop.discounts.change(SYSTEM, discount.id, DiscountChanges(usage_limit=3)).usage_limit == 3


def test_a_discount_that_somebody_has_is_switched_off_and_not_deleted(
    shop: Commerce, make: Builders, percent_off: Any, order: Any, kept: Any
) -> None:
    ordered, carried, variant = percent_off(), percent_off(code="CARRIED"), make.variant(price=2000)
    order(variant)
    cart = make.cart((variant, 1))
    shop.cart.apply_discount(cart.id, "CARRIED")
    before = kept()
    for discount, facts in ((ordered, {"orders": 1, "carts": 1}), (carried, {"orders": 0, "carts": 1})):
        with pytest.raises(DiscountInUse) as refused:
            shop.discounts.delete(SYSTEM, discount.id)
        assert refused.value.facts() == facts
    assert kept() == before
    shop.discounts.change(SYSTEM, carried.id, DiscountChanges(active=False))
    assert [discount.reason for discount in shop.cart.get(cart.id).discounts] == ["inactive"]


def test_an_automatic_discount_counts_at_once_and_stops_at_once(
    shop: Commerce, make: Builders, percent_off: Any
) -> None:
    cart = make.cart((make.variant(price=2000), 1))
    discount = percent_off(code=None)
    assert shop.cart.get(cart.id).discount_total == Money(200, "EUR")
    shop.discounts.change(SYSTEM, discount.id, DiscountChanges(percent=Decimal(50)))
    assert shop.cart.get(cart.id).discount_total == Money(1000, "EUR")
    shop.discounts.change(SYSTEM, discount.id, DiscountChanges(code="NOW-A-CODE"))
    assert shop.cart.get(cart.id).discounts == ()
    shop.discounts.change(SYSTEM, discount.id, DiscountChanges(code=None))
    assert shop.cart.get(cart.id).discount_total == Money(1000, "EUR")
    shop.discounts.delete(SYSTEM, discount.id)
    assert shop.cart.get(cart.id).discounts == ()


def test_discounts_are_listed_by_what_their_code_or_title_begins_with(shop: Commerce, percent_off: Any) -> None:
    percent_off(10, "SPRING")
    percent_off(20, None)
    percent_off(30, "SUMMER", active=False)

    def found(query: DiscountQuery) -> list[str | None]:
        return [discount.code for discount in shop.discounts.list_all(SYSTEM, query).items]

    assert found(DiscountQuery()) == ["SUMMER", None, "SPRING"]
    assert found(DiscountQuery("sp")) == ["SPRING"]
    assert found(DiscountQuery("20 PER")) == [None]
    assert found(DiscountQuery(active=False)) == ["SUMMER"]
    assert found(DiscountQuery(page=2, per_page=2)) == ["SPRING"]
    assert shop.discounts.list_all(SYSTEM, DiscountQuery(per_page=1)).total == 3
