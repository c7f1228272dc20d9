"""The emulator as Stripe's own SDK sees it: intents, cards, keys, lists, refusals."""

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from commerce_core.testing.stripe_server import StripeServer
from tests.gateways import sdk_shapes
from tests.gateways.emulator_calls import BODY, CARDS_ONLY, CREATE, ask, post

Browser = Callable[..., Any]


# Shapes


def test_every_object_has_the_shape_the_sdk_declares(client: stripe.StripeClient, browser: Browser) -> None:
    paid = client.v1.payment_intents.create({**CREATE, "metadata": {"order_id": "1"}})
    browser(paid)
    declined = client.v1.payment_intents.create(CREATE)
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_intents.confirm(
            declined.id, {"payment_method": "pm_card_visa_chargeDeclined", "return_url": "https://shop.example/return"}
        )
    waiting = client.v1.payment_intents.create(CREATE)
    browser(waiting, "pm_card_authenticationRequired", return_url="https://shop.example/return")
    delayed = client.v1.payment_intents.create(CREATE)
    iban = {"type": "sepa_debit", "sepa_debit": {"iban": "DE89 3704 0044 0532 0130 00"}}
    browser(delayed, None, payment_method_data=iban)
    client.v1.payment_intents.cancel(waiting.id, {"cancellation_reason": "abandoned"})

    intents = client.v1.payment_intents.list().data
    for intent in intents:
        sdk_shapes.check_object(intent.to_dict())
        if isinstance(intent.latest_charge, str):
            sdk_shapes.check_object(client.v1.charges.retrieve(intent.latest_charge).to_dict())
    assert {i.status for i in intents} == {"succeeded", "requires_payment_method", "canceled", "processing"}
    events = client.v1.events.list({"limit": 100}).data
    for event in events:
        sdk_shapes.check_object(event.to_dict())
        sdk_shapes.check_object(event.to_dict()["data"]["object"])
        assert event.api_version == stripe.api_version
    assert {e.type for e in events} == {
        "payment_intent.created",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "payment_intent.processing",
        "payment_intent.canceled",
        "charge.succeeded",
        "charge.failed",
    }
    assert refusal.value.json_body
    error = dict(refusal.value.json_body["error"])
    sdk_shapes.check_fields(error, stripe.ErrorObject, "error")


