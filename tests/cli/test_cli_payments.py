"""`commerce payments`: comparing with the provider, and cases."""

import pytest
import stripe as sdk

from commerce_core import Commerce, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.payments.model import CaseKind, PaymentCase
from commerce_core.settings import from_environ
from commerce_core.testing.builders import Builders
from commerce_core.testing.stripe_server import StripeServer


@pytest.fixture
def opened(database_url: str):
    with open_shop(database_url) as shop:
        yield shop


def environ(stripe: StripeServer) -> dict[str, str]:
    return {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_API_BASE": stripe.url, "STRIPE_WEBHOOK_SECRET": "whsec_1"}


def test_reconcile_settles_what_no_webhook_told(commerce, opened: Commerce, stripe: StripeServer) -> None:
    with open_shop(opened.settings.database_url, settings=from_environ(environ(stripe))) as shop:
        make = Builders(shop)
        placed = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
        client = sdk.StripeClient("sk_test_1", base_addresses={"api": stripe.url})
        client.v1.payment_intents.confirm(
            placed.payment.intent_id, {"payment_method": "pm_card_visa", "return_url": "https://a.example"}
        )
    said = commerce("payments", "reconcile", "--since", "2026-01-01", "--json", **environ(stripe))
    assert said.code == 0, said.err
    [result] = said.value
    assert (result["provider"], result["settled"], result["unsettled"]) == ("stripe", 1, 0)
    assert opened.checkout.show(SYSTEM, placed.order.id).status == "PAID"
    assert commerce("payments", "reconcile", "--json", **environ(stripe)).value[0]["settled"] == 0


def test_a_since_that_is_no_time_is_refused(commerce) -> None:
    said = commerce("payments", "reconcile", "--since", "yesterday")
    assert (said.code, said.err.split(":")[0]) == (2, "invalid-input")


def test_cases_are_listed_shown_and_resolved(commerce, opened: Commerce) -> None:
    opened.payment_cases.open(PaymentCase(CaseKind.ORDER_WITHOUT_PAYMENT, "stripe", "pi_1", None))
    [case] = commerce("payments", "exceptions", "list", "--status", "open", "--json").value["items"]
    assert commerce("payments", "exceptions", "show", case["id"], "--json").value == case
    said = commerce("payments", "exceptions", "resolve", case["id"], "--note", "The bank was late.")
    assert said.out == f"The case {case['id']} is resolved.\n"
    again = commerce("payments", "exceptions", "resolve", case["id"], "--note", "Again.")
    assert (again.code, again.err.split(":")[0]) == (4, "payment-case-resolved")
    assert commerce("payments", "exceptions", "list", "--status", "open", "--json").value["total"] == 0
