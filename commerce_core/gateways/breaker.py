"""Keeps a provider that does not answer from taking every thread of the process with it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from attrs import define, field

from commerce_core.payments.errors import GatewayUnavailable

_PATIENCE = 1.0  # Seconds: a provider that is well answers sooner, so it is worth waiting for one's turn.
_FAILURES = 3  # In a row, until the provider is taken to be down.
_PAUSE = 10.0  # Seconds it is then left alone.


@define
class Breaker:
    """At most `at_once` calls wait for the provider; after some that got no answer nobody asks for a while.

    Both refuse with `GatewayUnavailable`, within a second, before anything was asked of the provider.
    """

    at_once: int
    clock: Callable[[], float] = time.monotonic
    _turns: BoundedSemaphore = field(init=False)
    _running: list[float] = field(factory=list, init=False)  # When each call began.
    _failures: int = field(default=0, init=False)
    _closed_until: float = field(default=float("-inf"), init=False)

    def __attrs_post_init__(self) -> None:
        self._turns = BoundedSemaphore(self.at_once)

    @contextmanager
    def call(self, unheard: Callable[[Exception], bool]) -> Iterator[None]:
        """One call to the provider; `unheard` tells whether what it raised means that nobody answered.

        Raises `GatewayUnavailable` when the provider is not to be asked now.
        """
        begun = self.clock()
        if begun < self._closed_until or not self._turns.acquire(timeout=self._patience(begun)):
            raise GatewayUnavailable
        self._running.append(begun)
        try:
            yield
        except Exception as error:
            self._count(self._failures + 1 if unheard(error) else 0)  # A refusal is an answer.
            raise
        else:
            self._count(0)
        finally:
            self._running.remove(begun)
            self._turns.release()

    def _patience(self, now: float) -> float:
        """How long to wait for a turn: not at all once somebody has been waiting for the provider for long."""
        return max(0.0, _PATIENCE - (now - min(self._running, default=now)))

    def _count(self, failures: int) -> None:
        self._failures = failures
        if failures >= _FAILURES:
            self._closed_until = self.clock() + _PAUSE
