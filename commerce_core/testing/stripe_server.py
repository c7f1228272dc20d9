"""A Stripe of one's own, for a laptop, a test or a demonstration without an account.

    python -m commerce_core.testing.stripe_server --port 12111 --webhook-url http://127.0.0.1:8000/v1/webhooks/stripe

Any `sk_test_…` key opens it. It knows payment intents with Stripe's test cards, refunds, disputes, idempotency keys,
events and signed webhooks; what it does not know it refuses as Stripe refuses an unknown address or parameter. Under
`/_control` it takes orders that no Stripe takes: what banks and people at the dashboard do, and trouble of every kind.
"""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Self

from commerce_core.testing.stripe.app import build
from commerce_core.testing.stripe.chaos import Chaos, WebhookTrouble
from commerce_core.testing.stripe.listener import Listener
from commerce_core.testing.stripe.store import Store
from commerce_core.testing.stripe.webhooks import WebhookSender

WEBHOOK_SECRET = "whsec_emulator"


class StripeServer:
    """The emulator in this process: `with StripeServer(webhook_url=…) as server: … server.url`.

    `server.chaos` and `server.webhook_trouble` order trouble, `server.webhook_url` may be set at any time,
    `server.undelivered` counts the webhooks not yet acknowledged. With `state`, a file, everything is there again
    after a restart.
    """

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        webhook_secret: str = WEBHOOK_SECRET,
        host: str = "127.0.0.1",
        port: int = 0,
        state: Path | None = None,
    ) -> None:
        self._store = Store.open(state)
        self.chaos = Chaos()
        self._sender = WebhookSender(self._store, webhook_url, webhook_secret)
        self._listener = Listener(build(self._store, self._sender, self.chaos), host, port)

    @property
    def url(self) -> str:
        """Its address: what `STRIPE_API_BASE` wants."""
        return self._listener.url

    @property
    def webhook_secret(self) -> str:
        """What it signs with: what `STRIPE_WEBHOOK_SECRET` wants."""
        return self._sender.secret

    @property
    def webhook_url(self) -> str | None:
        """Where events are sent; None sends none."""
        return self._sender.url

    @webhook_url.setter
    def webhook_url(self, value: str | None) -> None:
        self._sender.url = value

    @property
    def webhook_trouble(self) -> WebhookTrouble:
        """What goes wrong with the events that happen from now on; may be set at any time."""
        return self._sender.trouble

    @webhook_trouble.setter
    def webhook_trouble(self, value: WebhookTrouble) -> None:
        self._sender.trouble = value

    @property
    def undelivered(self) -> int:
        """How many deliveries the shop has not acknowledged yet."""
        return self._sender.undelivered

    def forget_keys(self) -> None:
        """Forget what was answered under which idempotency key, as Stripe does after a day."""
        with self._store.change() as tables:
            tables["replies"].clear()

    def __enter__(self) -> Self:
        self._listener.start()
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.chaos.close()
        self._listener.stop()
        self._sender.stop()


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; the first line of output is JSON with the address."""
    parser = argparse.ArgumentParser(prog="stripe_server", description="A local Stripe emulator.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--webhook-url", help="where signed events are sent")
    parser.add_argument("--webhook-secret", default=WEBHOOK_SECRET)
    parser.add_argument("--state", type=Path, help="a JSON file that keeps everything between runs")
    asked = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with StripeServer(
        webhook_url=asked.webhook_url,
        webhook_secret=asked.webhook_secret,
        host=asked.host,
        port=asked.port,
        state=asked.state,
    ) as server:
        sys.stdout.write(json.dumps({"url": server.url, "webhook_url": server.webhook_url}) + "\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
