"""What the fake promises beyond the contract."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused, InvalidSignature
from commerce_core.payments.provider import DisputeStatus, Intent, IntentStatus, ProviderRefundStatus
from commerce_core.testing.fake_gateway import FakeGateway
from tests.gateways.payment_worlds import NOW, refund_request, request_for

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

    assert isinstance(event.about, Intent)
    assert (event.about.status, event.about.order_id) == (IntentStatus.SUCCEEDED, request.order_id)
    assert (event.about.amount, event.about.received) == (TWENTY, TWENTY)
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


def paid(gateway: FakeGateway) -> Intent:
    intent = gateway.create_intent(request_for(TWENTY))
    return gateway.pay(intent.id)


def test_a_bank_may_keep_a_refund_waiting_and_let_it_fail_later() -> None:
    gateway = FakeGateway(clock=lambda: NOW, refunds_become=ProviderRefundStatus.PENDING)
    intent = paid(gateway)
    refund = gateway.create_refund(refund_request(intent, TWENTY))
    assert refund.status is ProviderRefundStatus.PENDING

    gateway.settle_refund(refund.id, ProviderRefundStatus.SUCCEEDED)
    failed = gateway.settle_refund(refund.id, ProviderRefundStatus.FAILED)

    event = gateway.verify_webhook(*gateway.event(refund.id, "refund.failed"))
    assert event.about == failed == gateway.retrieve_refund(refund.id)
    assert failed.failure == "declined"
    assert gateway.create_refund(refund_request(intent, TWENTY)).amount == TWENTY


def test_many_refunds_at_once_give_back_no_more_than_was_paid() -> None:
    gateway = fake()
    intent = paid(gateway)

    def give_back(_n: int) -> bool:
        try:
            gateway.create_refund(refund_request(intent, Money(500, "EUR")))
        except GatewayRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(give_back, range(16))) == 3


def test_a_dispute_is_told_as_it_stands() -> None:
    gateway = fake()
    intent = paid(gateway)
    gateway.dispute(intent.id)

    opened = gateway.verify_webhook(*gateway.event(intent.id.replace("pi_", "dp_"), "charge.dispute.created"))
    lost = gateway.dispute(intent.id, DisputeStatus.LOST)

    assert opened.intent_id == intent.id
    assert gateway.verify_webhook(*gateway.event(lost.id, "charge.dispute.closed")).about == lost
    assert lost.status.closed


def test_a_process_hears_of_a_refund_that_another_made() -> None:
    one, other = fake(), fake()
    refund = one.create_refund(refund_request(paid(one), TWENTY))

    other.verify_webhook(*one.event(refund.id, "refund.created"))

    assert other.retrieve_refund(refund.id) == refund
