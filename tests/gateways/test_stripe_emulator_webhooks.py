"""The emulator as a shop hears it, and as a process of its own."""

import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from commerce_core.gateways.stripe_signature import verify
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
