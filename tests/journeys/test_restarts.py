"""PostgreSQL restarts while people buy, a worker dies at an event again and again: what was promised is kept."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from commerce_core.postgres.embedded import EmbeddedPostgres
from commerce_core.postgres.migrate import migrate
from commerce_core.testing.stripe_server import StripeServer
from tests.journeys.conftest import SECRET, MailCatcher, RunningShop, free_port, until
from tests.journeys.test_purchase import import_catalogue, order_of, pay, place

BUYERS = 6
AGAIN = 10.0  # seconds in which everything serves again


@pytest.fixture
def own(data_dir: Path, tmp_path: Path, mail: MailCatcher) -> Iterator[RunningShop]:
    """A shop on a PostgreSQL of its own, as durable as one in production."""
    server = EmbeddedPostgres.start(data_dir)
    migrate(server.url)
    port = free_port()
    with StripeServer(webhook_url=f"http://127.0.0.1:{port}/v1/webhooks/stripe", webhook_secret=SECRET) as stripe:
        parts = RunningShop(server.url, tmp_path, stripe, mail, port)
        try:
            parts.start_api()
            parts.start_worker()
            yield parts
        finally:
            parts.stop()
            EmbeddedPostgres.start(data_dir).stop()


def restart(data_dir: Path) -> None:
    """What an operator does; whoever is connected is cut off."""
    server = EmbeddedPostgres.start(data_dir)
    EmbeddedPostgres(data_dir, "", "", started_here=True).stop()
    assert EmbeddedPostgres.start(data_dir).url == server.url


def test_postgresql_restarts_under_load_and_no_acknowledged_order_is_missing(
    own: RunningShop, data_dir: Path, tmp_path: Path
) -> None:
    import_catalogue(own, tmp_path)
    own.run("inventory", "receive", "MUG-S", "1000")
    acknowledged: list[dict] = []
    answered: list[float] = []
    enough = threading.Event()

    def buy(http: httpx.Client, variant: str) -> None:
        while not enough.is_set():
            try:
                answer = place(http, variant)
            except (httpx.TransportError, KeyError):  # A refusal has no cart in it.
                continue
            if answer.status_code == 201:
                acknowledged.append(answer.json())
                answered.append(time.monotonic())

    with httpx.Client(base_url=own.url, timeout=30) as http, ThreadPoolExecutor(BUYERS) as buyers:
        variant = http.get("/v1/store/products/blue-mug").json()["variants"][0]["id"]
        running = [buyers.submit(buy, http, variant) for _ in range(BUYERS)]
        try:
            until(lambda: len(acknowledged) >= 3 * BUYERS)
            restart(data_dir)
            back = time.monotonic()
            until(lambda: answered[-1] > back, within=AGAIN)
        finally:
            enough.set()
        for one in running:
            one.result(60)

        pay(own, acknowledged[-1]["payment"])
        until(lambda: order_of(http, acknowledged[-1])["status"] == "PAID", within=AGAIN)
        until(lambda: own.mail.delivered, within=AGAIN + 5)
    stored = {str(row[0]) for row in own.rows("SELECT id FROM orders")}
    assert {placed["order"]["id"] for placed in acknowledged} <= stored
    assert own.run("inventory", "verify")


SUBSCRIBER = """
import os, signal
from commerce_core.orders.events import OrderPaid, OrderPlaced

def subscribe(shop):
    shop.on(OrderPlaced, name="deadly")(lambda event: os.kill(os.getpid(), signal.SIGKILL))
    shop.on(OrderPaid, name="steady")(lambda event: open(os.environ["NOTES"], "a").write(f"{event.order_id}\\n"))
"""


def test_an_event_that_kills_its_worker_is_given_up_after_three_and_the_others_flow(
    running: RunningShop, http: httpx.Client, tmp_path: Path
) -> None:
    """Subscribers of an operator, in the worker as it is run; who would supervise it starts it again."""
    (tmp_path / "my_shop.py").write_text(SUBSCRIBER, "utf-8")
    notes = tmp_path / "notes"
    running.more |= {"SUBSCRIBERS": "my_shop:subscribe", "NOTES": str(notes), "PYTHONPATH": str(tmp_path)}
    import_catalogue(running, tmp_path)
    variant = http.get("/v1/store/products/blue-mug").json()["variants"][0]["id"]
    placed = place(http, variant).json()
    pay(running, placed["payment"])

    for death in range(4):
        running.start_worker()
        if death == 3:
            until(lambda: running.rows("SELECT 1 FROM outbox_events WHERE status = 'dead'"))
        else:
            assert running.death_of("worker") == -signal.SIGKILL
            running.execute("UPDATE outbox_events SET next_retry_at = shop_now() WHERE status = 'pending'")

    until(lambda: notes.exists() and notes.read_text().split() == [placed["order"]["id"]])
    until(lambda: running.rows("SELECT 1 FROM email_outbox WHERE status = 'sent'"))
    dead = running.rows("SELECT type, branch, status FROM outbox_events WHERE status <> 'processed'")
    assert dead == [("order_placed", "deadly", "dead")]
    assert len(running.mail.delivered) == 1
