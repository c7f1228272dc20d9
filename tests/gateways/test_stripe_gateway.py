"""What the gateway makes of Stripe's bad days, seen against the emulator."""

import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from commerce_core import Settings
from commerce_core.gateways.stripe import API_VERSION, StripeGateway
from commerce_core.gateways.stripe_signature import sign
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayMisconfigured, GatewayRefused, GatewayUnavailable, InvalidSignature
from commerce_core.testing.stripe.listener import Listener
from commerce_core.testing.stripe_server import StripeServer
from tests.gateways.payment_worlds import SECRET, refund_request, request_for, stripe_world

TWENTY = Money(1999, "EUR")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def gateway_to(url: str, *, key: str = "sk_test_shop", timeout: float = 10.0) -> StripeGateway:
    return StripeGateway(key, (SECRET,), "pk_test_shop", url, timeout)


def test_one_failure_is_overcome_and_creates_one_intent(server: StripeServer) -> None:
    gateway, request = gateway_to(server.url), request_for(TWENTY)
    server.chaos.fail_next(1)

    assert gateway.create_intent(request) == gateway.create_intent(request)


def test_a_failure_that_lasts_means_that_nothing_is_known(server: StripeServer) -> None:
    gateway = gateway_to(server.url)
    server.chaos.fail_next(2)

    with pytest.raises(GatewayUnavailable):
        gateway.create_intent(request_for(TWENTY))
    assert server.chaos.failures == 0


def test_a_failure_that_stripe_would_repeat_all_day_costs_a_key_and_not_the_payment(server: StripeServer) -> None:
    gateway, request = gateway_to(server.url), request_for(TWENTY, "order-1-attempt-1")
    server.chaos.fail_next(1, stored=True)

    with pytest.raises(GatewayUnavailable):
        gateway.create_intent(request)
    assert gateway.create_intent(request) == gateway_to(server.url).create_intent(request)
    assert len(gateway.list_intents(LONG_AGO).items) == 1


def test_keys_are_not_used_up_for_ever(server: StripeServer) -> None:
    gateway = gateway_to(server.url)
    server.chaos.break_keys("order-1-attempt-1")

    with pytest.raises(GatewayUnavailable):
        gateway.create_intent(request_for(TWENTY, "order-1-attempt-1"))
    assert gateway.create_intent(request_for(TWENTY, "order-1-attempt-2"))


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_done_twice(server: StripeServer) -> None:
    gateway, request = gateway_to(server.url), request_for(TWENTY)
    server.chaos.drop_next(1)
    intent = gateway.create_intent(request)
    server.chaos.drop_next(2)

    with pytest.raises(GatewayUnavailable):
        gateway.create_intent(request)

    assert gateway.create_intent(request) == intent
    assert gateway.list_intents(LONG_AGO).items == (intent,)


def test_a_refund_whose_key_stripe_has_forgotten_is_not_made_twice(server: StripeServer) -> None:
    world = stripe_world("sk_test_shop", server.url)
    intent = world.gateway.create_intent(request_for(TWENTY))
    world.pay(intent.id)
    asked = refund_request(intent, Money(500, "EUR"))
    made = world.gateway.create_refund(asked)
    server.forget_keys()

    assert world.gateway.create_refund(asked) == made
    assert world.gateway.list_refunds(LONG_AGO).items == (made,)


def test_a_refund_survives_what_stripe_breaks_and_what_the_network_loses(server: StripeServer) -> None:
    world = stripe_world("sk_test_shop", server.url)
    intent = world.gateway.create_intent(request_for(TWENTY))
    world.pay(intent.id)
    asked = refund_request(intent, Money(500, "EUR"))
    server.chaos.drop_next(2)
    with pytest.raises(GatewayUnavailable):
        world.gateway.create_refund(asked)
    server.chaos.fail_next(1, stored=True)
    with pytest.raises(GatewayUnavailable):
        world.gateway.create_refund(asked)

    assert world.gateway.create_refund(asked).refund_id == asked.refund_id
    assert len(world.gateway.list_refunds(LONG_AGO).items) == 1


def test_lists_are_read_page_by_page(server: StripeServer) -> None:
    gateway = gateway_to(server.url)
    made = [gateway.create_intent(request_for(TWENTY)).id for _ in range(103)]

    first = gateway.list_intents(LONG_AGO)
    second = gateway.list_intents(LONG_AGO, first.cursor)

    assert [intent.id for intent in first.items + second.items] == made[::-1]
    assert (len(first.items), first.cursor, second.cursor) == (100, made[3], None)


