"""The table of an order's steps, walked from end to end."""

import itertools
from collections import defaultdict

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.kernel.money import Money
from commerce_core.orders.errors import OrderStatusRefused
from commerce_core.orders.model import NEXT, FulfillmentStatus, Hand, Order, OrderPaymentStatus, OrderStatus
from commerce_core.testing.builders import Builders


@pytest.fixture
def order(shop: Commerce, make: Builders) -> Order:
    return shop.checkout.place_order(make.request(make.cart((make.variant(price=1000), 1)).id)).order


def at(order: Order, status: OrderStatus) -> Order:
    """The order after the shortest way there."""
    ways = {OrderStatus.PENDING_PAYMENT: order}
    while status not in ways:
        for start, reached in list(ways.items()):
            for to, hands in NEXT[start].items():
                ways.setdefault(to, reached.moved(to, min(hands)))
    return ways[status]


REACHED = [status for status in OrderStatus if status is not OrderStatus.DRAFT]


def test_a_step_is_taken_by_who_may_take_it_and_by_nobody_else(order: Order) -> None:
    for status, to, hand in itertools.product(REACHED, OrderStatus, Hand):
        start = at(order, status)
        if hand in NEXT[status].get(to, ()):
            moved = start.moved(to, hand)
            assert (moved.status, moved.version) == (to, start.version + 1)
        else:
            with pytest.raises(OrderStatusRefused):
                start.moved(to, hand)


def test_only_money_makes_an_order_paid_or_refunded_and_nothing_leaves_the_end() -> None:
    takers: dict[OrderStatus, set[Hand]] = defaultdict(set)
    for steps in NEXT.values():
        for to, hands in steps.items():
            takers[to] |= hands
    assert takers[OrderStatus.REFUNDED] == {Hand.PAYMENT}
    assert takers[OrderStatus.PAID] == {Hand.PAYMENT, Hand.GOODS}
    assert NEXT[OrderStatus.REFUNDED] == {OrderStatus.PAID: {Hand.PAYMENT}}  # A refund has failed after all.
    assert [status for status, steps in NEXT.items() if Hand.GOODS in steps.get(OrderStatus.PAID, ())] == [
        OrderStatus.FULFILLED  # Paid before, and to be sent again.
    ]
    assert NEXT[OrderStatus.CANCELLED] == {}
    assert set(NEXT) == set(OrderStatus)


def test_refunds_stand_beside_the_status_until_all_of_it_went_back(order: Order) -> None:
    paid = order.paid(order.placed_at)
    some, all_ = Money(1, "EUR"), order.total

    part = paid.refunded(some, all_)
    assert (part.status, part.payment_status) == (OrderStatus.PAID, OrderPaymentStatus.PARTIALLY_REFUNDED)
    assert part.refunded(some, all_) is part
    whole = part.refunded(all_, all_)
    assert (whole.status, whole.payment_status) == (OrderStatus.REFUNDED, OrderPaymentStatus.REFUNDED)
    assert part.refunded(Money(0, "EUR"), all_).payment_status is OrderPaymentStatus.PAID


def test_a_cancelled_order_whose_late_money_went_back_stays_cancelled(order: Order) -> None:
    back = order.cancelled(Hand.SHOP).refunded(order.total, order.total)
    assert (back.status, back.payment_status) == (OrderStatus.CANCELLED, OrderPaymentStatus.REFUNDED)


def test_a_paid_order_is_cancelled_only_if_it_cost_nothing(order: Order) -> None:
    paid = order.paid(order.placed_at)
    with pytest.raises(OrderStatusRefused):
        paid.cancelled(Hand.STAFF)
    free = evolve(paid, total=Money(0, "EUR"))
    assert free.cancelled(Hand.STAFF).status is OrderStatus.CANCELLED
    with pytest.raises(OrderStatusRefused):
        free.cancelled(Hand.SHOP)


def test_what_was_never_paid_follows_no_goods(order: Order) -> None:
    digital = evolve(order, lines=tuple(evolve(line, requires_shipping=False) for line in order.lines))
    late = digital.cancelled(Hand.SHOP).refunded(order.total, order.total)
    assert late.following_goods() is late
    assert digital.paid(order.placed_at).fulfillment_status is FulfillmentStatus.FULFILLED
