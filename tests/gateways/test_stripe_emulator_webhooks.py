"""The emulator as a shop hears it, and as a process of its own."""

import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from commerce_core.gateways.stripe_signature import verify
from commerce_core.testing.stripe.chaos import WebhookTrouble
from commerce_core.testing.stripe_server import StripeServer
from tests.gateways.payment_worlds import Receiver

CREATE: dict[str, Any] = {"amount": 1999, "currency": "eur", "automatic_payment_methods": {"enabled": True}}


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def shop(url: str) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_shop", base_addresses={"api": url}, max_network_retries=0)


def test_an_event_is_signed_and_is_the_one_in_the_log(
    server: StripeServer, client: stripe.StripeClient, receiver: Receiver
) -> None:
    server.webhook_url = receiver.url
    intent = client.v1.payment_intents.create(CREATE, {"idempotency_key": "k1"})

    body, signature = receiver.next()

    verify(body, signature, (server.webhook_secret,), time.time())
    event = stripe.Webhook.construct_event(body, signature, server.webhook_secret)
    assert (event.type, event.data.object["id"]) == ("payment_intent.created", intent.id)
    assert event.request
    assert event.request.idempotency_key == "k1"
    assert client.v1.events.retrieve(event.id).data.object == event.data.object
    until(lambda: server.undelivered == 0)


def test_an_event_is_sent_again_until_it_is_acknowledged(
    server: StripeServer, client: stripe.StripeClient, receiver: Receiver
) -> None:
    for answer in ("500 Oops", "404 Not Found", "302 Found"):
        receiver.answers.put(answer)
    server.webhook_url = receiver.url
    client.v1.payment_intents.create(CREATE)

    bodies = {receiver.next()[0] for _ in range(4)}

    assert len(bodies) == 1
    until(lambda: server.undelivered == 0)


def test_a_shop_that_is_down_is_told_when_it_is_back(
    server: StripeServer, client: stripe.StripeClient, receiver: Receiver
) -> None:
    server.webhook_url = "http://127.0.0.1:1/nobody"
    client.v1.payment_intents.create(CREATE)
    assert server.undelivered == 1

    server.webhook_url = receiver.url

    assert receiver.until("payment_intent.created")


def test_while_nobody_listens_nothing_is_kept_for_later(server: StripeServer, client: stripe.StripeClient) -> None:
    client.v1.payment_intents.create(CREATE)

    assert server.undelivered == 0


