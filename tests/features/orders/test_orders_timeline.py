"""What has happened to an order, in one list; and what people call it."""

from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM, Actor, Origin, Permission, Role
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.keys.model import NewKey
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import OrderStatus
from commerce_core.orders.queries import OrderFilter
from commerce_core.settings import from_environ
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

PASSWORD = "a long enough passphrase"


def test_a_purchase_is_told_from_its_first_step_to_its_last(
    shop: Commerce, make: Builders, gateway: FakeGateway
) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    gateway.pay(done.payment.intent_id)
    shop.payments.receive("stripe", *gateway.event(done.payment.intent_id, "payment_intent.succeeded"))
    kim = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, PASSWORD)
    actor = Actor.staff(kim.id, "Kim", Role.SUPPORT, Origin())
    shop.checkout.change_status(actor, done.order.id, OrderStatus.FULFILLED, reason="picked up")
    while shop.outbox.drain() + shop.emails.send_due():
        pass

    told = shop.orders.timeline(SYSTEM, done.order.id).items

    assert {(entry.kind.value, entry.what, entry.status, entry.actor) for entry in told} == {
        ("status", "PENDING_PAYMENT", "", "guest"),
        ("status", "PAID", "PENDING_PAYMENT", "system"),
        ("status", "FULFILLED", "PAID", "Kim"),
        ("payment", "stripe", "succeeded", ""),
        ("event", "order_placed", "processed", ""),
        ("event", "order_paid", "processed", ""),
        ("event", "order_shipped", "processed", ""),
        ("event", "order_fulfilled", "processed", ""),
        ("shipment", "shipped", "shipped", "Kim"),
        ("provider_event", "payment_intent.succeeded", "processed", "stripe"),
        ("mail", "order_confirmation", "sent", "camille@example.com"),
    }
    assert [entry.at for entry in told] == sorted(entry.at for entry in told)
    assert [entry.what for entry in told if entry.kind == "status"] == ["PENDING_PAYMENT", "PAID", "FULFILLED"]
    assert [entry.detail for entry in told if entry.what == "FULFILLED"] == ["picked up"]


def test_a_program_is_told_by_the_name_of_its_key(shop: Commerce, make: Builders, gateway: FakeGateway) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    gateway.pay(done.payment.intent_id)
    shop.payments.receive("stripe", *gateway.event(done.payment.intent_id, "payment_intent.succeeded"))
    token = shop.keys.create(SYSTEM, NewKey("Warehouse", [Permission.ORDERS_WRITE])).token
    shop.checkout.change_status(shop.operators.authenticate(token, Origin()), done.order.id, OrderStatus.FULFILLED)

    told = shop.orders.timeline(SYSTEM, done.order.id).items

    assert [entry.actor for entry in told if entry.what == "FULFILLED"] == ["Warehouse"]


def test_a_timeline_is_its_orders_alone_and_for_who_may_read_orders(shop: Commerce, make: Builders) -> None:
    one, other = (shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)) for _ in range(2))

    assert len(shop.orders.timeline(SYSTEM, one.order.id).items) == len(
        shop.orders.timeline(SYSTEM, other.order.id).items
    )
    assert one.payment.intent_id not in str(shop.orders.timeline(SYSTEM, other.order.id))
    with pytest.raises(OrderNotFound):
        shop.orders.timeline(SYSTEM, uuid4())
    with pytest.raises(PermissionDenied):
        shop.orders.timeline(GUEST, one.order.id)


def test_an_order_is_called_as_the_format_was_when_it_was_placed(
    shop: Commerce, database_url: str, settings: Settings, make: Builders, gateway: FakeGateway
) -> None:
    plain = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)).order
    named = evolve(settings, order_reference_format="FR-{number}")
    with open_shop(database_url, settings=named, gateway=gateway) as renamed:
        order = renamed.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)).order

        assert (plain.number, plain.reference) == (1001, "1001")
        assert (order.number, order.reference) == (1002, "FR-1002")
        assert renamed.checkout.show(SYSTEM, plain.id).reference == "1001"
        assert renamed.orders.called(SYSTEM, "fr-1002") == order.id
        found = renamed.orders.list_orders(SYSTEM, PageRequest(), OrderFilter(q="fr-1002"))
        assert [(one.id, one.reference) for one in found.items] == [(order.id, "FR-1002")]
        with pytest.raises(OrderNotFound):
            renamed.orders.called(SYSTEM, "FR-1001")
        with pytest.raises(PermissionDenied):
            renamed.orders.called(GUEST, "FR-1002")


@pytest.mark.parametrize("unusable", ["FR", "{number}{number}", "{year}-{number}", "{0}", "x" * 21 + "{number}"])
def test_a_format_that_would_give_two_orders_one_name_stops_the_start(unusable: str) -> None:
    with pytest.raises(InvalidInput):
        from_environ({"ORDER_REFERENCE_FORMAT": unusable})
