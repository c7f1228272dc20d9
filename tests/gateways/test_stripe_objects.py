"""Stripe's amounts, intents and events, decoded strictly."""

import json
import typing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import stripe

from commerce_core.gateways.stripe_objects import amount_of, dispute_of, event_of, intent_of, money_of, refund_of
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused, MalformedEvent
from commerce_core.payments.provider import (
    DisputeStatus,
    IntentStatus,
    ProviderCharge,
    ProviderDispute,
    ProviderEvent,
    ProviderRefund,
    ProviderRefundStatus,
)
from tests.gateways.sdk_shapes import alternatives, fields

INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 1999,
    "amount_received": 0,
    "currency": "eur",
    "metadata": {},
    "status": "processing",
}
REFUND: dict[str, Any] = {
    "id": "re_1",
    "object": "refund",
    "amount": 500,
    "currency": "eur",
    "status": "failed",
    "failure_reason": "declined",
    "payment_intent": "pi_1",
    "charge": {"id": "ch_1", "object": "charge"},
    "metadata": {"refund_id": "0192d0f0-0000-7000-8000-000000000001"},
}
DISPUTE: dict[str, Any] = {
    "id": "dp_1",
    "object": "dispute",
    "amount": 1999,
    "currency": "eur",
    "status": "needs_response",
    "reason": "fraudulent",
    "payment_intent": "pi_1",
    "charge": "ch_1",
    "evidence_details": {"due_by": 1_795_000_000},
}
CHARGE: dict[str, Any] = {
    "id": "ch_1",
    "object": "charge",
    "amount": 1999,
    "amount_refunded": 700,
    "currency": "isk",
    "payment_intent": "pi_1",
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

    assert (event.type, event.about) == ("invented.tomorrow", None)


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
        b'{"id": "evt_1", "type": "x", "created": 1, "data": 1e400}',
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


def told(type_: str, subject: object) -> ProviderEvent:
    return event_of(json.dumps(EVENT | {"type": type_, "data": {"object": subject}}).encode(), "stripe")


@pytest.mark.parametrize("type_", ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"])
def test_an_event_about_a_refund_carries_it(type_: str) -> None:
    event = told(type_, REFUND)

    assert event.about == ProviderRefund(
        id="re_1",
        status=ProviderRefundStatus.FAILED,
        amount=Money(500, "EUR"),
        intent_id="pi_1",
        charge_id="ch_1",
        refund_id=UUID("0192d0f0-0000-7000-8000-000000000001"),
        failure="declined",
    )
    assert event.intent_id == "pi_1"


def test_a_refund_of_somebody_else_is_not_ours() -> None:
    for metadata in ({}, None, {"refund_id": "17"}, {"refund_id": 17}):
        assert refund_of(REFUND | {"metadata": metadata}).refund_id is None
    assert refund_of(REFUND | {"payment_intent": None}).intent_id is None


@pytest.mark.parametrize("status", list(ProviderRefundStatus))
def test_every_status_of_a_refund_is_known(status: ProviderRefundStatus) -> None:
    assert refund_of(REFUND | {"status": status.value}).status is status


def test_an_event_about_a_dispute_carries_it_and_until_when_it_is_answered() -> None:
    event = told("charge.dispute.created", DISPUTE)

    assert isinstance(event.about, ProviderDispute)
    assert (event.about.status, event.about.amount) == (DisputeStatus.NEEDS_RESPONSE, Money(1999, "EUR"))
    assert event.about.due_by == datetime.fromtimestamp(1_795_000_000, UTC)
    assert event.intent_id == "pi_1"
    assert dispute_of(DISPUTE | {"evidence_details": {"due_by": None}}).due_by is None


def test_every_status_of_a_dispute_that_the_sdk_knows_is_known() -> None:
    known = {word for t in alternatives(fields(stripe.Dispute)["status"]) for word in typing.get_args(t)}

    assert {status.value for status in DisputeStatus} == known


def test_a_charge_says_how_much_of_it_has_gone_back() -> None:
    assert told("charge.refunded", CHARGE).about == ProviderCharge("ch_1", "pi_1", Money(7, "ISK"))


@pytest.mark.parametrize("type_", ["charge.succeeded", "charge.failed", "charge.updated", "refundable.invented"])
def test_what_the_shop_has_no_use_for_is_about_nothing(type_: str) -> None:
    event = told(type_, CHARGE)

    assert (event.about, event.intent_id) == (None, None)


@pytest.mark.parametrize(
    ("type_", "subject"),
    [
        ("refund.created", REFUND | {"status": "paid"}),
        ("refund.created", REFUND | {"amount": None}),
        ("refund.created", REFUND | {"payment_intent": 7}),
        ("refund.created", REFUND | {"charge": {"object": "charge"}}),
        ("refund.created", DISPUTE),
        ("charge.dispute.created", DISPUTE | {"reason": None}),
        ("charge.dispute.created", DISPUTE | {"status": "asked"}),
        ("charge.dispute.created", DISPUTE | {"evidence_details": {"due_by": "soon"}}),
        ("charge.refunded", CHARGE | {"amount_refunded": 750}),
        ("charge.refunded", REFUND),
    ],
)
def test_an_event_whose_subject_cannot_be_read_is_refused(type_: str, subject: dict[str, object]) -> None:
    with pytest.raises(MalformedEvent):
        told(type_, subject)
