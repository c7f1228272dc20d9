"""Trouble on demand: failures, latency and lost answers, for whoever wants to see what a shop does about them."""

import threading

from attrs import Factory, define

from commerce_core.testing.stripe.faults import out_of_order


@define
class Chaos:
    """What goes wrong with the next requests to the API."""

    latency: float = 0.0  # Seconds, added to each.
    failures: int = 0  # How many more will be answered 500, before anything was done.
    stored: bool = False  # Whether their idempotency keys remember it, as when Stripe itself broke.
    drops: int = 0  # How many more will be done and never answered: the connection ends instead.
    broken: frozenset[str] = frozenset()  # Requests whose idempotency key holds one of these fail, and stay failed.
    _lock: threading.Lock = Factory(threading.Lock)
    _flowing: threading.Event = Factory(threading.Event)
    _closing: threading.Event = Factory(threading.Event)

    def __attrs_post_init__(self) -> None:
        self._flowing.set()

    def fail_next(self, times: int, *, stored: bool = False) -> None:
        """Answer 500 to the next requests."""
        with self._lock:
            self.failures, self.stored = times, stored

    def drop_next(self, times: int) -> None:
        """Do what the next requests with an idempotency key ask, or repeat, and hang up instead of answering."""
        with self._lock:
            self.drops = times

    def break_keys(self, *parts: str) -> None:
        """Answer a 500 that is stored, so repeated for ever, to whichever idempotency key holds one of these."""
        self.broken = frozenset(parts)

    @property
    def hanging(self) -> bool:
        """Whether requests are taken and nothing more is heard of them until `resume`."""
        return not self._flowing.is_set()

    def hang(self) -> None:
        """Take requests and do nothing about them."""
        self._flowing.clear()

    def resume(self) -> None:
        """Go on with everything that waits."""
        self._flowing.set()

    def strike(self, key: str | None) -> None:
        """Wait as long as asked; then raise the `ApiError` this request shall fail with, if it shall."""
        self._closing.wait(self.latency)
        self._flowing.wait()
        if key is not None and any(part in key for part in self.broken):
            raise out_of_order(stored=True)
        with self._lock:
            if self.failures > 0:
                self.failures -= 1
                raise out_of_order(stored=self.stored)

    def loses_answer(self, key: str | None) -> bool:
        """Whether this request, which was done, is one that is never answered."""
        if key is None:
            return False
        with self._lock:
            self.drops -= (dropped := self.drops > 0)
            return dropped

    def close(self) -> None:
        """Hold nobody up any longer."""
        self._closing.set()
        self._flowing.set()


@define
class WebhookTrouble:
    """What goes wrong with the events that happen from now on."""

    copies: int = 1  # How often each is delivered, all at once.
    delay: float = 0.0  # Seconds before it is.
    shuffled: bool = False  # Each waits anything up to `delay`, so that later ones overtake it.
    losses: int = 0  # How many more are never delivered.
