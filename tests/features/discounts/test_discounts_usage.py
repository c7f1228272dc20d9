"""However many want a discount at once, it is given exactly as often as it may be, and what comes back is free."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import psycopg
import pytest
from attrs import evolve

from commerce_core import Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.checkout.errors import TotalChanged
from commerce_core.checkout.model import PaymentMethod, Placed, PlaceOrder
from commerce_core.discounts.drafts import DiscountChanges, NewDiscount
from commerce_core.discounts.errors import DiscountNotFirstOrder, DiscountUsedByBuyer, DiscountUsedUp
from commerce_core.discounts.model import DiscountKind
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.money import Money
from commerce_core.postgres.statements import statements
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce


def at_once(shop: Commerce, requests: Sequence[PlaceOrder]) -> Counter[str]:
    """How these checkouts end when all are made at the same time: with a discount, without one, or a refusal's code."""

    def end(request: PlaceOrder) -> str:
        try:
            placed = shop.checkout.place_order(request)
        except CommerceError as refused:
            return refused.code
        return "discounted" if placed.order.discount_total else "full"

    with ThreadPoolExecutor(16) as buyers:
        return Counter(buyers.map(end, requests))


def carts_with(shop: Commerce, make: Builders, variant: UUID, codes: Sequence[str]) -> list[UUID]:
    """A cart for each code, typed in."""
    carts = [make.cart((variant, 1)).id for _ in codes]
    for cart_id, code in zip(carts, codes, strict=True):
        shop.cart.apply_discount(cart_id, code)
    return carts


def test_a_hundred_checkouts_at_once_on_a_code_with_ten_uses_give_ten_discounted_orders(
    shop: Commerce, make: Builders, percent_off: Any, rows: Any
) -> None:
    discount = percent_off(usage_limit=10)
    variant = make.variant(price=2000, stock=100)
    carts = carts_with(shop, make, variant, ["spring"] * 100)
    ended = at_once(shop, [make.request(cart, f"buyer{n}@example.com") for n, cart in enumerate(carts)])
    assert ended == {"discounted": 10, "discount-used-up": 90}
    assert rows("SELECT count(*), count(*) FILTER (WHERE discount_amount = 200) FROM orders") == [(10, 10)]
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(10, 10)]
    assert shop.discounts.find(SYSTEM, discount.id).uses == 10
    assert rows("SELECT count(*) FROM carts WHERE status <> 'CONVERTED' AND discount_id IS NOT NULL") == [(90,)]
    assert rows("SELECT count(*) FROM outbox_events WHERE type = 'order_placed'") == [(10,)]
    assert shop.inventory.verify(SYSTEM) == []


def test_automatic_discounts_are_limited_too_and_then_everybody_pays_the_full_price(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed]
) -> None:
    percent_off(code=None, usage_limit=3)
    variant = make.variant(price=2000, stock=100)
    carts = [make.cart((variant, 1)).id for _ in range(40)]
    ended = at_once(shop, [make.request(cart, f"buyer{n}@example.com") for n, cart in enumerate(carts)])
    assert ended["discounted"] == 3
    assert ended["full"] + ended["discount-used-up"] == 37
    assert not order(variant, code=None).order.discount_total
    assert all(view.discounts == () for view in map(shop.cart.get, carts[:1]))


def test_the_last_use_of_an_automatic_discount_shows_in_every_process_at_once(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed], database_url: str, settings: Any
) -> None:
    percent_off(code=None, usage_limit=1)
    variant = make.variant(price=2000)
    cart = make.cart((variant, 1))
    with open_shop(database_url, settings=settings) as elsewhere:
        assert elsewhere.cart.get(cart.id).discount_total == Money(200, "EUR")
        placed = order(variant, code=None)
        assert elsewhere.cart.get(cart.id).discount_total == Money(0, "EUR")
        shop.checkout.cancel(SYSTEM, placed.order.id)
        assert elsewhere.cart.get(cart.id).discount_total == Money(200, "EUR")


