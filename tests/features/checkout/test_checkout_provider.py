"""A checkout while its payment provider is away, is choosy, or died with us in between."""

from datetime import timedelta

import pytest
from attrs import evolve

from commerce_core import Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.model import CartId, CartStatus
from commerce_core.cart.service import NewItem
from commerce_core.checkout.errors import (
    PaymentMethodNotOffered,
)
from commerce_core.checkout.model import PlaceOrder
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable
from commerce_core.payments.provider import Intent, IntentRequest
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.rows import Rows


def test_a_shop_without_a_card_provider_says_so(database_url: str, settings: Settings, make: Builders) -> None:
    cart = make.cart((make.variant(), 1))
    with (
        open_shop(database_url, settings=evolve(settings, payment_provider="manual")) as shop,
        pytest.raises(PaymentMethodNotOffered),
    ):
        shop.checkout.check_out(make.request(cart.id))


class Unreachable(FakeGateway):
    """A provider that is away until told otherwise; `executes` tells whether it acted before it went."""

    def __init__(self, *, executes: bool) -> None:
        super().__init__()
        object.__setattr__(self, "away", True)
        object.__setattr__(self, "executes", executes)

    def create_intent(self, request: IntentRequest) -> Intent:
        if self.away and not self.executes:
            raise GatewayUnavailable
        made = super().create_intent(request)
        if self.away:
            raise GatewayUnavailable
        return made


@pytest.mark.parametrize("executes", [True, False])
def test_when_the_provider_is_away_the_order_stands_and_a_repeat_goes_on(
    database_url: str, settings: Settings, make: Builders, rows: Rows, executes: bool
) -> None:
    gateway = Unreachable(executes=executes)
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        request = make.request(make.cart((make.variant(), 1)).id)
        with pytest.raises(GatewayUnavailable):
            shop.checkout.check_out(request)
        object.__setattr__(gateway, "away", False)
        done = shop.checkout.check_out(request)
        assert done.payment.intent_id
        assert rows("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM payments)") == [(1, 1)]


def test_what_a_crash_left_unasked_is_resumed(
    database_url: str, settings: Settings, make: Builders, clock: Clock
) -> None:
    gateway = Unreachable(executes=True)
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        with pytest.raises(GatewayUnavailable):
            shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
        object.__setattr__(gateway, "away", False)
        assert shop.payments.resume() == 0
    clock.forward(timedelta(minutes=2))
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        assert shop.payments.resume() == 1
        assert shop.payments.resume() == 0


class Choosy(FakeGateway):
    """A provider that does not take payments of some amounts, and says so before there is an intent."""

    def create_intent(self, request: IntentRequest) -> Intent:
        if request.amount.amount > 1_000_000:
            raise GatewayRefused("the amount is too large")
        return super().create_intent(request)


def test_a_payment_that_the_provider_refuses_to_take_gives_the_cart_back(
    database_url: str, settings: Settings, make: Builders
) -> None:
    with open_shop(database_url, settings=settings, gateway=Choosy()) as shop:
        variant = make.variant(price=2_000_000, stock=3)
        cart = make.cart((variant, 1))
        with pytest.raises(GatewayRefused):
            shop.checkout.check_out(make.request(cart.id))
        assert shop.cart.get(cart.id).status is CartStatus.ACTIVE
        assert shop.inventory.stock(SYSTEM, variant).available == 3
        assert shop.cart.add_item(cart.id, NewItem(variant, 1)).items[0].quantity == 2


def test_a_free_order_needs_no_payment_provider(database_url: str, settings: Settings, make: Builders) -> None:
    with open_shop(database_url, settings=evolve(settings, payment_provider="manual")) as shop:
        cart = make.cart((make.variant(price=0, ships=False), 1))
        assert shop.checkout.check_out(PlaceOrder(CartId(cart.id), "a@example.com")).order.status is OrderStatus.PAID
