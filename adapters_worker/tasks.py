"""What the worker does when the doorbell rings."""

import logging
import threading
import time
from collections.abc import Callable

from attrs import field, frozen

from commerce_core.wiring import Commerce

_log = logging.getLogger("commerce.worker")
_SECOND_LOOK = 0.1  # seconds
_MAILS = 5  # between two looks at the outbox, because a mail server may be slow


@frozen
class Drain:
    """Handles everything that is due: reactions and mail.

    In one process one thread drains, however often the bell rings, and the other threads stay free for the clockwork.
    Several processes share the work.
    """

    shop: Commerce
    _wanted: threading.Event = field(factory=threading.Event, init=False)
    _busy: threading.Lock = field(factory=threading.Lock, init=False)

    def __call__(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Drain, or have the thread that drains look again. `stop` is asked between batches."""
        self._wanted.set()
        while self._wanted.is_set() and self._busy.acquire(blocking=False):
            try:
                self._wanted.clear()
                handled = self._until_nothing_is_due(stop)
            finally:
                self._busy.release()
            if handled:
                _log.info("drained", extra={"handled": handled})

    def _until_nothing_is_due(self, stop: Callable[[], bool]) -> int:
        """Look until nothing is due, and then once more.

        A transaction that saw our job waiting and so did not ring may have committed just after the first look.
        """
        handled = 0
        looked_twice = False
        while not stop():
            batch = self.shop.outbox.drain() + self.shop.emails.send_due(_MAILS)
            handled += batch
            if batch == 0:
                if looked_twice:
                    break
                looked_twice = True
                time.sleep(_SECOND_LOOK)
        return handled
