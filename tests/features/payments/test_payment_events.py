"""What providers tell us: applied once, in any order, however often."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.gateways.stripe_signature import sign
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.errors import InvalidSignature, MalformedEvent
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway


def statuses(url: str, column: str, table: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(f"SELECT {column} FROM {table} ORDER BY id")]


@pytest.fixture
def pending(shop: Commerce, make: Builders):
    return shop.checkout.check_out(make.request(make.cart((make.variant(stock=5), 1)).id))


def status(shop: Commerce, done) -> tuple[str, str]:
    order = shop.checkout.order(done.order.id, done.order_token)
    return order.status.value, order.payment_status.value


def test_the_same_event_fifty_times_at_once_is_one_payment(
    shop: Commerce, gateway: FakeGateway, pending, database_url: str
) -> None:
    gateway.pay(pending.payment.intent_id)
    event = gateway.event(pending.payment.intent_id, "payment_intent.succeeded")
    with ThreadPoolExecutor(16) as deliveries:
        list(deliveries.map(lambda _: shop.payments.receive("stripe", *event), range(50)))
    assert status(shop, pending) == ("PAID", "paid")
    assert statuses(database_url, "status", "webhook_events") == ["processed"]
    assert statuses(database_url, "type", "inventory_movements").count("sale") == 1
    assert statuses(database_url, "type", "outbox_events").count("order_paid") == 1
    assert statuses(database_url, "status", "email_outbox") == ["queued"]


@pytest.mark.parametrize(
    "order",
    list(
        itertools.permutations(
            ["payment_intent.processing", "payment_intent.payment_failed", "payment_intent.succeeded"]
        )
    ),
    ids=lambda order: "-".join(name.rpartition(".")[2] for name in order),
)
def test_events_in_any_order_end_where_the_provider_is(
    shop: Commerce, gateway: FakeGateway, pending, order: tuple[str, ...]
) -> None:
    events = [gateway.event(pending.payment.intent_id, name) for name in order]
    gateway.pay(pending.payment.intent_id)
    for event in events + events:
        shop.payments.receive("stripe", *event)
    assert status(shop, pending) == ("PAID", "paid")
    assert shop.inventory.verify(SYSTEM) == []


def test_a_declined_card_can_be_tried_again(shop: Commerce, gateway: FakeGateway, pending) -> None:
    gateway.decline(pending.payment.intent_id, "insufficient_funds")
    shop.payments.receive("stripe", *gateway.event(pending.payment.intent_id, "payment_intent.payment_failed"))
    assert status(shop, pending) == ("PENDING_PAYMENT", "failed")
    gateway.pay(pending.payment.intent_id)
    shop.payments.receive("stripe", *gateway.event(pending.payment.intent_id, "payment_intent.succeeded"))
    assert status(shop, pending) == ("PAID", "paid")


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "é", "t=x,v1=y", "v1=" + "0" * 64])
def test_a_forged_event_leaves_not_one_row(
    shop: Commerce, gateway: FakeGateway, pending, database_url: str, signature: str
) -> None:
    body, _ = gateway.event(pending.payment.intent_id, "payment_intent.succeeded")
    with pytest.raises(InvalidSignature):
        shop.payments.receive("stripe", body, signature)
    assert statuses(database_url, "id", "webhook_events") == []
    assert status(shop, pending) == ("PENDING_PAYMENT", "unpaid")


def test_a_signed_event_that_is_none_is_refused(shop: Commerce, gateway: FakeGateway, database_url: str) -> None:
    body = b'{"object": "event"}'
    with pytest.raises(MalformedEvent):
        shop.payments.receive("stripe", body, sign(body, gateway.webhook_secret, int(gateway.clock())))
    assert statuses(database_url, "id", "webhook_events") == []


def test_an_authentic_event_about_something_else_is_kept_as_ignored(
    shop: Commerce, gateway: FakeGateway, database_url: str
) -> None:
    event = {"id": "evt_other", "object": "event", "type": "customer.created", "created": 1, "data": {"object": {}}}
    body = json.dumps(event).encode()
    shop.payments.receive("stripe", body, sign(body, gateway.webhook_secret, int(gateway.clock())))
    assert statuses(database_url, "status", "webhook_events") == ["ignored"]


def test_paying_a_cheap_intent_never_pays_an_expensive_order(
    shop: Commerce, make: Builders, gateway: FakeGateway, pending, database_url: str
) -> None:
    body, _ = gateway.event(pending.payment.intent_id, "payment_intent.succeeded")
    event = json.loads(body)
    event["data"]["object"]["amount_received"] = 1
    forged = json.dumps(event).encode()
    shop.payments.receive("stripe", forged, sign(forged, gateway.webhook_secret, int(gateway.clock())))
    assert status(shop, pending) == ("PENDING_PAYMENT", "unpaid")
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT status, error FROM webhook_events").fetchone()
    assert row[0] == "received"
    assert row[1].startswith("payment-mismatch")


def test_a_webhook_faster_than_the_checkout_finds_the_order(
    shop: Commerce, make: Builders, gateway: FakeGateway, database_url: str
) -> None:
    placed = shop.checkout.place_order(make.request(make.cart((make.variant(), 1)).id))
    with psycopg.connect(database_url, autocommit=True) as connection:
        assert connection.execute("SELECT intent_id FROM payments").fetchone() == (None,)
    intent = shop.payments.ask(placed.order, evolve(placed.payment, intent_id=None))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE payments SET intent_id = NULL, status = 'created'")
    shop.payments.receive("stripe", *gateway.event(intent.id, "payment_intent.succeeded"))
    order, [payment] = shop.payments.attempts(placed.order.id)
    assert (order.status, payment.intent_id) == (OrderStatus.PAID, intent.id)


def test_what_could_not_be_applied_is_tried_again_until_it_is_given_up(
    shop: Commerce, gateway: FakeGateway, pending, database_url: str
) -> None:
    body, _ = gateway.event(pending.payment.intent_id, "payment_intent.succeeded")
    event = json.loads(body)
    event["data"]["object"]["amount_received"] = 1
    forged = json.dumps(event).encode()
    shop.payments.receive("stripe", forged, sign(forged, gateway.webhook_secret, int(gateway.clock())))
    for _ in range(shop.payments.inbox_policy.attempts - 1):
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("UPDATE webhook_events SET next_retry_at = shop_now() WHERE status = 'received'")
        assert shop.payments.apply_due() == 1
    assert statuses(database_url, "status", "webhook_events") == ["dead"]
    assert shop.payments.apply_due() == 0
