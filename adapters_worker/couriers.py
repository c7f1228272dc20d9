"""Threads that deliver webhooks, so that an endpoint which does not answer holds up nobody but itself."""

import logging
import threading
import time
from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import Self

from attrs import define, field

from commerce_core.kernel.errors import CommerceError
from commerce_core.wiring import Commerce

_log = logging.getLogger("commerce.worker")
_MOST = {False: 12, True: 4}  # threads, for endpoints that are well, and for those that failed last
_PATIENCE = 5.0  # seconds for what is under way when the worker stops


@define
class Couriers:
    """As many threads as there is work for, up to a bound; each delivers until nothing is due.

    Endpoints that failed last have threads of their own, so however many are dead, those that are well do not wait.
    """

    shop: Commerce
    most: Mapping[bool, int] = field(factory=_MOST.copy)
    _under_way: dict[bool, set[threading.Thread]] = field(factory=lambda: {False: set(), True: set()}, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _stopped: threading.Event = field(factory=threading.Event, init=False)

    def __call__(self) -> None:
        """Have somebody look whether something is due. Waits for nobody."""
        for troubled in (False, True):
            self._send_out(troubled=troubled)

    def _send_out(self, *, troubled: bool) -> None:
        with self._lock:
            threads = self._under_way[troubled]
            if self._stopped.is_set() or len(threads) >= self.most[troubled]:
                return
            # A daemon: a worker that has to end does not wait for an endpoint; its delivery is due again by its lease.
            thread = threading.Thread(target=self._deliver, kwargs={"troubled": troubled}, name="courier", daemon=True)
            threads.add(thread)
        thread.start()

    def _deliver(self, *, troubled: bool) -> None:
        """Whoever finds something sends out another one to look further, before the endpoint is asked."""
        another = partial(self._send_out, troubled=troubled)
        try:
            while not self._stopped.is_set():
                heard = self.shop.deliveries.send_one(troubled=troubled, taken=another)
                if heard is None:
                    break
                if heard is troubled:  # The endpoint has changed its line, and what waits for it has done so as well.
                    self._send_out(troubled=not troubled)
        except CommerceError as refused:
            _log.warning("courier gave up for now", extra={"code": refused.code})
        except Exception:  # noqa: BLE001 - a bug is told here, where threads are not seen to end
            _log.exception("courier failed")
        finally:
            with self._lock:
                self._under_way[troubled].discard(threading.current_thread())

    def stop(self) -> None:
        """Take nothing more, and wait a little for what is under way."""
        self._stopped.set()
        end = time.monotonic() + _PATIENCE
        with self._lock:
            threads = [thread for line in self._under_way.values() for thread in line]
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
