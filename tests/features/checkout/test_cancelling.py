"""Calling an order off: an unpaid one lets go of everything, a paid one is refunded in full."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.cart.model import CartId
from commerce_core.checkout.model import PlaceOrder
from commerce_core.checkout.views import CheckoutView
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.orders.errors import OrderChanged, OrderIsPaid, OrderStatusRefused
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.drafts import NewRefund
from commerce_core.payments.errors import NothingToRefund, OrderIsSent
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

Asked = Callable[[str], list[tuple[Any, ...]]]
BOOKS = "SELECT status, payment_status, version FROM orders UNION ALL SELECT '', '', count(*) FROM refunds"


@pytest.fixture
def asked(database_url: str) -> Asked:
    """What the tables hold."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    return ask


@pytest.fixture
def placed(shop: Commerce, make: Builders) -> CheckoutView:
    """Two mugs of five, with a discount that is counted."""
    sale = NewDiscount(title="Sale", kind=DiscountKind.PERCENTAGE, percent=Decimal(10), usage_limit=1)
    shop.discounts.create(SYSTEM, sale)
    return shop.checkout.check_out(make.request(make.cart((make.variant(stock=5), 2)).id))


@pytest.fixture
def paid(shop: Commerce, placed: CheckoutView, gateway: FakeGateway) -> CheckoutView:
    gateway.pay(str(placed.payment and placed.payment.intent_id))
    shop.checkout.confirm(placed.order.id, placed.order_token)
    return placed


def test_an_unpaid_order_lets_go_of_stock_and_discount_and_its_cart_is_open(
    shop: Commerce, placed: CheckoutView, asked: Asked
) -> None:
    assert asked("SELECT available_qty, reserved_qty FROM inventory_items") == [(3, 2)]
    assert asked("SELECT uses FROM discounts") == [(1,)]
    seen = shop.cancellations.cancel(SYSTEM, placed.order.id, reason="They called.")
    assert (seen.status, seen.payment_status) == (OrderStatus.CANCELLED, "unpaid")
    assert asked("SELECT available_qty, reserved_qty FROM inventory_items") == [(5, 0)]
    assert asked("SELECT uses FROM discounts") == [(0,)]
    assert asked("SELECT status FROM carts") == [("ACTIVE",)]
    assert asked("SELECT reason FROM order_transitions WHERE to_status = 'CANCELLED'") == [("They called.",)]


@pytest.mark.parametrize(("restock", "on_shelf"), [(True, 5), (False, 3)])
def test_a_paid_order_is_refunded_in_full_and_its_units_come_back_if_they_shall(
    shop: Commerce, paid: CheckoutView, asked: Asked, restock: bool, on_shelf: int
) -> None:
    seen = shop.cancellations.cancel(SYSTEM, paid.order.id, restock=restock, reason="They called.")
    assert (seen.status, seen.payment_status) == (OrderStatus.REFUNDED, "refunded")
    [refund] = shop.refunds.list_refunds(SYSTEM, paid.order.id).items
    assert (refund.amount, refund.reason, refund.note) == (paid.order.total, "cancelled", "They called.")
    assert asked("SELECT available_qty, reserved_qty FROM inventory_items") == [(on_shelf, 0)]
    assert shop.inventory.verify(SYSTEM) == []
    with pytest.raises(NothingToRefund):
        shop.cancellations.cancel(SYSTEM, paid.order.id)
    assert len(shop.refunds.list_refunds(SYSTEM, paid.order.id).items) == 1


def test_what_was_given_back_before_is_not_given_back_again(shop: Commerce, paid: CheckoutView) -> None:
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(amount=paid.order.shipping_total))
    shop.cancellations.cancel(SYSTEM, paid.order.id)
    amounts = [refund.amount for refund in shop.refunds.list_refunds(SYSTEM, paid.order.id).items]
    assert amounts == [paid.order.shipping_total, paid.order.total - paid.order.shipping_total]


def test_money_that_was_faster_than_the_cancellation_goes_back(
    shop: Commerce, placed: CheckoutView, gateway: FakeGateway
) -> None:
    gateway.pay(str(placed.payment and placed.payment.intent_id))  # Nobody has told us yet.
    version = placed.order.version
    seen = shop.cancellations.cancel(SYSTEM, placed.order.id)
    assert (seen.status, seen.payment_status) == (OrderStatus.REFUNDED, "refunded")
    assert seen.version > version


