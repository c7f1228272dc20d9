"""A provider that is away: nobody is told nonsense meanwhile, and nothing is left behind."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.checkout.model import PaymentMethod
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import OrderStatus
from commerce_core.outbox.model import EventStatus
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable
from commerce_core.payments.provider import Intent, IntentStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway


class Going(FakeGateway):
    """A provider that answers until it is told to go away."""

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "refusal", None)

    def retrieve_intent(self, intent_id: str) -> Intent:
        self._must_be_there()
        return super().retrieve_intent(intent_id)

    def cancel_intent(self, intent_id: str) -> Intent:
        self._must_be_there()
        return super().cancel_intent(intent_id)

    def leave(self, saying: Exception | None = GatewayUnavailable()) -> None:  # noqa: B008 - frozen
        object.__setattr__(self, "refusal", saying)

    def come_back(self) -> None:
        self.leave(saying=None)

    def _must_be_there(self) -> None:
        if self.refusal:
            raise self.refusal


@pytest.fixture
def gateway() -> Going:
    return Going()


@pytest.fixture
def shop(database_url: str, settings: Settings, gateway: Going) -> Iterator[Commerce]:
    with open_shop(database_url, settings=settings, gateway=gateway) as opened:
        yield opened


def drained(shop: Commerce, clock: Clock) -> None:
    """What the worker does within the hours in which it tries a reaction again."""
    while shop.outbox.drain():
        clock.forward(timedelta(minutes=15))


def test_an_intent_that_outlived_its_cancelled_order_is_cancelled_when_the_provider_is_back(
    shop: Commerce, make: Builders, clock: Clock, gateway: Going
) -> None:
    cart = make.cart((make.variant(stock=5), 1))
    placed = shop.checkout.check_out(make.request(cart.id))
    gateway.leave()
    shop.cart.change(cart.id, CartChanges(notes="a gift"))
    drained(shop, clock)
    assert [event.type for event in shop.outbox.list_events(SYSTEM, EventStatus.DEAD, PageRequest()).items] == [
        "order_cancelled"
    ]
    assert shop.payments.withdraw_left_open() == 0

    gateway.come_back()
    assert shop.payments.withdraw_left_open() == 1
    assert gateway.retrieve_intent(str(placed.payment.intent_id)).status is IntentStatus.CANCELED
    assert shop.checkout.show(SYSTEM, placed.order.id).payments[0].status == "canceled"
    assert shop.payments.withdraw_left_open() == 0


def test_only_what_has_long_been_cancelled_and_no_bank_is_at_is_withdrawn(
    shop: Commerce, make: Builders, clock: Clock, gateway: Going
) -> None:
    carts = [make.cart((make.variant(stock=5), 1)) for _ in range(3)]
    waiting, cancelled, at_the_bank = (shop.checkout.check_out(make.request(cart.id)).payment for cart in carts)
    for cart in carts[1:]:
        shop.cart.change(cart.id, CartChanges(notes="a gift"))
    gateway.process(at_the_bank.intent_id)
    shop.payments.receive("stripe", *gateway.event(at_the_bank.intent_id, "payment_intent.processing"))

    assert shop.payments.withdraw_left_open() == 0
    clock.forward(timedelta(minutes=11))
    assert shop.payments.withdraw_left_open() == 1
    states = [gateway.retrieve_intent(payment.intent_id).status for payment in (waiting, cancelled, at_the_bank)]
    assert states == [IntentStatus.REQUIRES_PAYMENT_METHOD, IntentStatus.CANCELED, IntentStatus.PROCESSING]


def test_who_has_paid_is_told_so_while_the_provider_is_away(shop: Commerce, make: Builders, gateway: Going) -> None:
    request = make.request(make.cart((make.variant(stock=5), 1)).id)
    placed = shop.checkout.check_out(request)
    gateway.pay(placed.payment.intent_id)
    event = gateway.event(placed.payment.intent_id, "payment_intent.succeeded")
    gateway.leave()
    with pytest.raises(GatewayUnavailable):
        shop.checkout.confirm(placed.order.id, placed.order_token)
    shop.payments.receive("stripe", *event)

    confirmed = shop.checkout.confirm(placed.order.id, placed.order_token)
    assert (confirmed.order.status, confirmed.payment.status) == (OrderStatus.PAID, "succeeded")
    again = shop.checkout.check_out(request)
    assert (again.order, again.payment) == (confirmed.order, confirmed.payment)
    assert again.payment.client_secret is None


def test_a_transfer_that_arrived_is_no_longer_waited_for(shop: Commerce, make: Builders) -> None:
    request = make.request(make.cart((make.variant(stock=5), 1)).id)
    placed = shop.checkout.check_out(evolve(request, payment_method=PaymentMethod.MANUAL))
    assert placed.payment.status == "requires_payment_method"
    shop.payments.mark_received(SYSTEM, placed.order.id)
    assert shop.checkout.confirm(placed.order.id, placed.order_token).payment.status == "succeeded"


def test_an_order_whose_intent_nobody_knows_any_more_waits_for_a_person_to_let_go_of_it(
    shop: Commerce, make: Builders, clock: Clock, gateway: Going
) -> None:
    mug = make.variant(stock=1)
    placed = shop.checkout.check_out(make.request(make.cart((mug, 1)).id))
    gateway.leave(saying=GatewayRefused("No such payment intent"))
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 0
    assert shop.inventory.stock(SYSTEM, mug).reserved == 1

    cancelled = shop.checkout.change_status(SYSTEM, placed.order.id, OrderStatus.CANCELLED)
    assert (cancelled.status, cancelled.payments[0].status) == (OrderStatus.CANCELLED, "canceled")
    assert shop.inventory.stock(SYSTEM, mug).available == 1


def test_an_order_that_is_cancelled_already_is_not_held_up_by_an_intent_nobody_knows(
    shop: Commerce, make: Builders, gateway: Going
) -> None:
    cart = make.cart((make.variant(stock=5), 1))
    placed = shop.checkout.check_out(make.request(cart.id))
    gateway.leave(saying=GatewayRefused("No such payment intent"))
    shop.cart.change(cart.id, CartChanges(notes="a gift"))
    while shop.outbox.drain():
        pass
    assert shop.outbox.list_events(SYSTEM, EventStatus.DEAD, PageRequest()).total == 0
    assert shop.checkout.show(SYSTEM, placed.order.id).payments[0].status == "canceled"


def test_a_bug_about_one_order_holds_up_neither_its_expiry_for_long_nor_that_of_others(
    shop: Commerce, make: Builders, clock: Clock, gateway: Going
) -> None:
    stuck, other = (make.request(make.cart((make.variant(stock=5), 1)).id) for _ in range(2))
    strange = shop.checkout.check_out(stuck)
    plain = shop.checkout.check_out(evolve(other, payment_method=PaymentMethod.MANUAL))
    gateway.leave(saying=RuntimeError("a bug"))
    clock.forward(timedelta(days=15))
    assert shop.checkout.expire_unpaid() == 1
    assert shop.checkout.show(SYSTEM, plain.order.id).status is OrderStatus.CANCELLED
    assert shop.checkout.show(SYSTEM, strange.order.id).status is OrderStatus.PENDING_PAYMENT

    gateway.come_back()
    clock.forward(timedelta(minutes=11))
    assert shop.checkout.expire_unpaid() == 1
