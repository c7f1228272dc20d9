"""What was told stays to be seen; one event, or everything from a date, is told again under the same ids."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.events import ProductChanged
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.events import OrderPaid
from commerce_core.subscriptions.errors import DeliveryNotFound
from commerce_core.subscriptions.model import DeliveryStatus
from commerce_core.subscriptions.views import DeliveryView, SecretView
from commerce_core.testing.clock import Clock
from tests.receiver import Receiver

Subscribed = Callable[..., SecretView]
Happen = Callable[..., None]
Deliveries = Callable[[UUID], tuple[DeliveryView, ...]]
Rows = Callable[..., list[tuple[Any, ...]]]
Kept = Callable[[], dict[str, list[str]]]


def test_a_test_event_goes_out_whatever_is_subscribed_to(
    shop: Commerce, receiver: Receiver, subscribed: Subscribed, deliveries: Deliveries
) -> None:
    made = subscribed("order_paid")

    test = shop.deliveries.test(SYSTEM, made.subscription.id)
    assert (test.status, test.type) == (DeliveryStatus.PENDING, "subscription.test")
    shop.deliveries.send_due()

    [heard] = receiver.heard
    assert heard.is_signed_with(made.secret)
    assert heard.message["aggregate"] == {"type": "subscription", "id": str(made.subscription.id)}
    assert shop.deliveries.find(SYSTEM, made.subscription.id, test.event_id).status is DeliveryStatus.DELIVERED


def test_deliveries_are_listed_by_status_and_page_by_page_while_more_come(
    shop: Commerce, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed().subscription
    happen(*(OrderPaid(uuid4()) for _ in range(5)))
    shop.deliveries.send_due(3)

    first = shop.deliveries.list_all(SYSTEM, made.id, page=PageRequest(1, 2))
    happen()
    second = shop.deliveries.list_all(SYSTEM, made.id, page=PageRequest(1, 2), cursor=first.next_cursor)
    third = shop.deliveries.list_all(SYSTEM, made.id, page=PageRequest(1, 2), cursor=second.next_cursor)
    seen = [one.event_id for page in (first, second, third) for one in page.items]
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    assert third.next_cursor is None
    delivered = shop.deliveries.list_all(SYSTEM, made.id, DeliveryStatus.DELIVERED)
    assert (delivered.total, len(delivered.items)) == (3, 3)
    with pytest.raises(InvalidInput):
        shop.deliveries.list_all(SYSTEM, made.id, cursor="there")


@pytest.mark.parametrize("answer", [200, 500])
def test_one_event_is_sent_again_whatever_became_of_it(
    answer: int, shop: Commerce, clock: Clock, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen,
    deliveries: Deliveries,
) -> None:  # fmt: skip
    made = subscribed().subscription
    receiver.answer = lambda _: answer
    clock.forward(timedelta(0))
    happen()
    shop.deliveries.send_due()
    rows("UPDATE subscription_deliveries SET status = 'dead' WHERE status = 'pending'")
    [told] = deliveries(made.id)

    shop.deliveries.retry(SYSTEM, made.id, told.event_id)

    [waiting] = deliveries(made.id)
    assert (waiting.status, waiting.delivered_at) == (DeliveryStatus.PENDING, None)
    receiver.answer = lambda _: 200
    assert shop.deliveries.send_due() == 1
    assert len(set(receiver.ids())) == 1
    assert len(receiver.ids()) == 2


def test_an_event_that_an_endpoint_was_never_to_get_is_not_there_to_be_retried(
    shop: Commerce, kept: Kept, subscribed: Subscribed, happen: Happen, rows: Rows
) -> None:
    made = subscribed("product.changed").subscription
    happen()
    [(event_id,)] = rows("SELECT id FROM outbox_events")
    before = kept()
    with pytest.raises(DeliveryNotFound):
        shop.deliveries.retry(SYSTEM, made.id, event_id)
    with pytest.raises(DeliveryNotFound):
        shop.deliveries.find(SYSTEM, made.id, event_id)
    assert kept() == before


def test_everything_from_a_date_is_sent_again_under_the_same_ids_also_what_was_never_sent(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    clock.forward(timedelta(0))
    happen(OrderPaid(uuid4()))  # Too early.
    clock.forward(timedelta(hours=1))
    since = clock.now
    happen(OrderPaid(uuid4()), ProductChanged(uuid4(), 1))  # Before it subscribed.
    made = subscribed("order_paid").subscription
    clock.forward(timedelta(hours=1))
    happen(OrderPaid(uuid4()))
    shop.deliveries.send_due()
    assert len(receiver.ids()) == 1

    shop.deliveries.resend(SYSTEM, made.id, since)
    assert shop.subscriptions.find(SYSTEM, made.id).resending_from == since
    shop.deliveries.resend_due()
    shop.deliveries.send_due()

    ids = receiver.ids()
    assert len(ids) == 3
    assert ids.count(ids[0]) == 2
    assert len(set(ids)) == 2
    assert shop.subscriptions.find(SYSTEM, made.id).resending_from is None
    assert shop.deliveries.resend_due() == 0


def test_a_resend_goes_on_where_it_stopped_and_leaves_nothing_out(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen, rows: Rows
) -> None:
    clock.forward(timedelta(0))  # All events have one time: the place among them counts.
    happen(*(OrderPaid(uuid4()) for _ in range(25)))
    clock.forward(timedelta(hours=1))
    made = subscribed().subscription
    shop.deliveries.resend(SYSTEM, made.id, clock.now - timedelta(days=1))
    begin = shop.deliveries.begin

    looked_at = []
    for _ in range(3):
        with begin() as work:
            looked_at.append(work.deliveries.resend(shop.deliveries.catalogue, 10))

    assert looked_at == [10, 10, 5]
    assert rows("SELECT count(*) FROM subscription_deliveries") == [(25,)]
    assert shop.deliveries.resend_due() == 0


def test_a_second_resend_takes_nothing_from_the_first(
    shop: Commerce, clock: Clock, subscribed: Subscribed, happen: Happen, rows: Rows
) -> None:
    clock.forward(timedelta(0))
    first = clock.now
    happen(*(OrderPaid(uuid4()) for _ in range(15)))
    clock.forward(timedelta(hours=1))
    happen(OrderPaid(uuid4()))
    made = subscribed().subscription
    shop.deliveries.resend(SYSTEM, made.id, first)
    begin = shop.deliveries.begin
    with begin() as work:
        work.deliveries.resend(shop.deliveries.catalogue, 10)

    shop.deliveries.resend(SYSTEM, made.id, clock.now)
    shop.deliveries.resend_due()

    assert rows("SELECT count(*) FROM subscription_deliveries") == [(16,)]


def test_nothing_is_sent_again_from_a_time_to_come(
    shop: Commerce, clock: Clock, kept: Kept, subscribed: Subscribed
) -> None:
    made = subscribed().subscription
    before = kept()
    with pytest.raises(InvalidInput):
        shop.deliveries.resend(SYSTEM, made.id, clock.now + timedelta(minutes=1))
    assert kept() == before


def test_what_was_heard_is_forgotten_after_its_time_and_nothing_else(
    shop: Commerce, clock: Clock, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    subscribed()
    clock.forward(timedelta(0))
    receiver.answer = lambda heard: 500 if heard.message["type"] == "product.changed" else 200
    happen(OrderPaid(uuid4()), ProductChanged(uuid4(), 1), OrderPaid(uuid4()))
    shop.deliveries.send_due()
    rows("UPDATE subscription_deliveries SET status = 'dead' WHERE status = 'pending'")
    clock.forward(timedelta(days=29, hours=23))
    assert shop.deliveries.prune() == 0
    clock.forward(timedelta(hours=1))
    assert shop.deliveries.prune() == 2
    assert rows("SELECT type, status FROM subscription_deliveries") == [("product.changed", "dead")]
