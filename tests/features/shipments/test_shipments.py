"""What leaves of an order, what arrives, and where that brings the order."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.kernel.errors import InvalidInput
from commerce_core.orders.errors import OrderChanged, OrderNotFound, OrderStatusRefused
from commerce_core.orders.model import FulfillmentStatus, OrderStatus
from commerce_core.orders.views import OrderView
from commerce_core.shipments.errors import (
    NothingToShip,
    OrderNotShippable,
    ShipmentChanged,
    ShipmentEnded,
    ShipmentNotFound,
    TooManyToShip,
)
from commerce_core.shipments.model import NewShipment, ShipmentChanges, Tracking
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.shipments.conftest import Bought, Refused, item

F, S = FulfillmentStatus, OrderStatus


def refund(database_url: str, order: OrderView, line: int, quantity: int) -> None:
    """Units that were refunded by the line, as the books say it."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(
            "UPDATE order_items SET refunded_qty = refunded_qty + %s WHERE id = %s", (quantity, order.items[line].id)
        )


def standing(shop: Commerce, order: OrderView) -> tuple[OrderStatus, FulfillmentStatus]:
    shown = shop.checkout.show(SYSTEM, order.id)
    return shown.status, shown.fulfillment_status


def test_two_parcels_and_a_refund_have_the_right_status_at_every_step(
    shop: Commerce, bought: Bought, database_url: str
) -> None:
    order = bought(3, 2)
    assert standing(shop, order) == (S.PAID, F.UNFULFILLED)
    first = shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 2),)))
    assert standing(shop, order) == (S.PAID, F.PARTIALLY_FULFILLED)
    refund(database_url, order, 0, 1)
    shop.shipments.deliver(SYSTEM, order.id, first.id)
    assert standing(shop, order) == (S.PAID, F.PARTIALLY_FULFILLED)
    second = shop.shipments.ship(SYSTEM, order.id)
    assert [(sent.order_item_id, sent.quantity) for sent in second.items] == [(order.items[1].id, 2)]
    assert standing(shop, order) == (S.FULFILLED, F.FULFILLED)
    shop.shipments.cancel(SYSTEM, order.id, second.id, "left behind")
    assert standing(shop, order) == (S.PAID, F.PARTIALLY_FULFILLED)
    third = shop.shipments.ship(SYSTEM, order.id)
    assert standing(shop, order) == (S.FULFILLED, F.FULFILLED)
    shop.shipments.deliver(SYSTEM, order.id, third.id)
    assert standing(shop, order) == (S.COMPLETED, F.DELIVERED)
    shown = shop.checkout.show(SYSTEM, order.id)
    assert [line.shipped_quantity for line in shown.items] == [2, 2]
    assert [parcel.status for parcel in shown.shipments] == ["delivered", "cancelled", "delivered"]


def test_no_more_leaves_than_was_bought_and_neither_sent_nor_refunded(
    shop: Commerce, bought: Bought, refused: Refused, database_url: str
) -> None:
    order = bought(5)
    refund(database_url, order, 0, 1)
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 2),)))
    for items in ((item(order, 0, 3),), (item(order, 0, 1), item(order, 0, 2))):
        told = refused(TooManyToShip, shop.shipments.ship, SYSTEM, order.id, NewShipment(items))
        assert told.facts() == {"order_item_id": order.items[0].id, "wanted": 3, "left": 2}
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1), item(order, 0, 1))))
    refused(NothingToShip, shop.shipments.ship, SYSTEM, order.id)


def test_only_lines_of_the_order_that_need_shipping_are_sent(shop: Commerce, bought: Bought, refused: Refused) -> None:
    order, other = bought(1, -1), bought(1)
    for wanted, pointer in (
        (item(other, 0, 1), "/items/0/order_item_id"),
        (item(order, 1, 1), "/items/0/order_item_id"),
        (item(order, 0, 0), "/items/0/quantity"),
        (item(order, 0, -1), "/items/0/quantity"),
    ):
        told = refused(InvalidInput, shop.shipments.ship, SYSTEM, order.id, NewShipment((wanted,)))
        assert [error.pointer for error in told.errors] == [pointer]
    shop.shipments.ship(SYSTEM, order.id)
    assert standing(shop, order) == (S.FULFILLED, F.FULFILLED)


def test_what_needs_no_shipping_is_fulfilled_by_being_paid_for(
    shop: Commerce, bought: Bought, refused: Refused
) -> None:
    order = bought(-1)
    assert standing(shop, order) == (S.PAID, F.FULFILLED)
    refused(NothingToShip, shop.shipments.ship, SYSTEM, order.id)
    shop.checkout.change_status(SYSTEM, order.id, S.FULFILLED)
    assert standing(shop, order) == (S.FULFILLED, F.FULFILLED)
    assert shop.shipments.list_shipments(SYSTEM, order.id) == ()