def test_a_wrong_shape_would_be_noticed(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(CREATE).to_dict()

    for change in (
        {"status": "paid"},
        {"invented": 1},
        {"amount": "1999"},
        {"amount": None},
        {"amount_details": {"x": 1}},
    ):
        with pytest.raises(AssertionError):
            sdk_shapes.check_object(intent | change)
    with pytest.raises(AssertionError):
        sdk_shapes.check_object({name: value for name, value in intent.items() if name != "amount"})


# Paying


def test_a_shop_that_confirms_says_where_to_return_unless_nothing_redirects(client: stripe.StripeClient) -> None:
    redirecting, cards = client.v1.payment_intents.create(CREATE), client.v1.payment_intents.create(CARDS_ONLY)

    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        client.v1.payment_intents.confirm(redirecting.id, {"payment_method": "pm_card_visa"})
    assert client.v1.payment_intents.confirm(cards.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


def test_what_is_paid_or_cancelled_stays_so(client: stripe.StripeClient, browser: Browser) -> None:
    paid, cancelled = client.v1.payment_intents.create(CREATE), client.v1.payment_intents.create(CREATE)
    browser(paid)
    client.v1.payment_intents.cancel(cancelled.id)

    for act in (
        lambda: browser(paid),
        lambda: browser(cancelled),
        lambda: client.v1.payment_intents.cancel(paid.id),
        lambda: client.v1.payment_intents.cancel(cancelled.id),
        lambda: client.v1.payment_intents.update(paid.id, {"amount": 5000}),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            act()
        assert refused.value.code == "payment_intent_unexpected_state"
    assert client.v1.payment_intents.retrieve(paid.id).amount == 1999
    assert client.v1.payment_intents.update(paid.id, {"metadata": {"note": "kept"}}).metadata["note"] == "kept"


def test_an_intent_is_updated_and_its_metadata_merged(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({**CREATE, "metadata": {"a": "1", "b": "2"}})

    updated = client.v1.payment_intents.update(intent.id, {"amount": 2500, "metadata": {"a": "", "c": "3"}})

    assert (updated.amount, updated.metadata.to_dict()) == (2500, {"b": "2", "c": "3"})


# Refusals


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ("currency=eur", "amount", "parameter_missing"),
        ("amount=1999", "currency", "parameter_missing"),
        ("amount=19.99&currency=eur", "amount", "parameter_invalid_integer"),
        ("amount=-5&currency=eur", "amount", "parameter_invalid_integer"),
        ("amount=10&currency=eur", "amount", "amount_too_small"),
        ("amount=100000000&currency=eur", "amount", "amount_too_large"),
        ("amount=150&currency=isk", "amount", "parameter_invalid_integer"),
        ("amount=1234&currency=kwd", "amount", "parameter_invalid_integer"),
        ("amount=1999&currency=euro", "currency", None),
        ("amount=1999&currency=eur&colour=red", "colour", "parameter_unknown"),
        ("amount[x]=1999&currency=eur", "amount", None),
        ("amount=1999&currency=eur&metadata=x", "metadata", None),
        ("amount=1999&currency=eur&automatic_payment_methods[enabled]=yes", "enabled", None),
        ("amount=1&amount[x]=1", "amount[x]", None),
        ("[x]=1", "[x]", None),
        ("a[b][c][d][e][f]=1", "a[b][c][d][e][f]", None),
    ],
)
def test_a_wrong_parameter_is_named(server: StripeServer, body: str, param: str, code: str | None) -> None:
    status, headers, answer = post(server, "/v1/payment_intents", body)

    assert status == 400
    assert answer["error"]["type"] == "invalid_request_error"
    assert (answer["error"]["param"], answer["error"].get("code")) == (param, code)
    assert headers["request-id"].startswith("req_")


def test_a_body_that_is_not_utf_8_is_refused(server: StripeServer) -> None:
    assert post(server, "/v1/payment_intents", "amount=%ff%fe&currency=eur")[0] == 400


def test_unknown_cards_intents_and_addresses_are_refused(
    server: StripeServer, client: stripe.StripeClient, browser: Browser
) -> None:
    intent = client.v1.payment_intents.create(CREATE)

    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        browser(intent, "pm_card_unknown")
    for look in (client.v1.payment_intents.retrieve, client.v1.charges.retrieve, client.v1.events.retrieve):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            look("nothing_1")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    for method, path in (("GET", "/v1/nothing"), ("POST", "/v1/events"), ("DELETE", "/v1/events"), ("GET", "/")):
        status, _, answer = ask(server, method, path)
        assert (status, answer["error"]["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize("key", ["", "sk_live_1", "nonsense", "pk_live_1"])
def test_other_keys_are_refused(server: StripeServer, key: str) -> None:
    assert ask(server, "GET", "/v1/payment_intents", key=key)[0] == 401


# Lists


def test_intents_are_listed_newest_first_page_by_page(client: stripe.StripeClient) -> None:
    ids = [client.v1.payment_intents.create(CREATE).id for _ in range(5)][::-1]

    first = client.v1.payment_intents.list({"limit": 2})
    second = client.v1.payment_intents.list({"limit": 2, "starting_after": ids[1]})
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": ids[3]})

    assert ([i.id for i in first.data], first.has_more) == (ids[:2], True)
    assert [i.id for i in second.data] == ids[2:4]
    assert ([i.id for i in back.data], back.has_more) == (ids[1:3], True)
    assert [i.id for i in first.auto_paging_iter()] == ids


def test_lists_are_cut_by_time_and_type(client: stripe.StripeClient, browser: Browser) -> None:
    intent = client.v1.payment_intents.create(CREATE)
    browser(intent)

    assert client.v1.payment_intents.list({"created": {"gt": intent.created}}).data == []
    assert len(client.v1.payment_intents.list({"created": {"gte": intent.created, "lte": intent.created}}).data) == 1
    assert [e.type for e in client.v1.events.list({"type": "charge.succeeded"}).data] == ["charge.succeeded"]
    assert len(client.v1.events.list({"types": ["charge.succeeded", "payment_intent.created"]}).data) == 2
    for wrong in ({"limit": 0}, {"limit": 101}, {"starting_after": "pi_none"}, {"created": {"near": 1}}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.payment_intents.list(wrong)


# Idempotency


# Control


def test_control_tells_how_things_stand_and_refuses_nonsense(server: StripeServer) -> None:
    post(server, "/_control/failures", '{"times": 3}')
    post(server, "/_control/webhook", '{"url": null}')

    state = ask(server, "GET", "/_control")[2]

    assert state == {
        "failures": 3,
        "stored": False,
        "drops": 0,
        "broken_keys": [],
        "latency": 0.0,
        "hanging": False,
        "webhook_url": None,
        "webhook_trouble": {"copies": 1, "delay": 0.0, "shuffled": False, "losses": 0},
        "undelivered": 0,
    }
    nonsense = {
        "times": "x",
        "seconds": -1,
        "url": 7,
        "outcome": "maybe",
        "parts": [""],
        "hanging": "yes",
        "copies": 0,
        "amount": True,
        "reason": "none",
    }
    for path in (
        "failures",
        "drops",
        "broken-keys",
        "latency",
        "hanging",
        "webhook",
        "webhook-trouble",
        "events/evt_1/deliveries",
        "payment_intents/pi_1/outcome",
        "payment_intents/pi_1/refunds",
        "payment_intents/pi_1/disputes",
        "refunds/re_1/outcome",
        "disputes/dp_1/outcome",
    ):
        for body in ("", "[]", json.dumps(nonsense)):
            assert post(server, f"/_control/{path}", body)[0] == 400


def test_one_connection_serves_many_requests_even_refused_ones(server: StripeServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.connect()
    sock = connection.sock
    for key in ("sk_test_1", "wrong", "sk_test_1"):
        connection.request("POST", "/v1/payment_intents", BODY, {"Authorization": f"Bearer {key}"})
        connection.getresponse().read()
        assert connection.sock is sock
    connection.close()
