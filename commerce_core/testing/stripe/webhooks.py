"""Tells the shop what happened: signed, at least once, in no particular order."""

import http.client
import json
import random
import threading
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from commerce_core.gateways.stripe_signature import sign
from commerce_core.testing.stripe.chaos import WebhookTrouble
from commerce_core.testing.stripe.faults import JsonObject
from commerce_core.testing.stripe.store import Store, new_id

_THREADS = 4  # So that one slow answer does not hold up the rest, as with Stripe.
_TIMEOUT = 10.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
_ATTEMPTS = 1000


class WebhookSender:
    """Delivers each announced event until the shop answers 2xx. What is undelivered waits in the store."""

    def __init__(self, store: Store, url: str | None, secret: str) -> None:
        self.secret = secret
        self.trouble = WebhookTrouble()
        self._store = store
        self._url = url
        self._sending: set[str] = set()
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._work, daemon=True, name=f"webhooks-{n}") for n in range(_THREADS)
        ]

    def start(self) -> None:
        """Begin to deliver."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the deliveries under way, start no more."""
        with self._store.news:
            self._stopped = True
            self._store.news.notify_all()
        for thread in self._threads:
            thread.join(_TIMEOUT)

    @property
    def url(self) -> str | None:
        """Where to; None means that nobody listens: what happens meanwhile is not told later."""
        return self._url

    @url.setter
    def url(self, value: str | None) -> None:
        with self._store.news:
            self._url = value
            self._store.news.notify_all()

    @property
    def undelivered(self) -> int:
        """How many deliveries the shop has not yet acknowledged."""
        with self._store.look() as tables:
            return len(tables["deliveries"])

    def announce(self, event_id: str) -> None:
        """Deliver this event soon, unless it is one that shall be lost."""
        if self._url is None:
            return
        with self._store.change():
            self.trouble.losses -= (lost := self.trouble.losses > 0)
            if not lost:
                self._deliver_soon(event_id, self.trouble.copies)

    def knows(self, event_id: str) -> bool:
        """Whether the log still holds this event."""
        with self._store.look() as tables:
            return event_id in tables["events"]

    def deliver_again(self, event_id: str, copies: int) -> None:
        """Deliver an event of the log, as the dashboard's "Resend" does, whatever became of it before."""
        with self._store.change():
            self._deliver_soon(event_id, copies)

    def _deliver_soon(self, event_id: str, copies: int) -> None:
        deliveries, trouble = self._store.tables["deliveries"], self.trouble
        for _ in range(copies):
            pause = trouble.delay * (random.random() if trouble.shuffled else 1)  # noqa: S311 - an order, not a secret
            deliveries[f"{event_id}/{new_id('del')}"] = {"attempts": 0, "due": time.time() + pause}
        self._store.news.notify_all()

    def _work(self) -> None:
        while (due := self._next()) is not None:
            delivery_id, event = due
            self._record(delivery_id, delivered=self._deliver(event))

    def _next(self) -> tuple[str, JsonObject] | None:
        """Wait for a delivery that is due, and claim it with its event; None when it is time to stop."""
        with self._store.look() as tables:
            while not self._stopped:
                waiting = [(d["due"], id_) for id_, d in tables["deliveries"].items() if id_ not in self._sending]
                due, id_ = min(waiting, default=(float("inf"), ""))
                pause = min(due - time.time(), _LONGEST_PAUSE) if self._url else _LONGEST_PAUSE
                if pause <= 0:
                    self._sending.add(id_)
                    return id_, tables["events"][_event_of(id_)]
                self._store.news.wait(pause)
        return None

    def _deliver(self, event: JsonObject) -> bool:
        url = self._url
        if url is None:
            return False
        body = json.dumps(event | {"pending_webhooks": 1}, indent=2).encode()
        return _post(url, body, sign(body, self.secret, int(time.time())))

    def _record(self, delivery_id: str, *, delivered: bool) -> None:
        with self._store.change() as tables:
            self._sending.discard(delivery_id)
            delivery = tables["deliveries"].get(delivery_id)
            if delivery is None:
                return  # So old that the event itself was forgotten.
            delivery["attempts"] += 1
            delivery["due"] = time.time() + min(_FIRST_PAUSE * 2 ** min(delivery["attempts"], 10), _LONGEST_PAUSE)
            if delivered or delivery["attempts"] >= _ATTEMPTS:
                del tables["deliveries"][delivery_id]


def still_to_deliver(deliveries: Iterable[str]) -> set[str]:
    """The ids of the events that these deliveries are for."""
    return set(map(_event_of, deliveries))


def _event_of(delivery_id: str) -> str:
    return delivery_id.partition("/")[0]


def _post(url: str, body: bytes, signature: str) -> bool:
    """Send it without following redirects, as Stripe does. Any answer but 2xx, or none, is no delivery."""
    parts = urlsplit(url)
    connection_type = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connection_type(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0",
    }
    try:
        connection.request("POST", f"{parts.path or '/'}?{parts.query}".rstrip("?"), body, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return 200 <= response.status < 300
    finally:
        connection.close()
