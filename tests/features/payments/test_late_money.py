"""Money that comes late, twice, or over another amount: it ends in the order, or goes back once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewItem
from commerce_core.checkout.errors import PaymentUnderWay
from commerce_core.checkout.model import PaymentMethod
from commerce_core.inventory.errors import OutOfStock
from commerce_core.kernel.money import Money
from commerce_core.orders.errors import OrderChanged, OrderIsPaid, OrderStatusRefused
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.provider import Intent, IntentStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.payments.conftest import Till
from tests.rows import LOSE_THE_HOLD


def test_the_last_unit_sold_to_another_means_one_refund_one_mail_and_no_oversell(
    shop: Commerce, make: Builders, till: Till
) -> None:
    mug = make.variant(stock=1)
    late = till.place((mug, 1))
    till.rows(LOSE_THE_HOLD)
    quick = till.place((mug, 1))
    till.pay(quick)
    with ThreadPoolExecutor(8) as deliveries:
        list(deliveries.map(lambda _: till.pay(late), range(20)))
    till.work()
    till.work()
    order = till.order(late)
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, "refunded")
    assert [(r.amount, r.reason, r.status) for r in order.refunds] == [(late.order.total, "out_of_stock", "succeeded")]
    assert till.given_back() == [(late.order.total.amount, "succeeded")]
    assert till.mails("order_refunded") == ["camille@example.com"]
    assert till.mails("order_confirmation") == ["camille@example.com"]  # for the one who was quick
    assert till.order(quick).status is OrderStatus.PAID
    assert shop.inventory.stock(SYSTEM, mug).on_hand == 0
    assert till.cases() == ()
    till.must_add_up()


def test_units_whose_hold_was_lost_are_held_again_while_there_are_some(
    shop: Commerce, make: Builders, till: Till
) -> None:
    mug = make.variant(stock=3)
    placed = till.place((mug, 2))
    till.rows(LOSE_THE_HOLD)
    till.pay(placed)
    assert till.order(placed).status is OrderStatus.PAID
    stock = shop.inventory.stock(SYSTEM, mug)
    assert (stock.on_hand, stock.reserved) == (1, 0)
    till.must_add_up()


def test_an_order_paid_after_its_time_but_before_it_was_let_go_is_paid(
    make: Builders, till: Till, clock: Clock
) -> None:
    placed = till.place((make.variant(stock=1), 1))
    clock.forward(timedelta(hours=5))
    till.pay(placed)
    assert till.order(placed).status is OrderStatus.PAID
    till.must_add_up()


def test_a_manual_payment_for_what_is_sold_out_is_refused_and_changes_nothing(
    shop: Commerce, make: Builders, till: Till
) -> None:
    mug = make.variant(stock=1)
    request = evolve(make.request(make.cart((mug, 1)).id), payment_method=PaymentMethod.MANUAL)
    placed = shop.checkout.check_out(request)
    till.rows(LOSE_THE_HOLD)
    make.cart((mug, 1))
    before = till.order(placed)
    with pytest.raises(OutOfStock):
        shop.payments.mark_received(SYSTEM, placed.order.id)
    assert till.order(placed) == before
    till.must_add_up()


def test_money_for_a_cart_that_was_changed_meanwhile_goes_back_once(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway
) -> None:
    mug = make.variant(stock=5)
    cart = make.cart((mug, 1))
    placed = shop.checkout.check_out(make.request(cart.id))
    shop.cart.add_item(cart.id, NewItem(mug, 1))
    assert till.order(placed).status is OrderStatus.CANCELLED
    gateway.pay(placed.payment.intent_id)  # faster than the worker, which wants to cancel it
    till.work()
    for _ in range(3):
        till.tell(placed.payment.intent_id, "payment_intent.succeeded")
    till.work()
    order = till.order(placed)
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, "refunded")
    assert [(refund.reason, refund.status) for refund in order.refunds] == [("paid_too_late", "succeeded")]
    assert till.mails("order_refunded") == ["camille@example.com"]
    assert shop.cart.get(cart.id).items[0].quantity == 2
    assert shop.inventory.stock(SYSTEM, mug).reserved == 2
    till.must_add_up()


def test_of_two_intents_that_are_paid_the_second_goes_back_once(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway
) -> None:
    cart = make.cart((make.variant(stock=5), 1))
    first = shop.checkout.check_out(make.request(cart.id))
    till.rows("UPDATE payments SET status = 'canceled'")  # we believe it was; the provider does not
    second = shop.checkout.check_out(make.request(cart.id))
    assert first.order.id == second.order.id
    assert first.payment.intent_id != second.payment.intent_id
    till.pay(second)
    with ThreadPoolExecutor(8) as deliveries:
        list(deliveries.map(lambda _: till.pay(first), range(20)))
    till.work()
    order = till.order(first)
    assert (order.status, order.payment_status) == (OrderStatus.PAID, "paid")
    assert [(r.payment_id, r.amount, r.reason) for r in order.refunds] == [
        (order.payments[0].id, first.order.total, "paid_twice")
    ]
    assert gateway.retrieve_intent(first.payment.intent_id).status is IntentStatus.SUCCEEDED
    assert till.given_back() == [(first.order.total.amount, "succeeded")]
    assert till.mails("order_refunded") == ["camille@example.com"]
    till.must_add_up()


@pytest.mark.parametrize("received", [Money(1, "EUR"), Money(999_999, "EUR"), Money(2489, "USD")])
def test_another_amount_or_currency_never_pays_an_order_and_opens_one_case(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway, clock: Clock, received: Money
) -> None:
    mug = make.variant(price=1999, stock=1)
    placed = till.place((mug, 1))
    intent = evolve(gateway.retrieve_intent(placed.payment.intent_id), status=IntentStatus.SUCCEEDED, received=received)
    for _ in range(3):
        shop.payments.follow("stripe", intent)
    assert till.order(placed).status is OrderStatus.PENDING_PAYMENT
    assert till.order(placed).payments[0].status == "mismatched"
    [case] = till.cases()
    assert (case.kind, case.order_number, case.expected, case.received) == (
        "amount_differs", placed.order.number, Money(2489, "EUR"), received
    )  # fmt: skip
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 0  # the money is there: a person decides
    assert shop.inventory.stock(SYSTEM, mug).reserved == 1
    assert shop.checkout.change_status(SYSTEM, placed.order.id, OrderStatus.CANCELLED).status is OrderStatus.CANCELLED
    assert till.order(placed).refunds == ()
    till.must_add_up()


class Stubborn(FakeGateway):
    """A provider whose intents under way cannot be cancelled, as with a bank debit."""

    def cancel_intent(self, intent_id: str) -> Intent:
        return self.retrieve_intent(intent_id)


def test_the_hold_is_released_only_when_the_intent_is_really_cancelled(
    database_url: str, settings: Settings, clock: Clock
) -> None:
    gateway = Stubborn()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        make = Builders(shop)
        mug = make.variant(stock=1)
        cart = make.cart((mug, 1))
        placed = shop.checkout.check_out(make.request(cart.id))
        gateway.process(placed.payment.intent_id)
        shop.payments.receive("stripe", *gateway.event(placed.payment.intent_id, "payment_intent.processing"))
        clock.forward(timedelta(days=15))
        assert shop.checkout.expire_unpaid() == 0
        with pytest.raises(PaymentUnderWay):
            shop.checkout.change_status(SYSTEM, placed.order.id, OrderStatus.CANCELLED)
        assert shop.inventory.stock(SYSTEM, mug).reserved == 1
        assert shop.checkout.show(SYSTEM, placed.order.id).status is OrderStatus.PENDING_PAYMENT


def test_a_success_that_races_cancellation_and_expiry_is_paid_or_refunded_and_never_both(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway, clock: Clock
) -> None:
    placed = [till.place((make.variant(stock=1), 1)) for _ in range(8)]
    clock.forward(timedelta(minutes=31))
    start = threading.Barrier(3)

    def cancel() -> None:
        start.wait()
        for one in placed[::2]:
            with suppress(OrderIsPaid, OrderChanged, OrderStatusRefused, PaymentUnderWay):
                shop.checkout.change_status(SYSTEM, one.order.id, OrderStatus.CANCELLED)

    def pay() -> None:
        start.wait()
        for one in placed:
            if gateway.pay(one.payment.intent_id).status is IntentStatus.SUCCEEDED:
                till.tell(one.payment.intent_id, "payment_intent.succeeded")

    def expire() -> None:
        start.wait()
        shop.checkout.expire_unpaid()

    with ThreadPoolExecutor(3) as hands:
        for done in [hands.submit(cancel), hands.submit(pay), hands.submit(expire)]:
            done.result()
    till.work()
    for one in placed:
        order = till.order(one)
        taken = gateway.retrieve_intent(one.payment.intent_id).status is IntentStatus.SUCCEEDED
        paid, refunded = order.status is OrderStatus.PAID, order.payment_status == "refunded"
        assert taken == (paid or refunded)
        assert not (paid and refunded)
        assert len(order.refunds) == refunded
    till.must_add_up()