def test_uses_that_exhaust_nothing_leave_the_rules_alone(
    make: Builders, percent_off: Any, order: Callable[..., Placed], rows: Any
) -> None:
    percent_off(code=None, usage_limit=9)
    percent_off(code="SPRING", usage_limit=1)
    revision = rows("SELECT revision FROM pricing_revision")
    order(make.variant(price=2000))
    assert rows("SELECT revision FROM pricing_revision") == revision
    assert rows("SELECT sum(uses) FROM discounts") == [(2,)]


def test_a_cancelled_order_gives_its_use_back(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed], rows: Any
) -> None:
    percent_off(usage_limit=1, usage_limit_per_buyer=1, first_order_only=True)
    variant = make.variant(price=2000)
    placed = order(variant)
    assert rows("SELECT count(*) FROM discount_first_orders") == [(1,)]
    with pytest.raises(DiscountUsedUp):
        order(variant, email="other@example.com")
    shop.checkout.cancel(SYSTEM, placed.order.id)
    assert rows("SELECT (SELECT count(*) FROM discount_uses), (SELECT count(*) FROM discount_first_orders)") == [(0, 0)]
    assert rows("SELECT d.uses, b.uses FROM discounts d JOIN discount_buyers b ON b.discount_id = d.id") == [(0, 0)]
    assert order(variant).order.discount_total == Money(200, "EUR")


def test_an_order_that_expires_gives_its_use_back_and_its_cart_has_the_discount_again(
    shop: Commerce, make: Builders, percent_off: Any, clock: Clock
) -> None:
    percent_off(usage_limit=1)
    cart, other = carts_with(shop, make, make.variant(price=2000), ["SPRING"] * 2)
    shop.checkout.check_out(make.request(cart))
    assert shop.cart.get(other).discounts[0].reason == "used-up"
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 1
    assert shop.cart.get(cart).discount_total == Money(200, "EUR")


def test_cancelling_and_buying_at_once_never_gives_one_use_twice(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed], rows: Any
) -> None:
    discount = percent_off(usage_limit=3)
    variant = make.variant(price=2000, stock=200)
    placed = [order(variant, email=f"first{n}@example.com") for n in range(3)]
    shop.discounts.change(SYSTEM, discount.id, DiscountChanges(usage_limit=99))
    carts = carts_with(shop, make, variant, ["SPRING"] * 24)
    shop.discounts.change(SYSTEM, discount.id, DiscountChanges(usage_limit=3))

    def act(turn: int) -> str:
        if turn < 3:
            return shop.checkout.cancel(SYSTEM, placed[turn].order.id).status.value
        return next(iter(at_once(shop, [make.request(carts[turn - 3], f"second{turn}@example.com")])))

    with ThreadPoolExecutor(9) as people:
        ended = Counter(people.map(act, random.sample(range(27), 27)))
    live = "SELECT count(*) FROM orders WHERE discount_amount > 0 AND status <> 'CANCELLED'"
    [(uses, ledger, orders)] = rows(f"SELECT uses, (SELECT count(*) FROM discount_uses), ({live}) FROM discounts")
    assert uses == ledger == orders <= 3
    assert ended["CANCELLED"] == 3
    assert ended["discounted"] == orders


def test_a_buyer_with_one_use_gets_one_however_the_address_is_spelt(
    shop: Commerce, make: Builders, percent_off: Any, rows: Any
) -> None:
    percent_off(usage_limit_per_buyer=1)
    variant = make.variant(price=2000, stock=40)
    spelt = ["camille@example.com", "Camille@Example.com", "CAMILLE@EXAMPLE.COM"] * 5
    carts = carts_with(shop, make, variant, ["SPRING"] * len(spelt))
    ended = at_once(shop, [make.request(cart, email) for cart, email in zip(carts, spelt, strict=True)])
    assert ended == {"discounted": 1, "discount-used-by-buyer": 14}
    assert rows("SELECT count(*) FROM orders") == rows("SELECT sum(uses) FROM discount_buyers") == [(1,)]
    assert shop.checkout.place_order(make.request(carts_with(shop, make, variant, ["SPRING"])[0], "kim@example.com"))


