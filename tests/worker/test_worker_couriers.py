"""Couriers deliver beside each other: an endpoint that does not answer holds up nobody but itself."""

import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from attrs import evolve

from adapters_worker.couriers import Couriers
from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.orders.events import OrderPaid
from commerce_core.postgres.work import PostgresBegin
from commerce_core.subscriptions.drafts import NewSubscription
from commerce_core.subscriptions.views import SubscriptionView
from tests.receiver import Heard, Receiver, listening


@pytest.fixture
def shop(database_url: str, settings: Settings) -> Iterator[Commerce]:
    with open_shop(database_url, settings=evolve(settings, subscriptions_inner=True)) as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def subscribed(shop: Commerce, receiver: Receiver, path: str) -> SubscriptionView:
    url = receiver.url.replace("/hooks", path)
    return shop.subscriptions.create(SYSTEM, NewSubscription(url)).subscription


def paid(shop: Commerce, orders: int) -> None:
    with PostgresBegin(shop.database)() as work:
        for _ in range(orders):
            work.outbox.append(OrderPaid(uuid4()))
    while shop.outbox.drain():
        pass


def until(seen: Callable[[], bool], within: float = 10.0) -> None:
    end = time.monotonic() + within
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.01)


def nobody_is_out() -> bool:
    return not [thread for thread in threading.enumerate() if thread.name == "courier"]


def test_endpoints_that_hang_hold_up_nobody_who_is_well(shop: Commerce, receiver: Receiver) -> None:
    dead = [subscribed(shop, receiver, f"/dead{number}") for number in range(3)]
    subscribed(shop, receiver, "/well")
    hanging = threading.Event()

    def answer(heard: Heard) -> int:
        if heard.path != "/well":
            hanging.wait(20)
        return 200

    receiver.answer = answer
    shop_ = evolve(shop, deliveries=evolve(shop.deliveries, endpoints=evolve(shop.deliveries.endpoints, seconds=1.0)))
    paid(shop, 30)
    with Couriers(shop_) as couriers:
        couriers()
        until(lambda: len(receiver.ids("/well")) == 30)

        # The hanging ones had at most three calls each at once, and are left alone by now or one by one.
        def given_up() -> bool:
            couriers()  # As the clock does every few seconds.
            return all(shop.subscriptions.find(SYSTEM, one.id).failures >= 3 for one in dead)

        until(given_up, within=30)
        paid(shop, 10)
        begun = time.monotonic()
        couriers()
        until(lambda: len(receiver.ids("/well")) == 40)
        assert time.monotonic() - begun < 5
        hanging.set()


def test_several_are_under_way_at_once_and_never_more_than_the_bound(shop: Commerce, receiver: Receiver) -> None:
    for number in range(4):
        subscribed(shop, receiver, f"/{number}")
    at_once, most, by_path, lock = 0, 0, dict.fromkeys((f"/{number}" for number in range(4)), 0), threading.Lock()
    fullest: list[int] = []

    def answer(heard: Heard) -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
            by_path[heard.path] += 1
            fullest.append(by_path[heard.path])
        time.sleep(0.05)
        with lock:
            at_once -= 1
            by_path[heard.path] -= 1
        return 200

    receiver.answer = answer
    paid(shop, 15)
    with Couriers(shop) as couriers:
        couriers()
        until(lambda: len(receiver.heard) == 60, within=30)

    assert 2 <= most <= 12
    assert max(fullest) <= 3
    assert len({(one.path, one.id) for one in receiver.heard}) == 60


def test_who_stops_waits_for_what_is_under_way_and_takes_nothing_more(shop: Commerce, receiver: Receiver) -> None:
    made = subscribed(shop, receiver, "/hooks")
    paid(shop, 20)
    begun, go_on = threading.Event(), threading.Event()

    def answer(_: Heard) -> int:
        begun.set()
        go_on.wait(10)
        return 200

    receiver.answer = answer
    couriers = Couriers(shop)
    couriers()
    assert begun.wait(10)
    threading.Timer(0.2, go_on.set).start()
    couriers.stop()
    couriers()

    assert nobody_is_out()
    found = shop.subscriptions.find(SYSTEM, made.id)
    assert 20 - found.pending == len(receiver.heard) <= 3


def test_a_shop_that_is_closed_ends_its_couriers_without_a_word(shop: Commerce, receiver: Receiver) -> None:
    subscribed(shop, receiver, "/hooks")
    paid(shop, 1)
    shop.close()

    couriers = Couriers(shop)
    couriers()

    until(nobody_is_out)
    assert receiver.heard == []
