"""What buyers' banks want back: written down with the order, and never given back by ourselves."""

import pytest

from commerce_core import Commerce
from commerce_core.payments.provider import DisputeStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.payments.conftest import Till


@pytest.fixture
def paid(make: Builders, till: Till):
    placed = till.place((make.variant(stock=5), 1))
    till.pay(placed)
    return placed


def events(till: Till) -> list[str]:
    return [kind for (kind,) in till.rows("SELECT type FROM outbox_events WHERE type LIKE 'dispute%%' ORDER BY id")]


def test_a_dispute_shows_on_its_order_and_gives_nothing_back(till: Till, paid, gateway: FakeGateway) -> None:
    dispute = gateway.dispute(paid.payment.intent_id)
    for _ in range(3):
        till.tell(dispute.id, "charge.dispute.created")
    order = till.order(paid)
    assert [(d.amount, d.reason, d.status) for d in order.disputes] == [
        (paid.order.total, "fraudulent", "needs_response")
    ]
    assert order.disputes[0].due_by == dispute.due_by
    assert (order.status, order.payment_status, order.refunds) == ("PAID", "paid", ())
    assert events(till) == ["dispute_opened"]


def test_a_dispute_that_is_over_stays_so_whatever_comes_late(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    opened = gateway.dispute(paid.payment.intent_id)
    created = gateway.event(opened.id, "charge.dispute.created")
    gateway.dispute(paid.payment.intent_id, DisputeStatus.LOST)
    till.tell(opened.id, "charge.dispute.closed")
    shop.payments.receive("stripe", *created)
    assert [dispute.status for dispute in till.order(paid).disputes] == ["lost"]
    assert events(till) == ["dispute_opened", "dispute_closed"]
    assert till.rows("SELECT closed_at IS NOT NULL FROM disputes") == [(True,)]


def test_a_dispute_of_an_attempt_that_is_not_in_our_books_opens_a_case(till: Till, paid, gateway: FakeGateway) -> None:
    till.rows("UPDATE payments SET intent_id = 'pi_other'")
    till.tell(gateway.dispute(paid.payment.intent_id).id, "charge.dispute.created")
    assert till.rows("SELECT count(*) FROM disputes") == [(0,)]
    assert [case.kind for case in till.cases()] == ["paid_without_order"]