def test_a_customer_is_the_same_buyer_with_another_address(
    make: Builders, percent_off: Any, order: Callable[..., Placed], customer: Any, kept: Any
) -> None:
    percent_off(usage_limit_per_buyer=1)
    variant = make.variant(price=2000)
    order(variant, email="one@example.com", shopper=customer)
    with pytest.raises(DiscountUsedByBuyer) as refused:
        order(variant, email="two@example.com", shopper=customer)
    assert refused.value.facts() == {"discount": "SPRING", "limit": 1}
    with pytest.raises(DiscountUsedByBuyer):
        order(variant, email="one@example.com")


def test_a_refused_checkout_leaves_everything_as_it_was(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed], kept: Callable[[], dict[str, Any]]
) -> None:
    percent_off(usage_limit_per_buyer=1)
    variant = make.variant(price=2000)
    order(variant)
    [cart] = carts_with(shop, make, variant, ["SPRING"])
    before = kept()
    with pytest.raises(DiscountUsedByBuyer):
        shop.checkout.place_order(make.request(cart))
    assert kept() == before


def test_of_many_first_orders_at_once_one_is_the_first(
    shop: Commerce, make: Builders, percent_off: Any, rows: Any
) -> None:
    percent_off(first_order_only=True)
    percent_off(20, "WELCOME", first_order_only=True)
    variant = make.variant(price=2000, stock=40)
    carts = carts_with(shop, make, variant, ["SPRING", "WELCOME"] * 8)
    ended = at_once(shop, [make.request(cart) for cart in carts])
    assert ended == {"discounted": 1, "discount-not-first-order": 15}
    assert rows("SELECT count(*) FROM orders") == [(1,)]


def test_an_order_without_a_discount_is_a_first_order_too(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed], kept: Callable[[], dict[str, Any]]
) -> None:
    percent_off(first_order_only=True)
    variant = make.variant(price=2000)
    order(variant, code=None)
    [cart] = carts_with(shop, make, variant, ["SPRING"])
    before = kept()
    with pytest.raises(DiscountNotFirstOrder):
        shop.checkout.place_order(make.request(cart, "Camille@example.com"))
    assert kept() == before


def test_a_buyer_who_has_seen_the_total_without_the_discount_may_pay_it(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed]
) -> None:
    percent_off(usage_limit=1)
    variant = make.variant(price=2000)
    [cart] = carts_with(shop, make, variant, ["SPRING"])
    order(variant, email="quicker@example.com")
    wished = evolve(make.request(cart), expected_total=Money(2290, "EUR"))
    with pytest.raises(DiscountUsedUp):
        shop.checkout.place_order(wished)
    placed = shop.checkout.place_order(evolve(wished, expected_total=Money(2490, "EUR")))
    assert (placed.order.total, placed.order.discount_total) == (Money(2490, "EUR"), Money(0, "EUR"))


def test_a_discount_that_came_to_be_after_the_buyer_looked_changes_the_total(
    shop: Commerce, make: Builders, percent_off: Any
) -> None:
    cart = make.cart((make.variant(price=2000), 1))
    percent_off(code=None)
    with pytest.raises(TotalChanged):
        shop.checkout.place_order(evolve(make.request(cart.id), expected_total=Money(2490, "EUR")))


def test_what_gives_nothing_is_not_used(database_url: str, settings: Settings, rows: Any) -> None:
    with open_shop(database_url, settings=evolve(settings, shipping_price=0)) as shop:
        make = Builders(shop)
        shop.discounts.create(SYSTEM, NewDiscount("Sent for nothing", DiscountKind.FREE_SHIPPING, usage_limit=1))
        cart = make.cart((make.variant(), 1))
        placed = shop.checkout.place_order(evolve(make.request(cart.id), payment_method=PaymentMethod.MANUAL))
    assert not placed.order.shipping_total
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(0, 0)]


