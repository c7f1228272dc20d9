"""Idempotency keys as Stripe keeps them."""

import threading

import pytest
import stripe

from commerce_core.testing.stripe_server import StripeServer
from tests.gateways.emulator_calls import BODY, CARDS_ONLY, post


def test_the_same_key_replays_status_and_body(server: StripeServer) -> None:
    first = post(server, "/v1/payment_intents", BODY, Idempotency_Key="k1")
    second = post(server, "/v1/payment_intents", "currency=eur&amount=1999", Idempotency_Key="k1")

    assert "idempotent-replayed" not in first[1]
    assert second[1]["idempotent-replayed"] == "true"
    assert second[1]["original-request"] == first[1]["request-id"] != second[1]["request-id"]
    assert (second[0], second[2]) == (first[0], first[2])


def test_the_same_key_for_something_else_is_refused(server: StripeServer) -> None:
    intent = post(server, "/v1/payment_intents", BODY, Idempotency_Key="k1")[2]["id"]

    for path, body in (
        ("/v1/payment_intents", "amount=2999&currency=eur"),
        (f"/v1/payment_intents/{intent}/cancel", ""),
    ):
        status, _, answer = post(server, path, body, Idempotency_Key="k1")
        assert (status, answer["error"]["type"]) == (400, "idempotency_error")


def test_a_decline_is_replayed_too(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(CARDS_ONLY)

    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(
                intent.id, {"payment_method": "pm_card_visa_chargeDeclined"}, {"idempotency_key": "k1"}
            )
    assert len(client.v1.events.list({"type": "charge.failed"}).data) == 1


def test_a_parameter_error_is_not_kept(server: StripeServer) -> None:
    assert post(server, "/v1/payment_intents", "currency=eur", Idempotency_Key="k1")[0] == 400

    assert post(server, "/v1/payment_intents", BODY, Idempotency_Key="k1")[0] == 200


def test_a_stored_500_is_replayed_for_ever_and_says_so(server: StripeServer) -> None:
    post(server, "/_control/failures", '{"times": 1, "stored": true}')

    first, second = (post(server, "/v1/payment_intents", BODY, Idempotency_Key="k1") for _ in range(2))

    assert (first[0], first[1]["stripe-should-retry"], second[0]) == (500, "false", 500)
    assert second[1]["idempotent-replayed"] == "true"
    assert post(server, "/v1/payment_intents", BODY, Idempotency_Key="k2")[0] == 200


def test_a_500_that_is_not_stored_is_worth_another_try(server: StripeServer) -> None:
    post(server, "/_control/failures", '{"times": 1}')

    assert post(server, "/v1/payment_intents", BODY, Idempotency_Key="k1")[1]["stripe-should-retry"] == "true"
    assert post(server, "/v1/payment_intents", BODY, Idempotency_Key="k1")[0] == 200


def test_a_key_that_is_still_running_is_a_conflict(server: StripeServer, client: stripe.StripeClient) -> None:
    post(server, "/_control/latency", '{"seconds": 1.0}')
    statuses: list[int] = []

    def run() -> None:
        statuses.append(post(server, "/v1/payment_intents", BODY, Idempotency_Key="k1")[0])

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(statuses) == [200, 409, 409, 409]
    assert len(client.v1.payment_intents.list().data) == 1


def test_keys_may_not_be_too_long(server: StripeServer) -> None:
    assert post(server, "/v1/payment_intents", BODY, Idempotency_Key="k" * 256)[0] == 400
