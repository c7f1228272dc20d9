"""What the fake promises beyond the contract."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from commerce_core.kernel.money import Money
from commerce_core.payments.errors import InvalidSignature
from commerce_core.payments.model import IntentStatus
from commerce_core.testing.fake_gateway import FakeGateway
from tests.gateways.payment_worlds import NOW, request_for

TWENTY = Money(1999, "EUR")


def fake() -> FakeGateway:
    return FakeGateway(clock=lambda: NOW)


def test_processes_that_share_nothing_agree_on_an_intent() -> None:
    request = request_for(TWENTY)

    assert fake().create_intent(request) == fake().create_intent(request)
    assert fake().retrieve_intent(fake().create_intent(request).id).order_id == request.order_id


def test_an_event_signed_in_one_process_is_believed_in_another() -> None:
    request, other = request_for(TWENTY), fake()
    intent = fake().create_intent(request)

    event = other.verify_webhook(*fake().event(intent.id, "payment_intent.succeeded"))

    assert event.intent is not None
    assert (event.intent.status, event.intent.order_id) == (IntentStatus.SUCCEEDED, request.order_id)
    assert (event.intent.amount, event.intent.received) == (TWENTY, TWENTY)
    assert other.retrieve_intent(intent.id).status is IntentStatus.SUCCEEDED


def test_late_news_does_not_undo_a_payment() -> None:
    gateway = fake()
    intent = gateway.create_intent(request_for(TWENTY))
    gateway.pay(intent.id)

    gateway.verify_webhook(*gateway.event(intent.id, "payment_intent.payment_failed"))
    gateway.decline(intent.id)

    assert gateway.retrieve_intent(intent.id).status is IntentStatus.SUCCEEDED


def test_a_cancelled_intent_cannot_be_paid() -> None:
    gateway = fake()
    intent = gateway.create_intent(request_for(TWENTY))
    gateway.cancel_intent(intent.id)

    assert gateway.pay(intent.id).status is IntentStatus.CANCELED


def test_paying_and_cancelling_at_once_has_one_outcome() -> None:
    gateway = fake()
    intent = gateway.create_intent(request_for(TWENTY))

    with ThreadPoolExecutor(8) as pool:
        acts = [pool.submit(act, intent.id) for act in (gateway.pay, gateway.cancel_intent) * 8]
    outcomes = {act.result().status for act in acts}

    assert outcomes in ({IntentStatus.SUCCEEDED}, {IntentStatus.CANCELED})


def test_a_worker_hears_from_a_stored_message_what_a_web_process_received() -> None:
    worker = fake()
    intent = fake().create_intent(request_for(TWENTY))
    body, _ = fake().event(intent.id, "payment_intent.canceled")

    worker.read_event(body)

    assert worker.retrieve_intent(intent.id).status is IntentStatus.CANCELED


def test_another_secret_is_not_believed() -> None:
    intent = fake().create_intent(request_for(TWENTY))

    with pytest.raises(InvalidSignature):
        FakeGateway("whsec_other", clock=lambda: NOW).verify_webhook(*fake().event(intent.id, "payment_intent.created"))