def test_only_paid_orders_are_sent(shop: Commerce, make: Builders, refused: Refused) -> None:
    unpaid = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)).order
    told = refused(OrderNotShippable, shop.shipments.ship, SYSTEM, unpaid.id)
    assert told.facts() == {"order_id": unpaid.id, "status": "PENDING_PAYMENT"}
    refused(OrderStatusRefused, shop.checkout.change_status, SYSTEM, unpaid.id, S.FULFILLED)
    shop.checkout.change_status(SYSTEM, unpaid.id, S.CANCELLED)
    refused(OrderNotShippable, shop.shipments.ship, SYSTEM, unpaid.id)


def test_fulfilled_by_hand_is_one_parcel_of_all_that_is_left(
    shop: Commerce, bought: Bought, refused: Refused, database_url: str
) -> None:
    order = bought(2, 1)
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
    sent = shop.checkout.change_status(SYSTEM, order.id, S.FULFILLED, reason="picked up")
    assert [[unit.quantity for unit in parcel.items] for parcel in sent.shipments] == [[1], [1, 1]]
    assert (sent.status, sent.fulfillment_status) == (S.FULFILLED, F.FULFILLED)
    refused(OrderStatusRefused, shop.checkout.change_status, SYSTEM, order.id, S.FULFILLED)
    nothing = bought(1)
    refund(database_url, nothing, 0, 1)
    refused(NothingToShip, shop.checkout.change_status, SYSTEM, nothing.id, S.FULFILLED)


def test_a_parcel_ends_once(shop: Commerce, bought: Bought, refused: Refused) -> None:
    order = bought(2)
    parcel = shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
    lost = shop.shipments.ship(SYSTEM, order.id)
    shop.shipments.cancel(SYSTEM, order.id, lost.id, "lost")
    shop.shipments.deliver(SYSTEM, order.id, parcel.id)
    for ended in (parcel, lost):
        refused(ShipmentEnded, shop.shipments.deliver, SYSTEM, order.id, ended.id)
        refused(ShipmentEnded, shop.shipments.cancel, SYSTEM, order.id, ended.id)
    changes = ShipmentChanges(carrier="UPS")
    refused(ShipmentEnded, shop.shipments.change, SYSTEM, order.id, lost.id, changes)
    assert shop.shipments.change(SYSTEM, order.id, parcel.id, changes).carrier == "UPS"


def test_a_parcel_is_followed_where_its_carrier_tells(shop: Commerce, bought: Bought, refused: Refused) -> None:
    order = bought(1)
    parcel = shop.shipments.ship(SYSTEM, order.id, NewShipment(tracking=Tracking("La Poste", "6A 1/2")))
    assert parcel.tracking_url == "https://www.laposte.fr/outils/suivre-vos-envois?code=6A%201%2F2"

    def page(changes: ShipmentChanges) -> str | None:
        return shop.shipments.change(SYSTEM, order.id, parcel.id, changes).tracking_url

    ups = "https://www.ups.com/track?tracknum=1Z9"
    assert page(ShipmentChanges(carrier="u.p.s.", tracking_number="1Z9")) == ups
    assert page(ShipmentChanges(tracking_url="https://example.com/p/1")) == "https://example.com/p/1"
    assert page(ShipmentChanges(tracking_url="")) == ups
    assert page(ShipmentChanges(carrier="By bike")) is None
    version = shop.shipments.find(SYSTEM, order.id, parcel.id).version
    assert shop.shipments.change(SYSTEM, order.id, parcel.id, ShipmentChanges(carrier="By bike")).version == version


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "javascript:alert(1)", "//example.com", "https://", "https://a@b.example/", "https://[",
        "https://example.com/a b", "https://example.com/\n", f"https://example.com/{'y' * 2000}",
    ],
)  # fmt: skip
def test_buyers_click_on_nothing_but_a_page_of_https(
    shop: Commerce, bought: Bought, refused: Refused, url: str
) -> None:
    order = bought(1)
    parcel = shop.shipments.ship(SYSTEM, order.id)
    refused(InvalidInput, shop.shipments.change, SYSTEM, order.id, parcel.id, ShipmentChanges(tracking_url=url))


def test_times_are_told_and_possible(shop: Commerce, bought: Bought, refused: Refused, clock: Clock) -> None:
    order = bought(1)
    clock.forward(timedelta(days=3))
    left, day = order.placed_at + timedelta(days=1), timedelta(days=1)
    for impossible in (order.placed_at - day, order.placed_at + 9 * day, left.replace(tzinfo=None)):
        refused(InvalidInput, shop.shipments.ship, SYSTEM, order.id, NewShipment(shipped_at=impossible))
    parcel = shop.shipments.ship(SYSTEM, order.id, NewShipment(shipped_at=left))
    refused(InvalidInput, shop.shipments.deliver, SYSTEM, order.id, parcel.id, left - timedelta(minutes=1))
    arrived = shop.shipments.deliver(SYSTEM, order.id, parcel.id, left + day)
    assert (arrived.shipped_at, arrived.delivered_at) == (left, left + day)
    late = ShipmentChanges(shipped_at=left + timedelta(hours=25))
    refused(InvalidInput, shop.shipments.change, SYSTEM, order.id, parcel.id, late)


