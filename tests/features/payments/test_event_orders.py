"""Stripe tells what happened in any order and more than once; what the shop ends with is what Stripe has."""

import itertools
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from attrs import frozen

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.checkout.views import CheckoutView
from commerce_core.gateways.stripe import StripeGateway
from commerce_core.gateways.stripe_signature import sign
from commerce_core.testing.builders import Builders
from commerce_core.testing.stripe_server import StripeServer

SECRET = "whsec_orders"
TYPES = ("payment_intent.payment_failed", "payment_intent.processing", "payment_intent.succeeded", "charge.refunded")
IBAN = {"payment_method_data[type]": "sepa_debit", "payment_method_data[sepa_debit][iban]": "DE89370400440532013000"}


@pytest.fixture(scope="module")
def stripe_server() -> Iterator[StripeServer]:
    """Never told where the shop is: these tests are the postman."""
    with StripeServer() as server:
        yield server


@frozen
class Bank:
    """Stripe, as buyers, banks and people at the dashboard use it."""

    http: httpx.Client

    def confirm(self, done: CheckoutView, **method: str) -> None:
        assert done.payment
        asked = {"client_secret": done.payment.client_secret or "", **method}
        self.http.post(f"/v1/payment_intents/{done.payment.intent_id}/confirm", data=asked)

    def settle(self, done: CheckoutView, outcome: str) -> None:
        assert done.payment
        path = f"/_control/payment_intents/{done.payment.intent_id}/outcome"
        assert self.http.post(path, json={"outcome": outcome}).status_code == 200

    def refund(self, done: CheckoutView, amount: int | None = None) -> None:
        assert done.payment
        path = f"/_control/payment_intents/{done.payment.intent_id}/refunds"
        assert self.http.post(path, json={} if amount is None else {"amount": amount}).status_code == 200

    def told(self, done: CheckoutView, *types: str) -> list[bytes]:
        """The log's events of these types about this payment, as their webhooks' bodies."""
        assert done.payment
        found = []
        for type_ in types:
            answer = self.http.get(
                "/v1/events", params={"type": type_, "limit": 100}, headers={"Authorization": "Bearer sk_test_orders"}
            )
            found += [
                event
                for event in answer.json()["data"]
                if done.payment.intent_id
                in (event["data"]["object"]["id"], event["data"]["object"].get("payment_intent"))
            ]
        return [json.dumps(event).encode() for event in found]


@pytest.fixture
def bank(stripe_server: StripeServer) -> Iterator[Bank]:
    headers = {"Authorization": "Bearer pk_test_orders"}
    with httpx.Client(base_url=stripe_server.url, headers=headers, timeout=10) as http:
        yield Bank(http)


@pytest.fixture
def shop(database_url: str, settings: Settings, stripe_server: StripeServer) -> Iterator[Commerce]:
    gateway = StripeGateway("sk_test_orders", (SECRET,), "pk_test_orders", stripe_server.url)
    with open_shop(database_url, settings=settings, gateway=gateway) as opened:
        yield opened


@pytest.fixture
def placed(shop: Commerce, make: Builders) -> CheckoutView:
    return shop.checkout.check_out(make.request(make.cart((make.variant(stock=5), 1)).id))


def deliver(shop: Commerce, body: bytes) -> None:
    shop.payments.receive("stripe", body, sign(body, SECRET, int(time.time())))


def catch_up(shop: Commerce, url: str) -> None:
    """What the worker does with the messages that came too early."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE webhook_events SET next_retry_at = shop_now() WHERE status = 'received'")
    shop.payments.apply_due()


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    "order",
    list(itertools.permutations(TYPES)),
    ids=lambda order: "-".join(name.rpartition(".")[2] for name in order),
)
def test_in_each_of_the_24_orders_and_with_duplicates_the_state_is_stripe_s(
    shop: Commerce, bank: Bank, placed: CheckoutView, database_url: str, order: tuple[str, ...]
) -> None:
    bank.confirm(placed, payment_method="pm_card_visa_chargeDeclined")
    bank.confirm(placed, **IBAN)
    bank.settle(placed, "succeeded")
    bank.refund(placed)
    events = bank.told(placed, *order)
    assert [json.loads(event)["type"] for event in events] == list(order)

    for event in (*(each for each in events for _ in range(2)), *events):
        deliver(shop, event)
    catch_up(shop, database_url)

    seen = shop.checkout.order(placed.order.id, placed.order_token)
    assert (seen.status.value, seen.payment_status.value) == ("REFUNDED", "refunded")
    assert rows(database_url, "SELECT status FROM payments") == [("succeeded",)]
    assert rows(database_url, "SELECT status, amount FROM refunds") == [("succeeded", seen.total.amount)]
    assert rows(database_url, "SELECT DISTINCT status FROM webhook_events") == [("processed",)]
    assert rows(database_url, "SELECT count(*) FROM inventory_movements WHERE type = 'sale'") == [(1,)]
    assert shop.inventory.verify(SYSTEM) == []


def test_a_part_given_back_at_the_dashboard_is_told_by_either_event_and_counted_once(
    shop: Commerce, bank: Bank, placed: CheckoutView, database_url: str
) -> None:
    bank.confirm(placed, payment_method="pm_card_visa")
    bank.refund(placed, 500)
    events = bank.told(placed, "charge.refunded", "refund.created", "payment_intent.succeeded")

    with ThreadPoolExecutor(8) as postmen:
        list(postmen.map(lambda body: deliver(shop, body), events * 8))
    catch_up(shop, database_url)

    seen = shop.checkout.order(placed.order.id, placed.order_token)
    assert (seen.status.value, seen.payment_status.value) == ("PAID", "partially_refunded")
    assert rows(database_url, "SELECT status, amount FROM refunds") == [("succeeded", 500)]


def test_a_debit_that_fails_after_days_leaves_the_order_waiting_whatever_was_told_first(
    shop: Commerce, bank: Bank, placed: CheckoutView, database_url: str
) -> None:
    bank.confirm(placed, **IBAN)
    bank.settle(placed, "failed")

    for body in bank.told(placed, "payment_intent.payment_failed", "payment_intent.processing") * 2:
        deliver(shop, body)

    seen = shop.checkout.order(placed.order.id, placed.order_token)
    assert (seen.status.value, seen.payment_status.value) == ("PENDING_PAYMENT", "failed")
    assert rows(database_url, "SELECT status FROM payments") == [("failed",)]


def test_a_buyer_who_proves_who_they_are_pays_and_one_who_does_not_may_try_again(
    shop: Commerce, bank: Bank, placed: CheckoutView
) -> None:
    for outcome, status in (("failed", "PENDING_PAYMENT"), ("succeeded", "PAID")):
        bank.confirm(placed, payment_method="pm_card_authenticationRequired")
        bank.settle(placed, outcome)
        for body in bank.told(
            placed, "payment_intent.requires_action", "payment_intent.payment_failed", "payment_intent.succeeded"
        ):
            deliver(shop, body)
        assert shop.checkout.order(placed.order.id, placed.order_token).status.value == status
