"""Parcels beside real refunds: what is paid back is not sent, and what was not paid back after all is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.kernel.money import Money
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus
from commerce_core.orders.views import OrderView
from commerce_core.payments.drafts import NewRefund, RefundItem
from commerce_core.payments.provider import ProviderRefundStatus
from commerce_core.shipments.errors import NothingToShip, OrderNotShippable, TooManyToShip
from commerce_core.shipments.model import NewShipment
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.shipments.conftest import Bought, Refused, item

F, P, S = FulfillmentStatus, OrderPaymentStatus, OrderStatus


def refund(shop: Commerce, order: OrderView, line: int, quantity: int) -> str:
    """Give units of a line back; the provider's name for it."""
    wanted = NewRefund(items=(RefundItem(order.items[line].id, quantity),))
    return str(shop.refunds.refund(SYSTEM, order.id, wanted).provider_refund_id)


def standing(shop: Commerce, order: OrderView) -> tuple[OrderStatus, OrderPaymentStatus, FulfillmentStatus]:
    shown = shop.checkout.show(SYSTEM, order.id)
    return shown.status, shown.payment_status, shown.fulfillment_status


def test_two_parcels_and_a_partial_refund(shop: Commerce, bought: Bought, refused: Refused) -> None:
    order = bought(3)
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
    assert standing(shop, order) == (S.PAID, P.PAID, F.PARTIALLY_FULFILLED)
    refund(shop, order, 0, 1)
    assert standing(shop, order) == (S.PAID, P.PARTIALLY_REFUNDED, F.PARTIALLY_FULFILLED)
    refused(TooManyToShip, shop.shipments.ship, SYSTEM, order.id, NewShipment((item(order, 0, 2),)))
    second = shop.shipments.ship(SYSTEM, order.id)
    assert [sent.quantity for sent in second.items] == [1]
    assert standing(shop, order) == (S.FULFILLED, P.PARTIALLY_REFUNDED, F.FULFILLED)
    refund(shop, order, 0, 1)  # One that had left comes back.
    assert standing(shop, order) == (S.FULFILLED, P.PARTIALLY_REFUNDED, F.FULFILLED)
    told = shop.checkout.show(SYSTEM, order.id).items[0]
    assert (told.quantity, told.shipped_quantity, told.refunded_quantity) == (3, 2, 2)


def test_a_refund_of_all_that_is_left_to_send_fulfils_an_order(
    shop: Commerce, bought: Bought, gateway: FakeGateway
) -> None:
    order = bought(2)
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
    made = refund(shop, order, 0, 1)
    assert standing(shop, order) == (S.FULFILLED, P.PARTIALLY_REFUNDED, F.FULFILLED)
    shop.refunds.hear("stripe", gateway.settle_refund(made, ProviderRefundStatus.FAILED))
    assert standing(shop, order) == (S.PAID, P.PAID, F.PARTIALLY_FULFILLED)
    assert [sent.quantity for sent in shop.shipments.ship(SYSTEM, order.id).items] == [1]
    assert standing(shop, order) == (S.FULFILLED, P.PAID, F.FULFILLED)


def test_where_all_that_was_to_be_sent_is_refunded_the_rest_fulfils_an_order(
    shop: Commerce, bought: Bought, gateway: FakeGateway, refused: Refused
) -> None:
    order = bought(1, -1)
    made = refund(shop, order, 0, 1)
    assert standing(shop, order) == (S.PAID, P.PARTIALLY_REFUNDED, F.FULFILLED)
    refused(NothingToShip, shop.shipments.ship, SYSTEM, order.id)
    assert shop.checkout.change_status(SYSTEM, order.id, S.FULFILLED).status is S.FULFILLED
    shop.refunds.hear("stripe", gateway.settle_refund(made, ProviderRefundStatus.FAILED))
    assert standing(shop, order) == (S.PAID, P.PAID, F.UNFULFILLED)
    both = bought(1, -1)
    refund(shop, both, 0, 1)
    refund(shop, both, 1, 1)
    assert standing(shop, both)[2] is F.UNFULFILLED


def test_what_is_paid_back_as_a_whole_is_not_sent(shop: Commerce, bought: Bought, refused: Refused) -> None:
    order = bought(1)
    shop.refunds.refund(SYSTEM, order.id, NewRefund(amount=order.total))
    assert standing(shop, order) == (S.REFUNDED, P.REFUNDED, F.UNFULFILLED)
    refused(OrderNotShippable, shop.shipments.ship, SYSTEM, order.id)


def test_a_refund_by_amount_leaves_the_goods_alone(shop: Commerce, bought: Bought) -> None:
    order = bought(2)
    shop.refunds.refund(SYSTEM, order.id, NewRefund(amount=Money(100, "EUR")))
    assert [sent.quantity for sent in shop.shipments.ship(SYSTEM, order.id).items] == [2]
    assert standing(shop, order) == (S.FULFILLED, P.PARTIALLY_REFUNDED, F.FULFILLED)


def test_units_that_are_sent_and_refunded_at_once_are_one_or_the_other(shop: Commerce, bought: Bought) -> None:
    order = bought(4)

    def send(_: int) -> int:
        try:
            shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
        except TooManyToShip:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        backs = [pool.submit(refund, shop, order, 0, 1) for _ in range(2)]
        sent = sum(pool.map(send, range(6)))
        assert all(back.result() for back in backs)
    told = shop.checkout.show(SYSTEM, order.id).items[0]
    assert (told.shipped_quantity, told.refunded_quantity) == (sent, 2)
    assert 2 <= sent <= 4  # Units may be refunded once they have left.
    assert standing(shop, order)[0] is S.FULFILLED


def test_a_parcel_that_was_cancelled_holds_up_no_order(shop: Commerce, bought: Bought, clock: Clock) -> None:
    order = bought(2)
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
    clock.forward(timedelta(days=10))
    lost = shop.shipments.ship(SYSTEM, order.id)
    shop.shipments.cancel(SYSTEM, order.id, lost.id, "lost")
    refund(shop, order, 0, 1)
    assert standing(shop, order)[0] is S.FULFILLED
    clock.forward(timedelta(days=4, minutes=1))
    assert shop.shipments.complete_arrived() == 1
    assert standing(shop, order) == (S.COMPLETED, P.PARTIALLY_REFUNDED, F.FULFILLED)
