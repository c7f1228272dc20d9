"""The emulator as Stripe's own SDK sees it when money goes back: refunds, disputes, and what banks say later."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from commerce_core.testing.stripe_server import StripeServer
from tests.gateways import sdk_shapes
from tests.gateways.test_stripe_emulator import CREATE, ask, post

Browser = Callable[..., Any]


@pytest.fixture
def paid(client: stripe.StripeClient, browser: Browser) -> Callable[[str], Any]:
    """An intent paid with that card."""

    def pay(card: str = "pm_card_visa") -> Any:
        intent = client.v1.payment_intents.create(CREATE)
        browser(intent, card)
        return client.v1.payment_intents.retrieve(intent.id)

    return pay


def control(server: StripeServer, path: str, **asked: object) -> dict[str, Any]:
    status, _, answer = post(server, f"/_control/{path}", json.dumps(asked))
    assert status == 200, answer
    return answer


def types(client: stripe.StripeClient) -> list[str]:
    """Of what happened since the payment, the oldest first."""
    found = [e.type for e in client.v1.events.list({"limit": 100}).data][::-1]
    return found[found.index("payment_intent.succeeded") + 1 :]


def test_every_object_has_the_shape_the_sdk_declares(
    server: StripeServer, client: stripe.StripeClient, paid: Any
) -> None:
    whole, waiting, disputed = paid(), paid("pm_card_pendingRefund"), paid("pm_card_createDispute")
    refund = client.v1.refunds.create({"payment_intent": whole.id, "reason": "duplicate", "metadata": {"a": "1"}})
    pending = client.v1.refunds.create({"payment_intent": waiting.id, "amount": 100})
    control(server, f"refunds/{refund.id}/outcome", outcome="failed")
    asked_about = control(server, f"payment_intents/{waiting.id}/disputes", reason="general")
    [dispute] = client.v1.disputes.list({"payment_intent": disputed.id}).data
    client.v1.disputes.close(dispute.id)

    for made in (
        client.v1.refunds.retrieve(refund.id),
        pending,
        dispute,
        client.v1.disputes.retrieve(asked_about["id"]),
    ):
        sdk_shapes.check_object(made.to_dict())
    for event in client.v1.events.list({"limit": 100}).data:
        sdk_shapes.check_object(event.to_dict()["data"]["object"])
    assert (pending.status, pending.pending_reason) == ("pending", "processing")
    assert (dispute.status, asked_about["status"]) == ("needs_response", "warning_needs_response")


def test_a_refund_gives_back_all_that_is_left_and_the_charge_says_so(client: stripe.StripeClient, paid: Any) -> None:
    intent = paid()
    part = client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    rest = client.v1.refunds.create({"charge": intent.latest_charge})

    assert (part.amount, rest.amount, rest.status) == (500, 1499, "succeeded")
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (1999, True)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert types(client) == ["charge.refunded", "refund.created"] * 2


@pytest.mark.parametrize(
    ("before", "amount", "code"),
    [(1000, 1000, None), (1999, 1, "charge_already_refunded"), (0, 2000, None), (0, 0, "parameter_invalid_integer")],
)
def test_more_than_is_left_is_refused(
    client: stripe.StripeClient, paid: Any, before: int, amount: int, code: str | None
) -> None:
    intent = paid()
    if before:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": before})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": amount})

    assert (refused.value.http_status, refused.value.code) == (400, code)
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == before


def test_what_is_not_paid_disputed_or_unknown_is_not_refunded(client: stripe.StripeClient, paid: Any) -> None:
    waiting, disputed = client.v1.payment_intents.create(CREATE), paid("pm_card_createDispute")

    for asked in (
        {"payment_intent": waiting.id},
        {"payment_intent": disputed.id},
        {"payment_intent": "pi_none"},
        {"charge": "ch_none"},
        {"payment_intent": waiting.id, "reason": "because"},
        {},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(asked)
    assert client.v1.refunds.list().data == []


def test_the_same_key_is_the_same_refund(client: stripe.StripeClient, paid: Any) -> None:
    asked = {"payment_intent": paid().id, "amount": 500}
    first, second = (client.v1.refunds.create(asked, {"idempotency_key": "r1"}) for _ in range(2))

    assert first.id == second.id
    assert len(client.v1.refunds.list({"payment_intent": asked["payment_intent"]}).data) == 1


def test_a_refund_that_succeeded_may_fail_and_the_money_is_there_again(
    server: StripeServer, client: stripe.StripeClient, paid: Any
) -> None:
    intent = paid("pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": intent.id})

    failed = control(server, f"refunds/{refund.id}/outcome", outcome="failed")

    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert types(client)[2:] == ["charge.refund.updated", "refund.updated", "refund.failed"]
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 1999
    assert post(server, f"/_control/refunds/{refund.id}/outcome", '{"outcome": "succeeded"}')[0] == 400


def test_a_refund_that_waits_is_settled_by_the_bank(
    server: StripeServer, client: stripe.StripeClient, paid: Any
) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid("pm_card_pendingRefund").id})
    assert refund.status == "pending"

    assert control(server, f"refunds/{refund.id}/outcome", outcome="succeeded")["status"] == "succeeded"
    assert types(client)[2:] == ["charge.refund.updated", "refund.updated"]


def test_a_refund_made_at_the_dashboard_has_no_metadata_and_no_key(
    server: StripeServer, client: stripe.StripeClient, paid: Any
) -> None:
    made = control(server, f"payment_intents/{paid().id}/refunds", amount=700)

    assert (made["amount"], made["metadata"]) == (700, {})
    [event] = client.v1.events.list({"type": "refund.created"}).data
    assert event.request.idempotency_key is None


def test_refunds_are_listed_page_by_page_from_a_time_on(client: stripe.StripeClient, paid: Any) -> None:
    intent = paid()
    ids = [client.v1.refunds.create({"payment_intent": intent.id, "amount": n + 1}).id for n in range(5)][::-1]

    since = {"gte": intent.created}
    first = client.v1.refunds.list({"limit": 3, "created": since})
    second = client.v1.refunds.list({"limit": 3, "created": since, "starting_after": ids[2]})

    assert [r.id for r in (*first.data, *second.data)] == ids
    assert (first.has_more, second.has_more) == (True, False)
    assert client.v1.refunds.list({"created": {"gt": intent.created + 3600}}).data == []


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("won", ["charge.dispute.funds_reinstated", "charge.dispute.closed"]),
        ("lost", ["charge.dispute.closed"]),
    ],
)
def test_a_dispute_takes_the_money_until_the_bank_decides(
    server: StripeServer, client: stripe.StripeClient, paid: Any, outcome: str, told: list[str]
) -> None:
    intent = paid()
    dispute = control(server, f"payment_intents/{intent.id}/disputes", reason="fraudulent")
    assert client.v1.charges.retrieve(intent.latest_charge).disputed
    assert control(server, f"disputes/{dispute['id']}/outcome", outcome="under_review")["status"] == "under_review"

    assert control(server, f"disputes/{dispute['id']}/outcome", outcome=outcome)["status"] == outcome

    begun = ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated"]
    assert types(client) == begun + told
    assert client.v1.charges.retrieve(intent.latest_charge).disputed == (outcome == "lost")
    assert post(server, f"/_control/disputes/{dispute['id']}/outcome", '{"outcome": "won"}')[0] == 400


def test_an_inquiry_moves_no_money(server: StripeServer, client: stripe.StripeClient, paid: Any) -> None:
    intent = paid("pm_card_createDisputeInquiry")
    [dispute] = client.v1.disputes.list({"charge": intent.latest_charge}).data

    assert control(server, f"disputes/{dispute.id}/outcome", outcome="won")["status"] == "warning_closed"
    assert types(client) == ["charge.dispute.created", "charge.dispute.closed"]
    assert client.v1.refunds.create({"payment_intent": intent.id}).status == "succeeded"


def test_a_charge_has_one_open_dispute_and_only_paid_ones_have_any(
    server: StripeServer, client: stripe.StripeClient, paid: Any
) -> None:
    disputed, waiting = paid("pm_card_createDispute"), client.v1.payment_intents.create(CREATE)

    for intent in (disputed, waiting):
        status = post(server, f"/_control/payment_intents/{intent.id}/disputes", '{"reason": "fraudulent"}')[0]
        assert status == 400
    assert len(client.v1.disputes.list().data) == 1


def test_a_browser_may_not_refund(server: StripeServer, paid: Any) -> None:
    intent = paid()

    for method, path in (("POST", "/v1/refunds"), ("GET", "/v1/refunds"), ("GET", "/v1/disputes")):
        assert ask(server, method, path, f"payment_intent={intent.id}", key="pk_test_shop")[0] == 401