def test_one_object_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    state = tmp_path / "stripe.json"
    with StripeServer(state=state) as before:
        made, strange = (gateway_to(before.url).create_intent(request_for(TWENTY)) for _ in range(2))
    kept = json.loads(state.read_text("utf-8"))
    kept["payment_intents"][strange.id]["status"] = "invented_tomorrow"
    state.write_text(json.dumps(kept), "utf-8")

    with StripeServer(state=state) as server:
        assert gateway_to(server.url).list_intents(LONG_AGO).items == (made,)
        with pytest.raises(GatewayUnavailable):
            gateway_to(server.url).retrieve_intent(strange.id)


def test_every_request_asks_for_the_pinned_version_of_the_api() -> None:
    asked = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        asked.append(environ["HTTP_STRIPE_VERSION"])
        start_response("500 Oops", [("Content-Length", "0")])
        return [b""]

    listener = Listener(application, "127.0.0.1", 0)
    listener.start()
    with pytest.raises(GatewayUnavailable):
        gateway_to(listener.url).retrieve_intent("pi_1")
    listener.stop()
    assert set(asked) == {API_VERSION} == {stripe.api_version}


def test_both_secrets_are_accepted_while_one_replaces_the_other() -> None:
    both = Settings(stripe_webhook_secret="whsec_new, whsec_old").webhook_secrets
    body, now = b'{"id": "evt_1", "type": "customer.created", "created": 1}', 1_795_000_000
    gateway = StripeGateway("sk_test_shop", both, clock=lambda: now)

    for secret in ("whsec_new", "whsec_old"):
        assert gateway.verify_webhook(body, sign(body, secret, now)).id == "evt_1"
    for signature in (sign(body, "whsec_older", now), sign(body, "whsec_new", now + 301)):
        with pytest.raises(InvalidSignature):
            gateway.verify_webhook(body, signature)


def test_wrong_keys_are_the_operator_s_problem(server: StripeServer) -> None:
    with pytest.raises(GatewayMisconfigured):
        gateway_to(server.url, key="sk_live_wrong").create_intent(request_for(TWENTY))


def test_an_amount_below_stripe_s_minimum_is_refused_with_stripe_s_words(server: StripeServer) -> None:
    with pytest.raises(GatewayRefused, match="Amount must be at least"):
        gateway_to(server.url).create_intent(request_for(Money(1, "EUR")))


def test_a_slow_stripe_is_given_up_within_the_budget(server: StripeServer) -> None:
    server.chaos.latency = 30.0

    with pytest.raises(GatewayUnavailable):
        gateway_to(server.url, timeout=1.0).create_intent(request_for(TWENTY))


def test_when_stripe_is_down_it_is_not_asked_again_at_once(server: StripeServer) -> None:
    gateway = gateway_to(server.url)
    server.chaos.fail_next(6)
    for _ in range(3):
        with pytest.raises(GatewayUnavailable):
            gateway.create_intent(request_for(TWENTY))
    assert server.chaos.failures == 0

    with pytest.raises(GatewayUnavailable):
        gateway.create_intent(request_for(TWENTY))
    assert gateway_to(server.url).list_intents(LONG_AGO).items == ()


def test_a_key_in_use_and_a_failure_that_is_only_repeated_do_not_mean_that_stripe_is_down(server: StripeServer) -> None:
    gateway, request, broken = gateway_to(server.url), request_for(TWENTY), request_for(TWENTY, "broken")
    server.chaos.break_keys("broken")
    for seen_well in (True, True, True, False, False, False):  # Three keys are used up, then all are repeated.
        with pytest.raises(GatewayUnavailable):
            gateway.create_intent(broken)
        if seen_well:
            assert gateway.list_intents(LONG_AGO).items == ()
    assert gateway.list_intents(LONG_AGO).items == ()
    server.chaos.latency = 2.0
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(gateway.create_intent, request) for _ in range(6)]
    assert sum(isinstance(each.exception(), GatewayUnavailable) for each in asked) >= 3
    server.chaos.latency = 0.0

    assert gateway.create_intent(request)


def test_nobody_there_means_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(GatewayUnavailable):
        gateway_to(f"http://127.0.0.1:{port}").retrieve_intent("pi_1")


def test_threads_share_one_gateway_and_one_key_makes_one_intent(server: StripeServer) -> None:
    gateway, request = gateway_to(server.url), request_for(TWENTY)

    with ThreadPoolExecutor(8) as pool:
        made = {intent.id for intent in pool.map(lambda _: gateway.create_intent(request), range(16))}

    assert len(made) == 1


def test_secrets_do_not_show() -> None:
    assert "sk_test" not in repr(gateway_to("http://localhost"))
    assert SECRET not in repr(gateway_to("http://localhost"))


def test_the_sdk_is_imported_by_the_first_call_only() -> None:
    code = (
        "import sys; from commerce_core.gateways.stripe import StripeGateway; "
        "StripeGateway('sk_test_x', ('whsec_x',)); assert 'stripe' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