def test_who_read_another_version_changes_nothing(shop: Commerce, bought: Bought, refused: Refused) -> None:
    order = bought(2)
    one = NewShipment((item(order, 0, 1),))
    refused(OrderChanged, shop.shipments.ship, SYSTEM, order.id, one, order.version + 1)
    parcel = shop.shipments.ship(SYSTEM, order.id, one, order.version)
    refused(OrderChanged, shop.shipments.ship, SYSTEM, order.id, one, order.version)
    told = refused(ShipmentChanged, shop.shipments.cancel, SYSTEM, order.id, parcel.id, "", 2)
    assert told.facts() == {"version": 1}
    assert shop.shipments.deliver(SYSTEM, order.id, parcel.id, expected_version=1).version == 2


def test_operators_alone_send_and_only_what_is_there(shop: Commerce, bought: Bought, refused: Refused) -> None:
    order, other = bought(1), bought(1)
    parcel = shop.shipments.ship(SYSTEM, order.id)
    refused(PermissionDenied, shop.shipments.ship, GUEST, other.id)
    refused(PermissionDenied, shop.shipments.fulfil, GUEST, other.id)
    refused(PermissionDenied, shop.shipments.change, GUEST, order.id, parcel.id, ShipmentChanges(carrier="x"))
    refused(PermissionDenied, shop.shipments.deliver, GUEST, order.id, parcel.id)
    refused(PermissionDenied, shop.shipments.cancel, GUEST, order.id, parcel.id)
    refused(PermissionDenied, shop.shipments.list_shipments, GUEST, order.id)
    refused(PermissionDenied, shop.shipments.find, GUEST, order.id, parcel.id)
    refused(ShipmentNotFound, shop.shipments.deliver, SYSTEM, other.id, parcel.id)
    refused(ShipmentNotFound, shop.shipments.find, SYSTEM, other.id, parcel.id)
    refused(OrderNotFound, shop.shipments.ship, SYSTEM, uuid4())
    refused(OrderNotFound, shop.shipments.list_shipments, SYSTEM, uuid4())


def test_what_happens_is_told_in_the_transaction_that_causes_it(
    shop: Commerce, bought: Bought, database_url: str
) -> None:
    order = bought(1)
    lost = shop.shipments.ship(SYSTEM, order.id, NewShipment(tracking=Tracking("UPS", "1Z9")))
    shop.shipments.cancel(SYSTEM, order.id, lost.id, "lost")
    parcel = shop.shipments.ship(SYSTEM, order.id)
    shop.shipments.deliver(SYSTEM, order.id, parcel.id)
    told = shop.orders.timeline(SYSTEM, order.id).items
    assert [entry.what for entry in told if entry.kind == "event"][2:] == [
        "order_fulfilled", "order_shipped", "shipment_cancelled", "order_fulfilled", "order_shipped",
        "order_delivered", "order_completed",
    ]  # fmt: skip
    assert {(entry.what, entry.status, entry.actor, entry.detail) for entry in told if entry.kind == "shipment"} == {
        ("shipped", "cancelled", "system", "UPS, 1Z9"), ("cancelled", "cancelled", "", "UPS, 1Z9, lost"),
        ("shipped", "delivered", "system", ""), ("delivered", "delivered", "", ""),
    }  # fmt: skip
    assert [entry.what for entry in told if entry.kind == "status"] == [
        "PENDING_PAYMENT", "PAID", "FULFILLED", "PAID", "FULFILLED", "COMPLETED",
    ]  # fmt: skip
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        rows = connection.execute("SELECT action FROM audit_logs WHERE entity_type = 'shipment' ORDER BY id").fetchall()
    assert [row[0] for row in rows] == ["shipment.create", "shipment.cancel", "shipment.create", "shipment.deliver"]


def test_a_buyer_sees_what_is_under_way_and_not_what_was_taken_back(
    shop: Commerce, make: Builders, gateway: FakeGateway
) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 2)).id))
    gateway.pay(done.payment.intent_id)
    order = shop.checkout.confirm(done.order.id, done.order_token).order
    lost = shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
    shop.shipments.cancel(SYSTEM, order.id, lost.id)
    assert shop.checkout.order(order.id, done.order_token).shipments == ()
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),), Tracking("Colissimo", "6A1")))
    seen = shop.checkout.order(order.id, done.order_token)
    assert [(parcel.status, parcel.tracking_number) for parcel in seen.shipments] == [("shipped", "6A1")]
    assert shop.checkout.confirm(order.id, done.order_token).order == seen
    assert len(shop.checkout.show(SYSTEM, order.id).shipments) == 2


