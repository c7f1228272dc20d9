"""Tells the shop what happened: signed, at least once, in no particular order."""

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

from commerce_core.gateways.stripe_signature import sign
from commerce_core.testing.stripe.faults import JsonObject
from commerce_core.testing.stripe.store import Store

_THREADS = 4  # So that one slow answer does not hold up the rest, as with Stripe.
_TIMEOUT = 10.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
_ATTEMPTS = 1000


class WebhookSender:
    """Delivers each announced event until the shop answers 2xx. What is undelivered waits in the store."""

    def __init__(self, store: Store, url: str | None, secret: str) -> None:
        self.secret = secret
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
        """How many events the shop has not yet acknowledged."""
        with self._store.look() as tables:
            return len(tables["deliveries"])

    def announce(self, event_id: str) -> None:
        """Deliver this event soon."""
        if self._url is None:
            return
        with self._store.change() as tables:
            tables["deliveries"][event_id] = {"attempts": 0, "due": time.time()}
            self._store.news.notify()

    def _work(self) -> None:
        while (event := self._next()) is not None:
            delivered = self._deliver(event)
            self._record(event["id"], delivered=delivered)

    def _next(self) -> JsonObject | None:
        """Wait for an event whose delivery is due, and claim it; None when it is time to stop."""
        with self._store.look() as tables:
            while not self._stopped:
                waiting = [(d["due"], id_) for id_, d in tables["deliveries"].items() if id_ not in self._sending]
                due, id_ = min(waiting, default=(float("inf"), ""))
                pause = min(due - time.time(), _LONGEST_PAUSE) if self._url else _LONGEST_PAUSE
                if pause <= 0:
                    self._sending.add(id_)
                    return tables["events"][id_]
                self._store.news.wait(pause)
        return None

    def _deliver(self, event: JsonObject) -> bool:
        url = self._url
        if url is None:
            return False
        body = json.dumps(event | {"pending_webhooks": 1}, indent=2).encode()
        return _post(url, body, sign(body, self.secret, int(time.time())))

    def _record(self, event_id: str, *, delivered: bool) -> None:
        with self._store.change() as tables:
            self._sending.discard(event_id)
            delivery = tables["deliveries"].get(event_id)
            if delivery is None:
                return  # So old that the event itself was forgotten.
            delivery["attempts"] += 1
            delivery["due"] = time.time() + min(_FIRST_PAUSE * 2 ** min(delivery["attempts"], 10), _LONGEST_PAUSE)
            if delivered or delivery["attempts"] >= _ATTEMPTS:
                del tables["deliveries"][event_id]


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
