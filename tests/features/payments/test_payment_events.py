"""What providers tell us: applied once, in any order, however often."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.gateways.stripe_signature import sign
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.errors import InvalidSignature, MalformedEvent
from commerce_core.payments.model import CaseStatus
from commerce_core.payments.provider import Intent
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
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
    assert statuses(database_url, "status", "webhook_events") == ["processed"]
    [case] = shop.payment_cases.list_cases(SYSTEM, CaseStatus.OPEN, PageRequest()).items
    assert (case.kind, case.order_id, case.subject) == ("amount_differs", pending.order.id, pending.payment.intent_id)
    assert (case.expected, case.received) == (pending.order.total, Money(1, "EUR"))


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


def test_what_is_stored_of_an_event_holds_no_client_secret_and_nothing_postgresql_refuses(
    shop: Commerce, gateway: FakeGateway, pending, database_url: str
) -> None:
    body, _ = gateway.event(pending.payment.intent_id, "payment_intent.succeeded")
    event = json.loads(body)
    event["data"]["object"]["client_secret"] = "pi_1_secret_2"
    event["data"]["object"]["description"] = "a\x00b\ud800"
    sent = json.dumps(event).encode()
    shop.payments.receive("stripe", sent, sign(sent, gateway.webhook_secret, int(gateway.clock())))
    with psycopg.connect(database_url) as connection:
        [(kept,)] = connection.execute("SELECT payload::text FROM webhook_events")
    assert "secret" not in kept
    assert '"ab?"' in kept
    assert status(shop, pending) == ("PAID", "paid")


def test_a_bug_in_applying_one_message_neither_shows_nor_holds_up_the_next(
    database_url: str, settings: Settings, make: Builders
) -> None:
    class Broken(FakeGateway):
        def retrieve_intent(self, intent_id: str) -> Intent:
            raise RuntimeError("a bug")

    gateway = Broken()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
        shop.payments.receive("stripe", *FakeGateway().event(done.payment.intent_id, "payment_intent.processing"))
        for _ in range(shop.payments.inbox_retry.most_attempts):
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute("UPDATE webhook_events SET next_retry_at = shop_now() WHERE status = 'received'")
            shop.payments.apply_due()
    assert statuses(database_url, "status", "webhook_events") == ["dead"]
    assert statuses(database_url, "error", "webhook_events") == ["RuntimeError: a bug"]


def test_a_message_that_ends_its_worker_each_time_is_given_up(
    shop: Commerce, gateway: FakeGateway, pending, database_url: str
) -> None:
    shop.payments.receive("stripe", *gateway.event(pending.payment.intent_id, "payment_intent.processing"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE webhook_events SET status = 'received', processed_at = NULL, next_retry_at = shop_now()"
        )
        retry = shop.payments.inbox_retry
        for _ in range(retry.most_deaths + 1):  # The last one finds out.
            shop.payments.inbox.claim(retry)  # and never marks it
            connection.execute("UPDATE webhook_events SET next_retry_at = shop_now()")
    assert statuses(database_url, "status", "webhook_events") == ["dead"]


def test_a_delayed_payment_that_fails_gives_the_buyer_half_an_hour(
    shop: Commerce, gateway: FakeGateway, pending, clock: Clock
) -> None:
    intent_id = pending.payment.intent_id
    shop.payments.receive("stripe", *gateway.event(intent_id, "payment_intent.processing"))
    gateway.decline(intent_id)
    shop.payments.receive("stripe", *gateway.event(intent_id, "payment_intent.payment_failed"))
    assert status(shop, pending) == ("PENDING_PAYMENT", "failed")
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 1