def test_an_order_of_which_something_has_left_is_not_cancelled(
    shop: Commerce, paid: CheckoutView, asked: Asked
) -> None:
    shop.checkout.change_status(SYSTEM, paid.order.id, OrderStatus.FULFILLED)
    before = asked(BOOKS)
    with pytest.raises(OrderIsSent):
        shop.cancellations.cancel(SYSTEM, paid.order.id)
    assert asked(BOOKS) == before


def test_who_may_not_and_who_read_another_version_cancel_nothing(
    shop: Commerce, paid: CheckoutView, asked: Asked
) -> None:
    before = asked(BOOKS)
    with pytest.raises(PermissionDenied):
        shop.cancellations.cancel(GUEST, paid.order.id)
    with pytest.raises(OrderChanged):
        shop.cancellations.cancel(SYSTEM, paid.order.id, expected_version=1)
    assert asked(BOOKS) == before


@pytest.fixture
def free(shop: Commerce, make: Builders) -> CheckoutView:
    """Two mugs of five that cost nothing, under a discount that may be used once."""
    gift = NewDiscount(title="Gift", kind=DiscountKind.PERCENTAGE, percent=Decimal(100), usage_limit=1)
    shop.discounts.create(SYSTEM, gift)
    cart = make.cart((make.variant(stock=5, ships=False), 2))
    return shop.checkout.check_out(PlaceOrder(CartId(cart.id), "camille@example.com"))


@pytest.mark.parametrize(("restock", "on_shelf"), [(True, 5), (False, 3)])
def test_an_order_that_cost_nothing_is_cancelled_without_a_refund_and_once(
    shop: Commerce, free: CheckoutView, asked: Asked, restock: bool, on_shelf: int
) -> None:
    assert (free.order.status, free.order.total.amount) == (OrderStatus.PAID, 0)
    seen = shop.cancellations.cancel(SYSTEM, free.order.id, restock=restock, reason="They called.")
    assert seen.status is OrderStatus.CANCELLED
    assert shop.refunds.list_refunds(SYSTEM, free.order.id).items == ()
    assert asked("SELECT available_qty, reserved_qty FROM inventory_items") == [(on_shelf, 0)]
    assert asked("SELECT uses FROM discounts") == [(0,)]
    assert asked("SELECT reason FROM order_transitions WHERE to_status = 'CANCELLED'") == [("They called.",)]
    audited = "SELECT changes FROM audit_logs WHERE action = 'order.cancel'"
    assert asked(audited) == [({"status": {"before": "PAID", "after": "CANCELLED"}},)]
    with pytest.raises(OrderStatusRefused):
        shop.cancellations.cancel(SYSTEM, free.order.id)
    assert asked("SELECT available_qty FROM inventory_items") == [(on_shelf,)]
    assert shop.inventory.verify(SYSTEM) == []


def test_cancelling_what_cost_nothing_many_times_at_once_puts_its_units_back_once(
    shop: Commerce, free: CheckoutView, asked: Asked
) -> None:
    def cancel(_: int) -> bool:
        try:
            shop.cancellations.cancel(SYSTEM, free.order.id)
        except OrderStatusRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as hands:
        assert list(hands.map(cancel, range(8))).count(True) == 1
    assert asked("SELECT available_qty, reserved_qty FROM inventory_items") == [(5, 0)]
    assert asked("SELECT count(*) FROM outbox_events WHERE type = 'order_cancelled' AND branch = ''") == [(1,)]


def test_what_cost_nothing_is_not_cancelled_by_who_may_not_or_has_read_another_version(
    shop: Commerce, free: CheckoutView, asked: Asked
) -> None:
    before = asked(BOOKS), asked("SELECT available_qty FROM inventory_items")
    with pytest.raises(PermissionDenied):
        shop.cancellations.cancel(GUEST, free.order.id)
    with pytest.raises(OrderChanged):
        shop.cancellations.cancel(SYSTEM, free.order.id, expected_version=99)
    with pytest.raises(OrderIsPaid):
        shop.checkout.change_status(SYSTEM, free.order.id, OrderStatus.CANCELLED)
    assert (asked(BOOKS), asked("SELECT available_qty FROM inventory_items")) == before
