"""Browsers, cards and debits at the emulator."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from commerce_core.testing.stripe_server import StripeServer
from tests.gateways.emulator_calls import CREATE, ask, settle

Browser = Callable[..., Any]


def test_a_browser_pays_with_the_publishable_key_and_sees_no_metadata(
    client: stripe.StripeClient, browser: Browser
) -> None:
    intent = client.v1.payment_intents.create({**CREATE, "metadata": {"order_id": "1"}})

    seen = browser(intent)

    assert seen.status == "succeeded"
    assert not {"metadata", "amount_received", "latest_charge"} & set(seen.to_dict())
    assert client.v1.payment_intents.retrieve(intent.id).amount_received == 1999


def test_a_browser_needs_the_right_client_secret(client: stripe.StripeClient, browser: Browser) -> None:
    intent, other = client.v1.payment_intents.create(CREATE), client.v1.payment_intents.create(CREATE)
    intent.client_secret = other.client_secret

    with pytest.raises(stripe.AuthenticationError):
        browser(intent)
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_a_browser_may_neither_create_nor_cancel_nor_read_without_the_secret(
    server: StripeServer, client: stripe.StripeClient
) -> None:
    intent = client.v1.payment_intents.create(CREATE)

    for method, path in (
        ("POST", "/v1/payment_intents"),
        ("POST", f"/v1/payment_intents/{intent.id}/cancel"),
        ("GET", f"/v1/payment_intents/{intent.id}"),
        ("GET", "/v1/events"),
    ):
        assert ask(server, method, path, "", key="pk_test_shop")[0] == 401
    address = f"/v1/payment_intents/{intent.id}?client_secret={intent.client_secret}"
    assert ask(server, "GET", address, key="pk_test_shop")[2]["status"] == "requires_payment_method"


@pytest.mark.parametrize(
    ("card", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ],
)
def test_a_declined_card_leaves_the_intent_payable(
    client: stripe.StripeClient, browser: Browser, card: str, decline_code: str
) -> None:
    intent = client.v1.payment_intents.create(CREATE)

    with pytest.raises(stripe.CardError) as refused:
        browser(intent, card)

    assert refused.value.error
    assert refused.value.error.decline_code == decline_code
    declined = client.v1.payment_intents.retrieve(intent.id)
    assert (declined.status, declined.payment_method) == ("requires_payment_method", None)
    assert declined.last_payment_error
    assert declined.last_payment_error.decline_code == decline_code
    assert browser(intent).status == "succeeded"
    assert client.v1.payment_intents.retrieve(intent.id).last_payment_error is None


def test_a_card_that_needs_its_owner_waits_for_them(
    server: StripeServer, client: stripe.StripeClient, browser: Browser
) -> None:
    intent = client.v1.payment_intents.create(CREATE)

    waiting = browser(intent, "pm_card_authenticationRequired", return_url="https://shop.example/return")

    assert (waiting.status, waiting.next_action.type) == ("requires_action", "redirect_to_url")
    assert settle(server, intent.id, "failed")["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert browser(intent, "pm_card_authenticationRequired").next_action.type == "use_stripe_sdk"
    assert settle(server, intent.id, "succeeded")["status"] == "succeeded"


def test_authentication_does_not_help_a_card_without_funds(
    server: StripeServer, client: stripe.StripeClient, browser: Browser
) -> None:
    intent = client.v1.payment_intents.create(CREATE)
    browser(intent, "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")

    assert settle(server, intent.id, "succeeded")["last_payment_error"]["decline_code"] == "insufficient_funds"


@pytest.mark.parametrize(
    ("iban", "outcome", "status"),
    [
        ("DE89370400440532013000", "succeeded", "succeeded"),
        ("DE89370400440532013000", "failed", "requires_payment_method"),
        ("DE62370400440532013001", "succeeded", "requires_payment_method"),
    ],
)
def test_a_debit_is_processing_until_the_bank_speaks(
    server: StripeServer, client: stripe.StripeClient, browser: Browser, iban: str, outcome: str, status: str
) -> None:
    intent = client.v1.payment_intents.create(CREATE)

    assert (
        browser(intent, None, payment_method_data={"type": "sepa_debit", "sepa_debit": {"iban": iban}}).status
        == "processing"
    )

    before = client.v1.payment_intents.retrieve(intent.id)
    settled = settle(server, intent.id, outcome)
    assert (settled["status"], settled["latest_charge"]) == (status, before.latest_charge)
    assert settled["amount_received"] == (1999 if status == "succeeded" else 0)
