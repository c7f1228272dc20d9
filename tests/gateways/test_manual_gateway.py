"""A provider with nobody behind it."""

import pytest
from attrs import evolve

from commerce_core.gateways.manual import ManualGateway
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused, InvalidSignature, MalformedEvent
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.provider import IntentStatus
from tests.gateways.payment_worlds import request_for

GATEWAY: PaymentGateway = ManualGateway()


def test_an_intent_waits_and_says_whose_it_is() -> None:
    request = request_for(Money(1999, "EUR"))

    intent = GATEWAY.create_intent(request)

    assert intent.id.startswith(f"manual_{request.order_id.hex}_")
    assert (intent.status, intent.amount) == (IntentStatus.REQUIRES_PAYMENT_METHOD, request.amount)
    assert (intent.order_id, intent.received.amount, intent.client_secret) == (request.order_id, 0, None)
    assert GATEWAY.retrieve_intent(intent.id) == intent


def test_the_key_decides_which_intent_it_is() -> None:
    request = request_for(Money(1999, "EUR"))

    assert GATEWAY.create_intent(request) == GATEWAY.create_intent(request)
    assert GATEWAY.create_intent(request).id != GATEWAY.create_intent(evolve(request, idempotency_key="other")).id


def test_cancelling_is_always_granted() -> None:
    intent = GATEWAY.create_intent(request_for(Money(1999, "EUR")))

    assert GATEWAY.cancel_intent(intent.id) == evolve(intent, status=IntentStatus.CANCELED)


@pytest.mark.parametrize("intent_id", ["", "pi_1", "manual_", "manual_1", "manual_" + "0" * 32 + "_5eur_" + "0" * 12])
def test_what_it_never_made_it_does_not_know(intent_id: str) -> None:
    with pytest.raises(GatewayRefused):
        GATEWAY.retrieve_intent(intent_id)


def test_nobody_speaks_for_it() -> None:
    with pytest.raises(InvalidSignature):
        GATEWAY.verify_webhook(b"{}", "t=1,v1=0")
    with pytest.raises(MalformedEvent):
        GATEWAY.read_event(b"{}")
    assert GATEWAY.publishable_key is None