def test_free_shipping_is_used_when_it_gives_something(
    shop: Commerce, make: Builders, rows: Any, order: Callable[..., Placed]
) -> None:
    shop.discounts.create(SYSTEM, NewDiscount("Sent for nothing", DiscountKind.FREE_SHIPPING, "SENT", usage_limit=1))
    placed = order(make.variant(price=2000), "sent")
    assert (placed.order.shipping_total, placed.order.total) == (Money(0, "EUR"), Money(2000, "EUR"))
    assert rows("SELECT d.uses, u.amount FROM discounts d JOIN discount_uses u ON u.discount_id = d.id") == [(1, 490)]


@pytest.mark.parametrize("turns", list(permutations(["give a limit", "buy", "cancel"], 3)))
def test_a_limit_given_at_any_time_counts_the_uses_there_are(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed], rows: Any, turns: tuple[str, ...]
) -> None:
    discount = percent_off()
    variant = make.variant(price=2000)
    first = order(variant, email="first@example.com")
    steps: dict[str, Callable[[], object]] = {
        "give a limit": lambda: shop.discounts.change(SYSTEM, discount.id, DiscountChanges(usage_limit=5)),
        "buy": lambda: order(variant, email="second@example.com"),
        "cancel": lambda: shop.checkout.cancel(SYSTEM, first.order.id),
    }
    for turn in turns:
        steps[turn]()
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(1, 1)]


def test_a_limit_waits_for_those_who_are_just_buying_and_counts_them(
    shop: Commerce, make: Builders, percent_off: Any, order: Callable[..., Placed], rows: Any, database_url: str
) -> None:
    discount = percent_off()
    placed = order(make.variant(price=2000), code=None).order
    facts = {"ids": [discount.id], "amounts": [200], "order_id": placed.id, "email": "kim@example.com",
             "customer_id": None, "now": placed.placed_at}  # fmt: skip
    with psycopg.connect(database_url) as buying, ThreadPoolExecutor(1) as operator:
        buying.execute(statements()["discounts.hold"], facts)
        changing = operator.submit(shop.discounts.change, SYSTEM, discount.id, DiscountChanges(usage_limit=5))
        wait_until(lambda: changing.done() or somebody_waits(rows))
        buying.execute(statements()["discounts.record_uses"], facts)
        buying.commit()
        assert changing.result(timeout=10).usage_limit == 5
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(1, 1)]


def test_whoever_waited_while_a_discount_was_limited_is_priced_by_its_new_terms(
    shop: Commerce, make: Builders, percent_off: Any, rows: Any, database_url: str
) -> None:
    discount = percent_off()
    [cart] = carts_with(shop, make, make.variant(price=2000), ["SPRING"])
    with psycopg.connect(database_url) as operator, ThreadPoolExecutor(1) as buyer:
        operator.execute(statements()["discounts.lock"], {"id": discount.id})
        placing = buyer.submit(shop.checkout.place_order, make.request(cart))
        wait_until(lambda: placing.done() or somebody_waits(rows))
        operator.execute("UPDATE discounts SET usage_limit = 5, percent = 50, version = version + 1")
        operator.commit()
        assert placing.result(timeout=10).order.discount_total == Money(1000, "EUR")
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(1, 1)]


def test_the_database_itself_refuses_a_use_too_many(rows: Any, percent_off: Any) -> None:
    percent_off(usage_limit=1)
    with pytest.raises(psycopg.errors.CheckViolation):
        rows("UPDATE discounts SET uses = 2")


def somebody_waits(rows: Any) -> bool:
    """Whether a connection to this test's database waits for a lock."""
    found = rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(found[0][0])


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll for ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