def test_an_order_is_complete_two_weeks_after_its_last_parcel_left(
    shop: Commerce, bought: Bought, clock: Clock
) -> None:
    order, digital, waiting = bought(2), bought(-1), bought(2)
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
    shop.shipments.ship(SYSTEM, waiting.id, NewShipment((item(waiting, 0, 1),)))
    clock.forward(timedelta(days=10))
    shop.shipments.ship(SYSTEM, order.id)
    shop.checkout.change_status(SYSTEM, digital.id, S.FULFILLED)
    clock.forward(timedelta(days=13))
    assert (shop.shipments.complete_arrived(), standing(shop, digital)[0]) == (1, S.COMPLETED)
    assert standing(shop, order) == (S.FULFILLED, F.FULFILLED)
    clock.forward(timedelta(days=1, minutes=1))
    assert (shop.shipments.complete_arrived(), shop.shipments.complete_arrived()) == (1, 0)
    assert standing(shop, order) == (S.COMPLETED, F.FULFILLED)
    assert standing(shop, waiting) == (S.PAID, F.PARTIALLY_FULFILLED)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("shipped_qty = 2", "order_items_never_ship_refunded"),
        ("delivered_qty = 1", "order_items_delivered_was_shipped"),
        ("requires_shipping = false, shipped_qty = 1", "order_items_shipped_can_be"),
    ],
)
def test_the_database_refuses_what_the_model_would(
    bought: Bought, database_url: str, change: str, constraint: str
) -> None:
    order = bought(2)
    refund(database_url, order, 0, 1)
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        with pytest.raises(psycopg.errors.CheckViolation) as told:
            connection.execute(f"UPDATE order_items SET {change} WHERE order_id = '{order.id}'")
        assert told.value.diag.constraint_name == constraint
        connection.execute("UPDATE order_items SET shipped_qty = 1 WHERE order_id = %s", (order.id,))
    refund(database_url, order, 0, 1)  # What has left may be refunded, too.


def counted(database_url: str, order_id: UUID) -> list[tuple[int, int]]:
    """Of each line: what its counter says has left, and what its parcels hold."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        return connection.execute(
            """SELECT i.shipped_qty, coalesce(sum(l.qty) FILTER (WHERE s.status <> 'cancelled'), 0)
            FROM order_items i LEFT JOIN shipment_lines l ON l.order_item_id = i.id
            LEFT JOIN shipments s ON s.id = l.shipment_id
            WHERE i.order_id = %s GROUP BY i.id ORDER BY i.position""",
            (order_id,),
        ).fetchall()


def test_counters_are_what_the_parcels_hold(shop: Commerce, bought: Bought, database_url: str) -> None:
    order = bought(3, 1)
    shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 2),)))
    rest = shop.shipments.ship(SYSTEM, order.id)
    assert counted(database_url, order.id) == [(3, 3), (1, 1)]
    shop.shipments.cancel(SYSTEM, order.id, rest.id)
    assert counted(database_url, order.id) == [(2, 2), (0, 0)]


def test_of_twenty_who_send_the_same_at_once_as_many_do_as_there_are_units(
    shop: Commerce, bought: Bought, database_url: str
) -> None:
    order = bought(7)

    def ship(_: int) -> str:
        try:
            shop.shipments.ship(SYSTEM, order.id, NewShipment((item(order, 0, 1),)))
        except (TooManyToShip, OrderNotShippable) as refusal:
            return refusal.code
        return "sent"

    with ThreadPoolExecutor(20) as pool:
        told = Counter(pool.map(ship, range(20)))
    assert told == {"sent": 7, "too-many-to-ship": 13}
    assert counted(database_url, order.id) == [(7, 7)]
    assert standing(shop, order) == (S.FULFILLED, F.FULFILLED)


def test_a_parcel_that_arrives_and_is_cancelled_at_once_does_one_of_them(shop: Commerce, bought: Bought) -> None:
    for _ in range(5):
        order = bought(1)
        parcel = shop.shipments.ship(SYSTEM, order.id)

        def end(act: Callable[..., object], order: OrderView = order, parcel: UUID = parcel.id) -> int:
            try:
                act(SYSTEM, order.id, parcel)
            except ShipmentEnded:
                return 0
            return 1

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(end, (shop.shipments.deliver, shop.shipments.cancel))) == 1
        assert standing(shop, order) in {(S.COMPLETED, F.DELIVERED), (S.PAID, F.UNFULFILLED)}
