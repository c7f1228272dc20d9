"""Stripe's bad days, over real processes: webhooks that overtake, answers that never come, news told fifty times."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from attrs import define, field

from commerce_core.gateways.stripe_signature import sign
from commerce_core.testing.stripe.chaos import WebhookTrouble
from tests.journeys.conftest import SECRET, RunningShop, free_port, until
from tests.journeys.test_purchase import ADDRESS, order_of, pay

CSV = """Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price
blue-mug,Blue mug,<p>A mug.</p>,Us,Mugs,"cup, blue",true,Size,Small,MUG-S,shopify,100,deny,12.50
"""
BUYERS = 24  # More than the API has threads.
BUDGET = 10.0  # Seconds a checkout may wait for Stripe.
SLACK = 5.0  # For a machine that is busy with other tests.


@pytest.fixture
def variant(running: RunningShop, http: httpx.Client, tmp_path: Path) -> str:
    file = tmp_path / "catalogue.csv"
    file.write_text(CSV, "utf-8")
    running.run("import", "products", str(file))
    found: str = http.get("/v1/store/products/blue-mug").json()["variants"][0]["id"]
    return found


def filled_cart(http: httpx.Client, variant: str) -> str:
    cart: str = http.post("/v1/store/cart", json={}).json()["id"]
    http.post(f"/v1/store/cart/{cart}/items", json={"variant_id": variant, "quantity": 1})
    return cart


def check_out(http: httpx.Client, cart: str) -> httpx.Response:
    return http.post(
        "/v1/store/checkout",
        json={"cart_id": cart, "email": "c@example.com", "shipping_address": ADDRESS, "shipping_option_id": "standard"},
        headers={"Idempotency-Key": cart},
    )


def at_stripe(running: RunningShop, path: str, **params: str) -> list[dict[str, Any]]:
    """A list of Stripe's."""
    answer = httpx.get(
        f"{running.stripe.url}/v1/{path}",
        params=params,
        headers={"Authorization": "Bearer sk_test_journey"},
        timeout=10,
    )
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def is_paid(http: httpx.Client, placed: dict[str, Any]) -> bool:
    return bool(order_of(http, placed)["status"] == "PAID")


def test_a_webhook_that_comes_before_the_checkout_is_answered_is_applied(
    running: RunningShop, http: httpx.Client, variant: str
) -> None:
    cart = filled_cart(http, variant)
    running.stripe.chaos.drop_next(2)
    with ThreadPoolExecutor(1) as buyer:
        answer = buyer.submit(check_out, http, cart)
        [intent] = until(lambda: at_stripe(running, "payment_intents"))
        pay(running, {"intent_id": intent["id"], "client_secret": intent["client_secret"]})
        until(lambda: running.rows("SELECT 1 FROM webhook_events WHERE type = 'payment_intent.succeeded'"))
        assert answer.result(30).status_code == 503

    placed = check_out(http, cart).json()
    running.start_worker()
    until(lambda: is_paid(http, placed))
    assert placed["payment"]["intent_id"] == intent["id"]
    assert running.rows("SELECT count(*) FROM orders") == running.rows("SELECT count(*) FROM payments") == [(1,)]
    assert len(at_stripe(running, "payment_intents")) == 1
    assert running.run("inventory", "verify")


def test_a_webhook_that_meets_an_open_transaction_on_its_order_is_applied_in_the_end(
    running: RunningShop, http: httpx.Client, variant: str
) -> None:
    placed = check_out(http, filled_cart(http, variant)).json()
    running.start_worker()
    with psycopg.connect(running.database_url) as somebody:
        somebody.execute("SELECT id FROM orders FOR UPDATE")
        pay(running, placed["payment"])
        until(lambda: running.rows("SELECT 1 FROM webhook_events WHERE type = 'payment_intent.succeeded'"))
        assert not is_paid(http, placed)

    until(lambda: is_paid(http, placed), within=60)
    until(lambda: running.rows("SELECT 1 FROM email_outbox WHERE status = 'sent'"))
    assert running.rows("SELECT count(*) FROM email_outbox") == [(1,)]
    assert running.rows("SELECT DISTINCT status FROM webhook_events WHERE type = 'payment_intent.succeeded'") == [
        ("processed",)
    ]


