"""Stripe's amounts, intents and events, decoded strictly."""

import json
from typing import Any

import pytest

from commerce_core.gateways.stripe_objects import amount_of, event_of, intent_of, money_of
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused, MalformedEvent
from commerce_core.payments.model import IntentStatus

INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 1999,
    "amount_received": 0,
    "currency": "eur",
    "metadata": {},
    "status": "processing",
}
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.processing",
    "created": 1_795_000_000,
    "data": {"object": INTENT},
}


@pytest.mark.parametrize(
    ("money", "wire"),
    [
        (Money(1999, "EUR"), 1999),
        (Money(500, "JPY"), 500),
        (Money(5, "ISK"), 500),
        (Money(5000, "UGX"), 500_000),
        (Money(1230, "KWD"), 1230),
        (Money(500, "MGA"), 5),
    ],
)
def test_an_amount_goes_out_and_comes_back(money: Money, wire: int) -> None:
    assert amount_of(money) == wire
    assert money_of(wire, money.currency.lower()) == money


@pytest.mark.parametrize("money", [Money(1234, "KWD"), Money(550, "MGA")])
def test_an_amount_that_stripe_cannot_charge_exactly_is_refused(money: Money) -> None:
    with pytest.raises(GatewayRefused, match="finer"):
        amount_of(money)


def test_an_amount_stripe_never_sends_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        money_of(550, "isk")


def test_an_event_of_an_unknown_type_is_no_error() -> None:
    event = event_of(json.dumps(EVENT | {"type": "invented.tomorrow", "data": None}).encode(), "stripe")

    assert (event.type, event.intent) == ("invented.tomorrow", None)


def test_an_intent_of_somebody_else_has_no_order() -> None:
    for metadata in ({}, None, {"order_id": "17"}, {"order_id": 17}):
        assert intent_of(INTENT | {"metadata": metadata}).order_id is None


def test_the_bank_s_reason_is_preferred_to_stripe_s() -> None:
    error = {"code": "card_declined", "decline_code": "lost_card"}

    assert intent_of(INTENT | {"last_payment_error": error}).failure == "lost_card"
    assert intent_of(INTENT | {"last_payment_error": {"code": "expired_card"}}).failure == "expired_card"
    assert intent_of(INTENT).failure is None


@pytest.mark.parametrize("status", list(IntentStatus))
def test_every_status_is_known(status: IntentStatus) -> None:
    assert intent_of(INTENT | {"status": status.value}).status is status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe{}",
        b'{"id": "evt_1", "id": "evt_2", "type": "x", "created": 1}',
        b'{"id": "evt_1", "type": "x", "created": NaN}',
        b'{"id": "evt_1", "type": "x", "created": 1' + b"0" * 5000 + b"}",
        b'{"id": "evt_1", "type": "x", "created": 99999999999999}',
        b'{"id": "evt_1", "type": "x", "created": 1.5}',
        b'{"id": "evt_1", "type": "x", "created": true}',
        b'{"id": "evt_1", "type": "x"}',
        b'{"id": "evt\\u0000", "type": "x", "created": 1}',
        b'{"id": "\\ud800", "type": "x", "created": 1}',
        b'{"id": "", "type": "x", "created": 1}',
        b'{"id": 7, "type": "x", "created": 1}',
        b'{"type": "x", "created": 1}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        event_of(body, "stripe")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "paid"},
        {"amount": "1999"},
        {"amount": -1},
        {"amount": 10**30},
        {"currency": "euro"},
        {"currency": None},
        {"object": "charge"},
        {"id": None},
    ],
)
def test_an_event_about_something_that_is_no_intent_is_refused(change: dict[str, object]) -> None:
    body = json.dumps(EVENT | {"data": {"object": INTENT | change}}).encode()

    with pytest.raises(MalformedEvent):
        event_of(body, "stripe")
