"""What every payment provider promises behind the port: the fake, our emulator, and Stripe when a key is given."""

import json

import pytest
from attrs import evolve

from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused, InvalidSignature
from commerce_core.payments.provider import Intent, IntentStatus
from tests.gateways.payment_worlds import World, request_for

TWENTY = Money(1999, "EUR")


def test_a_new_intent_waits_for_its_payment_and_names_its_order(world: World) -> None:
    request = request_for(TWENTY)

    intent = world.gateway.create_intent(request)

    assert intent.status is IntentStatus.REQUIRES_PAYMENT_METHOD
    assert (intent.amount, intent.received, intent.order_id) == (TWENTY, Money(0, "EUR"), request.order_id)
    assert intent.client_secret
    assert intent.client_secret not in repr(intent)
    assert intent.failure is None


def test_the_same_key_means_the_same_intent(world: World) -> None:
    request = request_for(TWENTY)

    first, second = world.gateway.create_intent(request), world.gateway.create_intent(request)

    assert first == second
    assert first.id != world.gateway.create_intent(evolve(request, idempotency_key=request.idempotency_key + "x")).id


def test_the_same_key_for_another_amount_is_refused(world: World) -> None:
    request = request_for(TWENTY)
    world.gateway.create_intent(request)

    with pytest.raises(GatewayRefused):
        world.gateway.create_intent(evolve(request, amount=Money(2999, "EUR")))


def test_an_intent_is_found_again(world: World) -> None:
    intent = world.gateway.create_intent(request_for(TWENTY))

    assert world.gateway.retrieve_intent(intent.id) == intent


@pytest.mark.parametrize("intent_id", ["pi_nothing", "pi_fake_nothing"])
def test_an_unknown_intent_is_refused(world: World, intent_id: str) -> None:
    with pytest.raises(GatewayRefused):
        world.gateway.retrieve_intent(intent_id)
    with pytest.raises(GatewayRefused):
        world.gateway.cancel_intent(intent_id)


def test_a_paid_intent_says_what_was_received(world: World) -> None:
    intent = world.gateway.create_intent(request_for(TWENTY))

    world.pay(intent.id)

    paid = world.gateway.retrieve_intent(intent.id)
    assert (paid.status, paid.received) == (IntentStatus.SUCCEEDED, TWENTY)


def test_a_declined_intent_can_still_be_paid(world: World) -> None:
    intent = world.gateway.create_intent(request_for(TWENTY))

    world.decline(intent.id)

    declined = world.gateway.retrieve_intent(intent.id)
    assert declined.status is IntentStatus.REQUIRES_PAYMENT_METHOD
    assert declined.failure in {"insufficient_funds", "generic_decline"}
    world.pay(intent.id)
    assert world.gateway.retrieve_intent(intent.id).failure is None


def test_a_cancelled_intent_stays_cancelled_when_cancelled_again(world: World) -> None:
    intent = world.gateway.create_intent(request_for(TWENTY))

    assert world.gateway.cancel_intent(intent.id).status is IntentStatus.CANCELED
    assert world.gateway.cancel_intent(intent.id).status is IntentStatus.CANCELED
    assert world.gateway.retrieve_intent(intent.id).status is IntentStatus.CANCELED


def test_cancelling_too_late_finds_out_that_it_was_paid(world: World) -> None:
    intent = world.gateway.create_intent(request_for(TWENTY))
    world.pay(intent.id)

    found = world.gateway.cancel_intent(intent.id)

    assert (found.status, found.received) == (IntentStatus.SUCCEEDED, TWENTY)


@pytest.mark.parametrize("amount", [Money(500, "JPY"), Money(700, "ISK"), Money(5000, "UGX"), Money(1230, "KWD")])
def test_amounts_survive_the_provider_s_own_exponents(world: World, amount: Money) -> None:

    assert world.gateway.create_intent(request_for(amount)).amount == amount


def test_an_amount_finer_than_the_provider_can_charge_is_refused(world: World) -> None:
    with pytest.raises(GatewayRefused):
        world.gateway.create_intent(request_for(Money(1234, "KWD")))


def test_a_webhook_is_verified_and_decoded(world: World) -> None:
    request = request_for(TWENTY)
    intent = world.gateway.create_intent(request)
    world.pay(intent.id)
    body, signature = world.webhook(intent.id, "payment_intent.succeeded")

    event = world.gateway.verify_webhook(body, signature)

    assert (event.provider, event.type) == (world.gateway.name, "payment_intent.succeeded")
    assert json.loads(event.payload)["id"] == event.id
    assert b"client_secret" not in event.payload
    assert event.id.startswith("evt_")
    assert event.created.tzinfo is not None
    assert world.gateway.read_event(body) == event
    assert isinstance(event.about, Intent)
    assert (event.about.id, event.about.status) == (intent.id, IntentStatus.SUCCEEDED)
    assert (event.about.order_id, event.about.received) == (request.order_id, TWENTY)


def test_a_changed_webhook_is_refused(world: World) -> None:
    intent = world.gateway.create_intent(request_for(TWENTY))
    body, signature = world.webhook(intent.id, "payment_intent.created")

    for forged, header in ((body + b" ", signature), (body, ""), (body, "t=1,v1=é"), (body, signature[:-1] + "x")):
        with pytest.raises(InvalidSignature):
            world.gateway.verify_webhook(forged, header)