@define
class Onlooker:
    """Somebody who reads a product's page again and again while others pay."""

    url: str
    database_url: str
    waits: list[float] = field(factory=list)
    idle_in_transaction: list[Any] = field(factory=list)

    @contextmanager
    def looking(self) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self._look, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    def _look(self, stop: threading.Event) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as http, psycopg.connect(self.database_url) as database:
            database.autocommit = True
            while not stop.wait(0.1):
                begun = time.monotonic()
                assert http.get("/v1/store/products/blue-mug").status_code == 200
                self.waits.append(time.monotonic() - begun)
                self.idle_in_transaction += database.execute(
                    "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - interval '1 second'"
                ).fetchall()


def test_while_stripe_hangs_checkouts_are_refused_in_time_and_nobody_else_notices(
    running: RunningShop, http: httpx.Client, variant: str
) -> None:
    carts = [filled_cart(http, variant) for _ in range(BUYERS)]
    onlooker = Onlooker(running.url, running.database_url)
    running.stripe.chaos.hang()

    def wait(cart: str) -> tuple[int, str | None, float]:
        begun = time.monotonic()
        answer = check_out(http, cart)
        return answer.status_code, answer.headers.get("Retry-After"), time.monotonic() - begun

    with onlooker.looking(), ThreadPoolExecutor(BUYERS) as buyers:
        answers = list(buyers.map(wait, carts))

    assert {(status, retry_after is not None) for status, retry_after, _ in answers} == {(503, True)}
    assert max(waited for _, _, waited in answers) < BUDGET + SLACK
    assert len(onlooker.waits) > 5
    assert max(onlooker.waits) < SLACK
    assert onlooker.idle_in_transaction == []

    running.stripe.chaos.resume()
    for cart in carts:
        until(lambda cart=cart: check_out(http, cart).status_code == 201, within=40)
    assert running.rows("SELECT count(*), count(DISTINCT intent_id) FROM payments") == [(BUYERS, BUYERS)]
    assert len(at_stripe(running, "payment_intents", limit="100")) == BUYERS


@pytest.fixture
def second_api(running: RunningShop) -> Iterator[RunningShop]:
    """Another API beside the first, on the same database."""
    second = RunningShop(running.database_url, running.folder, running.stripe, running.mail, free_port())
    try:
        second.start_api()
        yield second
    finally:
        second.stop()


def test_the_same_event_fifty_times_at_once_at_two_apis_is_one_payment(
    running: RunningShop, second_api: RunningShop, http: httpx.Client, variant: str
) -> None:
    placed = check_out(http, filled_cart(http, variant)).json()
    running.stripe.webhook_url = None
    pay(running, placed["payment"])
    [event] = at_stripe(running, "events", type="payment_intent.succeeded")
    body, together = json.dumps(event).encode(), threading.Barrier(50)
    headers = {"Stripe-Signature": sign(body, SECRET, int(time.time())), "Content-Type": "application/json"}

    def deliver(url: str) -> int:
        together.wait(30)
        return httpx.post(f"{url}/v1/webhooks/stripe", content=body, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(50) as postmen:
        urls = cycle((running.url, second_api.url))
        assert set(postmen.map(deliver, [next(urls) for _ in range(50)])) == {200}

    running.start_worker()
    until(lambda: is_paid(http, placed))
    until(lambda: running.rows("SELECT 1 FROM email_outbox WHERE status = 'sent'"))
    assert running.rows("SELECT status FROM webhook_events WHERE type = 'payment_intent.succeeded'") == [("processed",)]
    assert running.rows("SELECT qty FROM inventory_movements WHERE type = 'sale'") == [(-1,)]
    assert running.rows("SELECT count(*) FROM outbox_events WHERE type = 'order_paid'") == [(1,)]
    assert len(running.mail.delivered) == 1
    assert running.run("inventory", "verify")


def test_orders_are_paid_once_each_though_webhooks_come_late_twice_and_in_disorder(
    running: RunningShop, http: httpx.Client, variant: str
) -> None:
    running.start_worker()
    running.stripe.webhook_trouble = WebhookTrouble(copies=2, delay=1.0, shuffled=True)
    orders = [check_out(http, filled_cart(http, variant)).json() for _ in range(5)]
    for placed in orders:
        pay(running, placed["payment"])

    for placed in orders:
        until(lambda placed=placed: is_paid(http, placed))
    until(lambda: running.stripe.undelivered == 0)
    assert running.rows("SELECT count(*), sum(qty) FROM inventory_movements WHERE type = 'sale'") == [(5, -5)]
    assert running.rows("SELECT count(*) FROM outbox_events WHERE type = 'order_paid'") == [(5,)]
    assert running.run("inventory", "verify")
