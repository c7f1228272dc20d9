"""A use of a discount comes back whenever its order comes to nothing, however that happens."""

from collections.abc import Callable
from typing import Any

from commerce_core import Commerce, Money
from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewItem
from commerce_core.checkout.model import Placed
from commerce_core.orders.model import OrderStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.rows import LOSE_THE_HOLD, Rows


def test_a_buyer_who_goes_on_choosing_keeps_the_last_use_of_a_code(
    shop: Commerce, make: Builders, percent_off: Any, rows: Rows
) -> None:
    percent_off(usage_limit=1, usage_limit_per_buyer=1, first_order_only=True)
    variant = make.variant(price=2000, stock=9)
    cart = make.cart((variant, 1))
    shop.cart.apply_discount(cart.id, "SPRING")
    first = shop.checkout.place_order(make.request(cart.id)).order
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(1, 1)]
    assert shop.cart.get(cart.id).discount_total == first.discount_total  # its own use is none too many

    taken_back = shop.cart.add_item(cart.id, NewItem(variant, 1))
    assert taken_back.discount_total == Money(400, "EUR")
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(0, 0)]

    second = shop.checkout.place_order(make.request(cart.id)).order
    assert (second.id != first.id, second.discount_total) == (True, Money(400, "EUR"))
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(1, 1)]


def test_an_order_that_was_sold_out_when_it_was_paid_gives_its_use_back(
    shop: Commerce,
    make: Builders,
    gateway: FakeGateway,
    percent_off: Any,
    rows: Rows,
    order: Callable[..., Placed],
) -> None:
    percent_off(usage_limit=2)
    mug = make.variant(price=2000, stock=1)
    cart = make.cart((mug, 1))
    shop.cart.apply_discount(cart.id, "SPRING")
    late = shop.checkout.check_out(make.request(cart.id))
    rows(LOSE_THE_HOLD)
    order(mug, email="quick@example.com")
    assert rows("SELECT uses FROM discounts") == [(2,)]

    assert late.payment
    intent_id = str(late.payment.intent_id)
    gateway.pay(intent_id)
    shop.payments.receive("stripe", *gateway.event(intent_id, "payment_intent.succeeded"))
    assert shop.checkout.show(SYSTEM, late.order.id).status is OrderStatus.CANCELLED
    assert rows("SELECT uses, (SELECT count(*) FROM discount_uses) FROM discounts") == [(1, 1)]
