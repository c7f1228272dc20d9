"""Trouble on demand: failures and latency, for whoever wants to see what a shop does about them."""

import threading

from attrs import Factory, define


@define
class Chaos:
    """What goes wrong with the next requests to the API."""

    latency: float = 0.0  # Seconds, added to each.
    failures: int = 0  # How many more will be answered 500.
    stored: bool = False  # Whether their idempotency keys remember it, as when Stripe itself broke.
    _lock: threading.Lock = Factory(threading.Lock)
    _closing: threading.Event = Factory(threading.Event)

    def fail_next(self, times: int, *, stored: bool = False) -> None:
        """Answer 500 to the next requests."""
        with self._lock:
            self.failures, self.stored = times, stored

    def strikes(self) -> bool:
        """Wait as long as asked, then tell whether this request is one of those that fail."""
        self._closing.wait(self.latency)
        with self._lock:
            self.failures -= (struck := self.failures > 0)
            return struck

    def close(self) -> None:
        """Hold nobody up any longer."""
        self._closing.set()
