"""What happened is told to whoever wants to hear it: signed, until it was heard, each time under the same id."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.events import ProductChanged
from commerce_core.customers.events import ProofRequested
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.events import OrderCancelled, OrderPaid, OrderPlaced
from commerce_core.postgres.work import PostgresBegin
from commerce_core.subscriptions.drafts import SubscriptionChanges
from commerce_core.subscriptions.model import DeliveryStatus, SubscriptionStatus
from commerce_core.subscriptions.views import DeliveryView, SecretView
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from tests.receiver import Receiver

PAGE = PageRequest(1, 100)

Subscribed = Callable[..., SecretView]
Happen = Callable[..., None]
Deliveries = Callable[[UUID], tuple[DeliveryView, ...]]
Rows = Callable[..., list[tuple[Any, ...]]]


def test_an_order_that_is_placed_is_told_signed_and_with_all_that_stands_in_the_contract(
    shop: Commerce, make: Builders, receiver: Receiver, subscribed: Subscribed
) -> None:
    made = subscribed("order_placed")
    placed = shop.checkout.place_order(make.request(make.cart((make.variant(), 1)).id))
    shop.outbox.drain()

    assert shop.deliveries.send_due() == 1
    assert shop.deliveries.send_due() == 0

    [heard] = receiver.heard
    order_id = str(placed.order.id)
    [event] = [
        e for e in shop.outbox.list_events(SYSTEM, None, PAGE).items if e.type == "order_placed" and not e.branch
    ]
    assert heard.message == {
        "id": str(event.id),
        "type": "order_placed",
        "version": 1,
        "occurred_at": event.created_at.isoformat().replace("+00:00", "Z"),
        "sequence": event.sequence,
        "aggregate": {"type": "order", "id": order_id},
        "data": {"order_id": order_id},
    }
    assert heard.id == str(event.id)
    assert heard.headers["content-type"] == "application/json"
    assert heard.is_signed_with(made.secret)
    [told] = shop.deliveries.list_all(SYSTEM, made.subscription.id).items
    assert (told.status, told.attempts, told.answered_status) == (DeliveryStatus.DELIVERED, 1, 204)


def test_everybody_hears_what_they_subscribed_to_and_nobody_hears_of_proofs(
    receiver: Receiver, subscribed: Subscribed, happen: Happen, shop: Commerce
) -> None:
    subscribed("order_paid", "order_cancelled", path="/orders")
    subscribed(path="/all")
    happen(OrderPaid(uuid4()), ProductChanged(uuid4(), 3), OrderCancelled(uuid4()), ProofRequested(uuid4()))

    shop.deliveries.send_due()

    told = sorted((one.path, one.message["type"]) for one in receiver.heard)
    assert told == [
        ("/all", "order_cancelled"), ("/all", "order_paid"), ("/all", "product.changed"),
        ("/orders", "order_cancelled"), ("/orders", "order_paid"),
    ]  # fmt: skip


def test_an_event_that_is_handed_on_twice_is_told_once(
    shop: Commerce, rows: Rows, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    made = subscribed()
    happen()
    [(event_id,)] = rows("SELECT id FROM outbox_events")

    shop.deliveries.relay([event_id])

    assert len(deliveries(made.subscription.id)) == 1


def test_an_event_that_parts_for_its_subscribers_in_the_shop_is_told_once(
    shop: Commerce, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    seen: list[OrderPaid] = []
    shop.on(OrderPaid, "one")(seen.append)
    shop.on(OrderPaid, "two")(seen.append)
    made = subscribed()

    happen(OrderPaid(uuid4()))

    assert len(seen) == 2
    assert len(deliveries(made.subscription.id)) == 1


def test_who_subscribes_later_does_not_hear_of_what_was_before(
    shop: Commerce, subscribed: Subscribed, deliveries: Deliveries
) -> None:
    with PostgresBegin(shop.database)() as work:
        work.outbox.append(OrderPaid(uuid4()))
    made = subscribed()

    shop.outbox.drain()

    assert deliveries(made.subscription.id) == ()


def test_the_events_of_one_order_are_numbered_as_they_happened(
    shop: Commerce, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    subscribed()
    order_id = uuid4()
    happen(OrderPlaced(order_id), OrderPaid(order_id), OrderCancelled(order_id))

    shop.deliveries.send_due()

    numbered = {one.message["sequence"]: one.message["type"] for one in receiver.heard}
    assert numbered == {1: "order_placed", 2: "order_paid", 3: "order_cancelled"}


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_an_answer_that_is_not_2xx_is_tried_again_under_the_same_id_with_the_same_body(
    status: int, shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen,
    deliveries: Deliveries,
) -> None:  # fmt: skip
    made = subscribed()
    receiver.answer = lambda _: (status, {"Location": "http://127.0.0.1/elsewhere"}, b"not now")
    happen()
    shop.deliveries.send_due()
    assert shop.deliveries.send_due() == 0  # It waits.
    [told] = deliveries(made.subscription.id)
    assert (told.status, told.answered_status, told.answer) == (DeliveryStatus.PENDING, status, "not now")
    assert told.error == f"answered {status}"
    assert told.next_attempt_at > clock.now

    receiver.answer = lambda _: 200
    clock.forward(timedelta(seconds=10))
    assert shop.deliveries.send_due() == 1

    first, second = receiver.heard
    assert (first.id, first.body) == (second.id, second.body)
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    [told] = deliveries(made.subscription.id)
    assert (told.status, told.attempts, told.error) == (DeliveryStatus.DELIVERED, 2, None)


def test_it_is_tried_for_three_days_then_dead_and_still_there(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    made = subscribed()
    receiver.answer = lambda _: 500
    clock.forward(timedelta(0))
    happen()
    begun, waits = clock.now, []
    while (told := deliveries(made.subscription.id)[0]).status is DeliveryStatus.PENDING:
        waits.append(told.next_attempt_at - clock.now)
        resting = shop.subscriptions.find(SYSTEM, made.subscription.id).rests_until
        clock.forward(max(told.next_attempt_at, resting or begun, clock.now) - clock.now)
        shop.deliveries.send_due()

    assert timedelta(days=3) <= clock.now - begun < timedelta(days=3, hours=1)
    assert 15 < told.attempts < 35
    assert waits[1] < timedelta(seconds=6)
    assert max(waits) <= timedelta(hours=8)
    assert shop.retention.prune_all()["deliveries"] == 0
    assert deliveries(made.subscription.id)[0].status is DeliveryStatus.DEAD


def test_what_an_endpoint_that_is_down_for_days_was_never_asked_is_dead_in_the_end_too(
    shop: Commerce, clock: Clock, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed()
    receiver.answer = lambda _: 500
    clock.forward(timedelta(0))
    happen(*(OrderPaid(uuid4()) for _ in range(20)))
    for _ in range(40):
        shop.deliveries.send_due()
        clock.forward(timedelta(hours=2))

    assert rows("SELECT DISTINCT status FROM subscription_deliveries") == [("dead",)]
    assert min(attempts for (attempts,) in rows("SELECT attempts FROM subscription_deliveries")) < 5
    assert shop.subscriptions.find(SYSTEM, made.subscription.id).status is SubscriptionStatus.ACTIVE


def test_a_worker_that_was_away_for_days_gives_nothing_up_at_its_first_try(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    made = subscribed()
    receiver.answer = lambda _: 500
    happen()
    clock.forward(timedelta(days=10))

    shop.deliveries.send_due()

    assert deliveries(made.subscription.id)[0].status is DeliveryStatus.PENDING


def test_an_endpoint_that_fails_three_times_in_a_row_is_left_alone_for_a_while(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed()
    receiver.answer = lambda _: 500
    happen(*(OrderPaid(uuid4()) for _ in range(10)))

    assert shop.deliveries.send_due() == 3

    found = shop.subscriptions.find(SYSTEM, made.subscription.id)
    assert (found.failures, found.pending) == (3, 10)
    assert found.rests_until is not None
    clock.forward(timedelta(seconds=10))
    assert shop.deliveries.send_due() == 1


def test_an_endpoint_that_comes_back_gets_at_once_what_waited(
    shop: Commerce, clock: Clock, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed()
    receiver.answer = lambda _: 500
    happen(*(OrderPaid(uuid4()) for _ in range(10)))
    clock.forward(timedelta(0))
    shop.deliveries.send_due()
    rows("UPDATE subscription_deliveries SET next_attempt_at = next_attempt_at + interval '7 hours' WHERE failures > 0")
    clock.forward(timedelta(seconds=10))
    receiver.answer = lambda _: 200

    assert shop.deliveries.send_due() == 10

    found = shop.subscriptions.find(SYSTEM, made.subscription.id)
    assert (found.failures, found.failing_since, found.rests_until, found.pending) == (0, None, None, 0)


def test_an_event_that_always_fails_does_not_spoil_the_others(
    shop: Commerce, clock: Clock, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    subscribed()
    receiver.answer = lambda heard: 500 if heard.message["type"] == "product.changed" else 200
    happen(ProductChanged(uuid4(), 1), *(OrderPaid(uuid4()) for _ in range(10)))

    assert shop.deliveries.send_due() == 11
    assert rows("SELECT type FROM subscription_deliveries WHERE status = 'pending'") == [("product.changed",)]


def test_an_endpoint_may_ask_to_be_left_alone(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    subscribed()
    clock.forward(timedelta(0))
    receiver.answer = lambda _: (429, {"Retry-After": "600"}, b"")
    happen(OrderPaid(uuid4()), OrderPaid(uuid4()))

    assert shop.deliveries.send_due() == 1
    receiver.answer = lambda _: 200
    clock.forward(timedelta(seconds=599))
    assert shop.deliveries.send_due() == 0
    clock.forward(timedelta(seconds=1))
    assert shop.deliveries.send_due() == 2


def test_an_endpoint_that_is_gone_is_told_nothing_until_somebody_enables_it(
    shop: Commerce, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed()
    receiver.answer = lambda _: 410
    happen(OrderPaid(uuid4()), OrderPaid(uuid4()))
    shop.deliveries.send_due()
    happen()  # Nobody writes this down for it.

    found = shop.subscriptions.find(SYSTEM, made.subscription.id)
    assert (found.status, found.pending, len(receiver.heard)) == (SubscriptionStatus.GONE, 2, 1)
    assert rows("SELECT actor_kind FROM audit_logs WHERE action = 'subscriptions.gone'") == [("system",)]

    receiver.answer = lambda _: 200
    shop.subscriptions.change(SYSTEM, found.id, SubscriptionChanges(enabled=True))
    assert shop.deliveries.send_due() == 2


def test_of_two_lines_one_is_for_endpoints_that_failed_last(
    shop: Commerce, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    subscribed(path="/bad")
    subscribed(path="/good")
    receiver.answer = lambda heard: 500 if heard.path == "/bad" else 200
    happen(*(OrderPaid(uuid4()) for _ in range(4)))
    while shop.deliveries.send_one() is not None:
        pass

    assert [one.path for one in receiver.heard].count("/bad") == 1
    assert [one.path for one in receiver.heard].count("/good") == 4
    assert shop.deliveries.send_one(troubled=True) is False
    assert [one.path for one in receiver.heard].count("/bad") == 2


def test_endpoints_take_turns(shop: Commerce, receiver: Receiver, subscribed: Subscribed, happen: Happen) -> None:
    subscribed("order_paid", path="/much")
    happen(*(OrderPaid(uuid4()) for _ in range(20)))
    subscribed("product.changed", path="/little")
    happen(ProductChanged(uuid4(), 1))

    shop.deliveries.send_due(2)

    assert {one.path for one in receiver.heard} == {"/much", "/little"}


def test_a_lease_that_ran_out_is_somebody_elses_and_the_late_answer_changes_nothing(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    made = subscribed()
    clock.forward(timedelta(0))
    happen()

    def paused(_: object) -> int:
        """While the first one waits for its answer, its lease runs out, and another one has sent it."""
        receiver.answer = lambda _: 200
        clock.forward(shop.deliveries.policy.lease)
        assert shop.deliveries.send_due() == 1
        return 500

    receiver.answer = paused
    shop.deliveries.send_due(1)

    [told] = deliveries(made.subscription.id)
    assert (told.status, told.attempts, told.answered_status) == (DeliveryStatus.DELIVERED, 2, 200)
    assert len(set(receiver.ids())) == 1


def test_a_late_failure_does_not_take_the_lease_of_the_next_one(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    made = subscribed()
    clock.forward(timedelta(0))
    happen()

    def paused(_: object) -> int:
        clock.forward(shop.deliveries.policy.lease)
        with shop.deliveries.begin() as work:
            assert work.deliveries.claim(shop.deliveries.policy, troubled=False) is not None
        return 500

    receiver.answer = paused
    shop.deliveries.send_one()

    [told] = deliveries(made.subscription.id)
    assert (told.attempts, told.answered_status, told.error) == (2, None, None)
    assert told.next_attempt_at == clock.now + shop.deliveries.policy.lease * 2


def test_what_ends_its_worker_every_time_does_so_ever_more_rarely(
    shop: Commerce, clock: Clock, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    made = subscribed()
    clock.forward(timedelta(0))
    happen()
    begin, policy = shop.deliveries.begin, shop.deliveries.policy

    leases = []
    for _ in range(4):
        with begin() as work:
            assert work.deliveries.claim(policy, troubled=False) is not None
        [told] = deliveries(made.subscription.id)
        leases.append(told.next_attempt_at - clock.now)
        clock.forward(leases[-1])

    assert leases == [timedelta(seconds=20 * 2**n) for n in range(4)]


def test_a_secret_that_cannot_be_read_any_more_is_said_and_the_others_go_on(
    shop: Commerce, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen, deliveries: Deliveries
) -> None:
    made, other = subscribed(path="/one"), subscribed(path="/two")
    rows("UPDATE subscriptions SET secret = (SELECT secret FROM subscriptions WHERE id = %s)", other.subscription.id)
    happen()

    shop.deliveries.send_due()

    assert [one.path for one in receiver.heard] == ["/two"]
    [told] = deliveries(made.subscription.id)
    assert told.error == "InvalidToken, before anything was sent"


def test_no_more_than_so_many_are_under_way_to_one_endpoint(
    shop: Commerce, subscribed: Subscribed, happen: Happen
) -> None:
    subscribed()
    happen(*(OrderPaid(uuid4()) for _ in range(10)))
    begin, policy = shop.deliveries.begin, evolve(shop.deliveries.policy, at_once=3)

    claims = []
    for _ in range(5):
        with begin() as work:
            claims.append(work.deliveries.claim(policy, troubled=False))

    assert [claim is not None for claim in claims] == [True, True, True, False, False]
