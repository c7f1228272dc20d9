"""Where requests are counted: in Redis while it is well, in this process otherwise."""

import time
from collections.abc import Callable
from itertools import islice
from threading import Lock
from typing import Any

from limits.storage import Storage
from structlog.typing import FilteringBoundLogger

_PATIENCE = 0.05  # Seconds that Redis may cost a request; only one request pays, see `_may_ask`.
_PAUSE = 5.0  # Seconds for which Redis is then left alone.
_MOST_KEYS = 100_000  # of one length of window; about 20 MB


class LocalStorage(Storage):
    """Counts of this process, in windows that begin when the clock is a multiple of their length.

    `limits` has a storage in memory of its own, which starts a thread every few milliseconds and looks through all its
    keys each time. Here a window's counts go as a whole when the next begins.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.time, most: int = _MOST_KEYS) -> None:
        super().__init__()
        self._clock = clock
        self._most = most
        self._lock = Lock()
        self._windows: dict[int, tuple[int, dict[str, int]]] = {}  # length -> which window, and its counts

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing can go wrong here but bugs."""
        return RuntimeError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; returns the sum of this window. When there are too many keys the older half starts again."""
        now = int(self._clock() // expiry)
        with self._lock:
            window, counts = self._windows.get(expiry, (None, {}))
            if window != now:
                counts = {}
                self._windows[expiry] = now, counts
            if len(counts) >= self._most and key not in counts:
                for old in list(islice(counts, self._most // 2)):
                    del counts[old]
            counts[key] = count = counts.get(key, 0) + amount
        return count

    def get(self, key: str) -> int:
        """The count of a key in its window that is running."""
        return sum(counts.get(key, 0) for _, counts in self._running())

    def get_expiry(self, key: str) -> float:
        """When the key's window ends."""
        return max((end for end, counts in self._running() if key in counts), default=self._clock())

    def check(self) -> bool:
        """It is always well."""
        return True

    def reset(self) -> int:
        """Forget everything; returns how many keys that were."""
        with self._lock:
            keys = sum(len(counts) for _, counts in self._windows.values())
            self._windows.clear()
        return keys

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            for _, counts in self._windows.values():
                counts.pop(key, None)

    def _running(self) -> list[tuple[float, dict[str, int]]]:
        now = self._clock()
        with self._lock:
            windows = list(self._windows.items())
        return [((window + 1) * length, counts) for length, (window, counts) in windows if window == now // length]


class Counters:
    """Counts that all processes share as long as Redis answers within 50 ms, and this process's own while it does not.

    Raises nothing of Redis: who counts goes on without it, and it is asked again after some seconds.
    """

    def __init__(
        self, redis_url: str | None, log: FilteringBoundLogger, clock: Callable[[], float] = time.time
    ) -> None:
        self._local = LocalStorage(clock)
        self._redis = _redis(redis_url) if redis_url else None
        self._log = log
        self._away = False
        self._left_alone_until = 0.0

    def add(self, key: str, seconds: int, amount: int) -> tuple[int, bool]:
        """The sum of a key, which names its window, with `amount` more, and whether all processes count together."""
        if self._redis is not None and self._may_ask():
            try:
                count = self._redis.incr(key, seconds, amount)
            except self._redis.base_exceptions as error:
                self._lost(error)
            else:
                self._heard()
                return count, True
        return self._local.incr(key, seconds, amount), False

    def _may_ask(self) -> bool:
        """Always while it is well; afterwards one request finds out for all others, once in a while."""
        if not self._away:
            return True
        now = time.monotonic()
        if now < self._left_alone_until:
            return False
        self._left_alone_until = now + _PAUSE
        return True

    def _lost(self, error: Exception) -> None:
        self._left_alone_until = time.monotonic() + _PAUSE
        if not self._away:
            self._away = True
            self._log.warning("redis is away, each process counts requests for itself", cause=type(error).__name__)

    def _heard(self) -> None:
        if self._away:
            self._away = False
            self._log.info("redis is back, all processes count requests together")


def _redis(url: str) -> Storage:
    """Imported here: a shop without Redis does not need its library."""
    from limits.storage import RedisStorage  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    once: Any = Retry(NoBackoff(), 0)
    return RedisStorage(
        url, key_prefix="commerce:limits", socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=once
    )
