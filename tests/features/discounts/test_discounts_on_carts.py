"""A code that is typed into a cart: given, refused with its reason, and kept while it gives nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartChanged, CartNotOpen
from commerce_core.cart.model import CartStatus
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.catalog.categories import NewCategory
from commerce_core.catalog.drafts import ProductChanges
from commerce_core.catalog.staff_views import WordQuery
from commerce_core.checkout.model import PaymentMethod
from commerce_core.discounts.drafts import DiscountChanges, NewDiscount, NewScope
from commerce_core.discounts.errors import (
    DiscountCodeUnknown,
    DiscountCoversNothing,
    DiscountExpired,
    DiscountMinimumSubtotal,
    DiscountNotCombined,
    DiscountNotStarted,
    DiscountUsedUp,
)
from commerce_core.discounts.model import DiscountKind, ScopeKind
from commerce_core.kernel.money import Money
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce


def cents(amount: int) -> Money:
    return Money(amount, "EUR")


@pytest.mark.parametrize("typed", ["SPRING", "spring", "  Spring\n", "sPRING "])
def test_a_code_is_found_however_it_is_typed(shop: Commerce, make: Builders, percent_off: Any, typed: str) -> None:
    percent_off(code="Spring")
    cart = make.cart((make.variant(price=2000), 2))
    priced = shop.cart.apply_discount(cart.id, typed)
    [discount] = priced.discounts
    assert (discount.code, discount.applied, discount.amount) == ("Spring", True, cents(400))
    assert (priced.subtotal, priced.discount_total, priced.total) == (cents(4000), cents(400), cents(3600))
    assert priced.version == cart.version + 1
    assert shop.cart.get(cart.id) == priced


@pytest.mark.parametrize("typed", ["NOTHING", "", "\x00", "two words", "ß" * 10, "x" * 5_000, "%", "'"])
def test_an_unknown_code_is_refused_and_changes_nothing(
    shop: Commerce, make: Builders, percent_off: Any, typed: str, kept: Any
) -> None:
    percent_off()
    cart = make.cart((make.variant(), 1))
    before = kept()
    with pytest.raises(DiscountCodeUnknown):
        shop.cart.apply_discount(cart.id, typed)
    assert kept() == before


def test_a_discount_that_is_switched_off_is_as_unknown_as_any_other(
    shop: Commerce, make: Builders, percent_off: Any
) -> None:
    percent_off(active=False)
    with pytest.raises(DiscountCodeUnknown):
        shop.cart.apply_discount(make.cart((make.variant(), 1)).id, "SPRING")


def test_an_automatic_discount_has_no_code_to_be_typed(shop: Commerce, make: Builders, percent_off: Any) -> None:
    percent_off(code=None)
    cart = make.cart((make.variant(price=2000), 1))
    [discount] = cart.discounts
    assert (discount.code, discount.title, cart.discount_total) == (None, "10 percent", cents(200))
    assert shop.cart.remove_discount(cart.id).discounts == cart.discounts


def test_each_reason_is_refused_by_its_own_name_and_changes_nothing(
    shop: Commerce, make: Builders, percent_off: Any, clock: Clock, kept: Any
) -> None:
    clock.forward(timedelta(0))
    day, other = timedelta(days=1), make.variant()
    percent_off(code="EARLY", starts_at=clock.now + day)
    percent_off(code="LATE", ends_at=clock.now - day)
    percent_off(code="DEAR", minimum_subtotal=cents(2001))
    percent_off(code="OTHER", scope=NewScope(ScopeKind.PRODUCTS, (product_of(shop, other),)))
    percent_off(code="BEST", percent=50, exclusive=True)
    percent_off(code="WORSE", percent=5, exclusive=True)
    percent_off(code=None, percent=20)
    cart = make.cart((make.variant(price=2000), 1))
    before = kept()
    for code, expected in {
        "EARLY": DiscountNotStarted, "LATE": DiscountExpired, "DEAR": DiscountMinimumSubtotal,
        "OTHER": DiscountCoversNothing, "WORSE": DiscountNotCombined,
    }.items():  # fmt: skip
        with pytest.raises(expected) as refused:
            shop.cart.apply_discount(cart.id, code)
        assert code in str(refused.value)
        assert kept() == before
    assert shop.cart.apply_discount(cart.id, "BEST").discount_total == cents(1000)


def test_a_code_stays_while_it_gives_nothing_and_says_why(shop: Commerce, make: Builders, percent_off: Any) -> None:
    percent_off(minimum_subtotal=cents(4000))
    cart = make.cart((make.variant(price=2000), 2))
    line = shop.cart.apply_discount(cart.id, "SPRING").items[0].id
    less = shop.cart.set_quantity(cart.id, line, 1)
    [discount] = less.discounts
    assert (discount.applied, discount.reason, discount.needed, discount.found) == (
        False, "minimum-subtotal", 4000, 2000,
    )  # fmt: skip
    assert (less.discount_total, less.total) == (cents(0), cents(2000))
    assert shop.cart.set_quantity(cart.id, line, 3).discount_total == cents(600)


def test_a_checkout_with_a_code_that_gives_nothing_any_more_says_why(
    shop: Commerce, make: Builders, percent_off: Any, kept: Any, clock: Clock
) -> None:
    discount = percent_off()
    cart = make.cart((make.variant(price=2000), 1))
    shop.cart.apply_discount(cart.id, "SPRING")
    clock.forward(timedelta(minutes=1))
    shop.discounts.change(SYSTEM, discount.id, DiscountChanges(ends_at=clock.now))
    before = kept()
    with pytest.raises(DiscountExpired):
        shop.checkout.place_order(make.request(cart.id))
    assert kept() == before
    agreed = evolve(make.request(cart.id), expected_total=cents(2490))
    assert shop.checkout.place_order(agreed).order.total == cents(2490)


def test_another_code_takes_the_place_of_the_first(shop: Commerce, make: Builders, percent_off: Any) -> None:
    percent_off()
    percent_off(20, "SUMMER")
    cart = make.cart((make.variant(price=2000), 1))
    shop.cart.apply_discount(cart.id, "SUMMER")
    assert [discount.code for discount in shop.cart.apply_discount(cart.id, "SPRING").discounts] == ["SPRING"]
    assert shop.cart.remove_discount(cart.id).discounts == ()


def test_codes_and_automatic_discounts_combine_unless_one_is_exclusive(
    shop: Commerce, make: Builders, percent_off: Any
) -> None:
    percent_off(code=None)
    shop.discounts.create(SYSTEM, NewDiscount("Five", DiscountKind.FIXED, "FIVE", amount=cents(500)))
    percent_off(50, "HALF", exclusive=True)
    cart = make.cart((make.variant(price=2000), 1))
    assert shop.cart.apply_discount(cart.id, "FIVE").discount_total == cents(200 + 500)
    half = shop.cart.apply_discount(cart.id, "HALF")
    assert [(discount.code, discount.amount) for discount in half.discounts] == [("HALF", cents(1000))]


def test_categories_and_tags_are_found_with_the_goods(shop: Commerce, make: Builders, percent_off: Any) -> None:
    kitchen = shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    cups = shop.categories.create(SYSTEM, NewCategory("Cups", parent_id=kitchen))
    variant = make.variant(price=2000)
    product = product_of(shop, variant)
    shop.catalog.change_product(SYSTEM, product, ProductChanges(category_ids=(cups,), tags=("Gift",)))
    [tag] = shop.catalog.staff_product(SYSTEM, product).tags
    percent_off(code="SHELF", scope=NewScope(ScopeKind.CATEGORIES, (kitchen,)))
    percent_off(code="GIFT", scope=NewScope(ScopeKind.TAGS, (tag_id(shop, tag),)))
    cart = make.cart((variant, 1), (make.variant(price=500), 1))
    for code in ("SHELF", "GIFT"):
        assert [line.discount_total for line in shop.cart.apply_discount(cart.id, code).items] == [cents(200), cents(0)]


def test_a_used_up_code_is_refused_at_the_cart_already(
    shop: Commerce, make: Builders, percent_off: Any, order: Any
) -> None:
    percent_off(usage_limit=1)
    variant = make.variant(price=2000)
    order(variant)
    with pytest.raises(DiscountUsedUp):
        shop.cart.apply_discount(make.cart((variant, 1)).id, "SPRING")


def test_an_address_tells_the_cart_that_its_buyer_had_the_discount(
    shop: Commerce, make: Builders, percent_off: Any, order: Any
) -> None:
    percent_off(code=None, usage_limit_per_buyer=1)
    variant = make.variant(price=2000)
    order(variant, code=None)
    cart = make.cart((variant, 1))
    assert cart.discount_total == cents(200)
    known = shop.cart.change(cart.id, CartChanges(email="Camille@Example.com"))
    assert known.discount_total == cents(0)
    assert shop.cart.get(cart.id) == known


def test_a_customer_sees_at_once_what_is_for_a_first_order_only(
    shop: Commerce, make: Builders, percent_off: Any, order: Any, customer: Any
) -> None:
    percent_off(code=None, first_order_only=True)
    variant = make.variant(price=2000)
    new = NewCart(items=(NewItem(variant, 1),))
    assert shop.cart.create(new, shopper=customer).discount_total == cents(200)
    order(variant, code=None, shopper=customer)
    assert shop.cart.create(new, shopper=customer).discount_total == cents(0)


def test_a_code_comes_along_when_its_buyer_logs_in(
    shop: Commerce, make: Builders, percent_off: Any, customer: Any
) -> None:
    percent_off()
    variant = make.variant(price=2000)
    own = shop.cart.create(NewCart(items=(NewItem(variant, 1),)), shopper=customer)
    guests = make.cart((variant, 1))
    shop.cart.apply_discount(guests.id, "SPRING")
    merged = shop.cart.merge(customer, guests.id).cart
    assert (merged.id, merged.discount_total) == (own.id, cents(400))
    assert shop.cart.get(own.id, shopper=customer) == merged


def test_a_code_needs_the_version_that_was_read(shop: Commerce, make: Builders, percent_off: Any, kept: Any) -> None:
    percent_off()
    cart = make.cart((make.variant(price=2000), 1))
    before = kept()
    for act in (lambda v: shop.cart.apply_discount(cart.id, "SPRING", expected_version=v),
                lambda v: shop.cart.remove_discount(cart.id, expected_version=v)):  # fmt: skip
        with pytest.raises(CartChanged):
            act(cart.version + 1)
        assert kept() == before


def test_a_code_takes_a_cart_back_from_its_unpaid_order_but_not_from_a_paid_one(
    shop: Commerce, make: Builders, percent_off: Any, kept: Any
) -> None:
    percent_off()
    cart = make.cart((make.variant(price=2000), 1))
    shop.checkout.place_order(make.request(cart.id))
    assert shop.cart.apply_discount(cart.id, "SPRING").status is CartStatus.ACTIVE
    order = shop.checkout.place_order(evolve(make.request(cart.id), payment_method=PaymentMethod.MANUAL)).order
    shop.payments.mark_received(SYSTEM, order.id)
    before = kept()
    with pytest.raises(CartNotOpen):
        shop.cart.remove_discount(cart.id)
    assert kept() == before


def test_an_order_keeps_what_it_was_given_whatever_becomes_of_the_discount(
    shop: Commerce, make: Builders, percent_off: Any, order: Any
) -> None:
    discount = percent_off()
    placed = order(make.variant(price=2000)).order
    shop.discounts.change(SYSTEM, discount.id, DiscountChanges(percent=Decimal(90), code="AUTUMN", active=False))
    found = shop.checkout.show(SYSTEM, placed.id)
    assert (found.discount_total, found.total) == (cents(200), placed.total)


def test_a_cart_remembers_what_was_typed_in_its_log(
    shop: Commerce, make: Builders, percent_off: Any, rows: Any
) -> None:
    percent_off()
    cart = make.cart((make.variant(), 1))
    shop.cart.apply_discount(cart.id, "SPRING")
    shop.cart.remove_discount(cart.id)
    logged = [event for (event,) in rows("SELECT type FROM cart_events WHERE cart_id = %s ORDER BY id", cart.id)]
    assert logged[-2:] == ["discount_added", "discount_removed"]


def product_of(shop: Commerce, variant: Any) -> Any:
    """The product of a variant."""
    return shop.variants.find(SYSTEM, str(variant)).product_id


def tag_id(shop: Commerce, tag: Any) -> Any:
    """The id of a tag as a product tells it."""
    return shop.tags.list_all(SYSTEM, WordQuery(tag if isinstance(tag, str) else tag.title)).items[0].id