def test_a_restarted_server_remembers_intents_keys_and_what_it_has_not_told(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "stripe.json"
    with StripeServer(state=state, webhook_url="http://127.0.0.1:1/nobody") as first:
        made = shop(first.url).v1.payment_intents.create(CREATE, {"idempotency_key": "k1"})

    with StripeServer(state=state, webhook_url=receiver.url) as second:
        again = shop(second.url).v1.payment_intents.create(CREATE, {"idempotency_key": "k1"})
        assert again.to_dict() == made.to_dict()
        assert receiver.until("payment_intent.created")["data"]["object"]["id"] == made.id
    assert [path.name for path in tmp_path.iterdir()] == ["stripe.json"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_listens_and_stops_when_asked(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "commerce_core.testing.stripe_server", "--port", "0"]
    options = ["--webhook-secret", "whsec_x", "--state", str(tmp_path / "state.json")]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert select.select([process.stdout], [], [], 30)[0]
            url = json.loads(process.stdout.readline())["url"]
            assert shop(url).v1.payment_intents.create(CREATE).status == "requires_payment_method"
            process.send_signal(number)
            assert process.wait(10) == 0
        finally:
            process.kill()


# Trouble on demand


def test_an_event_is_delivered_as_often_as_asked(
    server: StripeServer, client: stripe.StripeClient, receiver: Receiver
) -> None:
    server.webhook_url, server.webhook_trouble = receiver.url, WebhookTrouble(copies=3)
    client.v1.payment_intents.create(CREATE)

    bodies = [receiver.next()[0] for _ in range(3)]

    assert len(set(bodies)) == 1
    until(lambda: server.undelivered == 0)
    assert receiver.received.empty()


def test_a_lost_event_is_in_the_log_and_is_delivered_when_somebody_resends_it(
    server: StripeServer, client: stripe.StripeClient, receiver: Receiver
) -> None:
    server.webhook_url, server.webhook_trouble = receiver.url, WebhookTrouble(losses=1)
    lost = client.v1.payment_intents.create(CREATE)
    told = client.v1.payment_intents.create(CREATE)

    assert json.loads(receiver.next()[0])["data"]["object"]["id"] == told.id
    until(lambda: server.undelivered == 0)
    event = next(e for e in client.v1.events.list().data if e.data.object["id"] == lost.id)
    assert event.pending_webhooks == 0
    answer = httpx.post(f"{server.url}/_control/events/{event.id}/deliveries", json={"copies": 2}, timeout=10)
    assert answer.status_code == 200
    assert [json.loads(receiver.next()[0])["id"] for _ in range(2)] == [event.id] * 2
    assert httpx.post(f"{server.url}/_control/events/evt_1/deliveries", json={"copies": 1}).status_code == 404


def test_events_overtake_each_other_when_they_shall(
    server: StripeServer, client: stripe.StripeClient, receiver: Receiver
) -> None:
    server.webhook_url, server.webhook_trouble = receiver.url, WebhookTrouble(delay=0.3, shuffled=True)
    made = [client.v1.payment_intents.create(CREATE).id for _ in range(20)]

    told = [json.loads(receiver.next()[0])["data"]["object"]["id"] for _ in made]

    assert set(told) == set(made)
    assert told != made


def test_an_event_can_be_late(server: StripeServer, client: stripe.StripeClient, receiver: Receiver) -> None:
    answer = httpx.post(f"{server.url}/_control/webhook-trouble", json={"delay": 0.3}, timeout=10)
    assert answer.json() == {"copies": 1, "delay": 0.3, "shuffled": False, "losses": 0}
    server.webhook_url, before = receiver.url, time.monotonic()
    client.v1.payment_intents.create(CREATE)

    receiver.next()

    assert time.monotonic() - before >= 0.3


def test_an_answer_can_be_lost_though_the_request_was_done(server: StripeServer, client: stripe.StripeClient) -> None:
    httpx.post(f"{server.url}/_control/drops", json={"times": 1}, timeout=10)

    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(CREATE, {"idempotency_key": "k1"})

    [made] = client.v1.payment_intents.list().data
    assert client.v1.payment_intents.create(CREATE, {"idempotency_key": "k1"}).id == made.id


def test_certain_keys_can_be_broken_for_good(server: StripeServer, client: stripe.StripeClient) -> None:
    httpx.post(f"{server.url}/_control/broken-keys", json={"parts": ["order-7"]}, timeout=10)

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.payment_intents.create(CREATE, {"idempotency_key": "order-7-payment-1"})
    assert client.v1.payment_intents.create(CREATE, {"idempotency_key": "order-8-payment-1"})
    httpx.post(f"{server.url}/_control/broken-keys", json={"parts": []}, timeout=10)
    with pytest.raises(stripe.APIError):
        client.v1.payment_intents.create(CREATE, {"idempotency_key": "order-7-payment-1"})


def test_requests_can_hang_until_they_may_go_on(server: StripeServer, client: stripe.StripeClient) -> None:
    httpx.post(f"{server.url}/_control/hanging", json={"hanging": True}, timeout=10)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.v1.payment_intents.create, CREATE)
        with pytest.raises(TimeoutError):
            asked.result(0.3)
        httpx.post(f"{server.url}/_control/hanging", json={"hanging": False}, timeout=10)
        assert asked.result(10).status == "requires_payment_method"
