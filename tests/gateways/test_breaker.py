"""A provider that does not answer does not take the shop with it."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from attrs import define

from commerce_core.gateways.breaker import Breaker
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable


class Silence(Exception):
    """No answer."""


def is_silence(error: Exception) -> bool:
    return isinstance(error, Silence)


@define
class Watch:
    """A clock that stands until it is moved."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def ask(breaker: Breaker, error: Exception | None = None) -> str:
    with breaker.call(is_silence):
        if error is not None:
            raise error
        return "answered"


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Silence):
            ask(breaker, Silence())


def test_after_three_silences_nobody_asks_until_a_while_has_passed() -> None:
    watch = Watch()
    breaker = Breaker(2, watch)
    fail(breaker, 3)

    with pytest.raises(GatewayUnavailable):
        ask(breaker)
    watch.now = 11.0
    assert ask(breaker) == "answered"
    fail(breaker, 2)
    assert ask(breaker) == "answered"


def test_one_silence_after_the_pause_is_enough_for_another() -> None:
    watch = Watch()
    breaker = Breaker(2, watch)
    fail(breaker, 3)
    watch.now = 11.0
    fail(breaker, 1)

    with pytest.raises(GatewayUnavailable):
        ask(breaker)


def test_a_refusal_is_an_answer() -> None:
    breaker = Breaker(2)
    fail(breaker, 2)
    with pytest.raises(GatewayRefused):
        ask(breaker, GatewayRefused("no"))

    fail(breaker, 2)

    assert ask(breaker) == "answered"


def test_only_so_many_wait_at_once_and_turns_come_back() -> None:
    watch = Watch()
    breaker, inside, done = Breaker(2, watch), Barrier(3), Event()

    def wait() -> None:
        with breaker.call(is_silence):
            inside.wait(10)
            done.wait(10)

    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(1) as third:
        waiting = [pool.submit(wait) for _ in range(2)]
        inside.wait(10)
        watch.now = 1.0
        before = time.monotonic()
        with pytest.raises(GatewayUnavailable):
            ask(breaker)
        assert time.monotonic() - before < 0.9  # Nobody stands in line where nothing moves,
        watch.now = 0.0
        asked = third.submit(ask, breaker)
        assert not asked.done()  # only where it does.
        done.set()
        assert asked.result(10) == "answered"
        for each in waiting:
            each.result(10)
    assert ask(breaker) == "answered"
