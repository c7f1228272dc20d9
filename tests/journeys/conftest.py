"""A shop as it runs for real: gunicorn, the worker, the Stripe emulator and a mail server, each on its own."""

import asyncio
import email
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from attrs import define, field
from psycopg.sql import SQL, Identifier, Literal

from commerce_core.testing.stripe_server import StripeServer

CHECKOUT = Path(__file__).parents[2]
SECRET = "whsec_journey"
CLIENTS = 200  # at once


def until(look: Callable[[], Any], within: float = 20.0) -> Any:
    """What `look` sees, once it sees something."""
    deadline = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not seen within {within} seconds"
        time.sleep(0.05)
    return seen


@define
class MailCatcher:
    """A mail server that keeps what it takes. Until it is `answering`, it takes a mail and does not say so."""

    delivered: list[Envelope] = field(factory=list)
    answering: threading.Event = field(factory=threading.Event)
    url: str = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.delivered.append(envelope)
        await asyncio.to_thread(self.answering.wait, 30)
        return "250 OK"

    def messages(self) -> list[EmailMessage]:
        """What was delivered, in this order."""
        found = [email.message_from_bytes(bytes(each.content or b""), policy=default) for each in self.delivered]
        return [message for message in found if isinstance(message, EmailMessage)]


@define
class RunningShop:
    """Every part of one shop, to be started, stopped and killed."""

    database_url: str
    folder: Path
    stripe: StripeServer
    mail: MailCatcher
    port: int
    more: dict[str, str] = field(factory=dict)  # of the environment
    _processes: dict[str, subprocess.Popen[bytes]] = field(factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.database_url,
            "COMMERCE_DATA_DIR": str(self.folder),
            "COMMERCE_ENV": "test",
            "RATE_LIMITS": "0",
            "EMAIL_PROVIDER": "smtp",
            "EMAIL_PROVIDER_KEY": self.mail.url,
            "STRIPE_SECRET_KEY": "sk_test_journey",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": self.stripe.url,
            "PORT": str(self.port),
            **self.more,
        }

    def start(self, name: str, *command: str) -> None:
        """Start a part."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command], env=self.environ, cwd=CHECKOUT, stdout=log, stderr=log
            )

    def start_api(self, *application: str) -> None:
        """Start gunicorn, with the shop's application or another, and wait for its first answer."""
        self.start("api", "gunicorn", "--config", "python:adapters_http.gunicorn_conf", *application)
        with httpx.Client(base_url=self.url, timeout=5) as client:
            until(lambda: _answers(client))

    def start_worker(self) -> None:
        """Start the worker."""
        self.start("worker", "adapters_worker")

    def kill(self, name: str) -> None:
        """End a part as a power cut would, with all its children."""
        process = self._processes.pop(name)
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
        for pid in (process.pid, *map(int, children.stdout.split())):
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def death_of(self, name: str) -> int:
        """Wait until a part ends by itself; how it did."""
        return self._processes.pop(name).wait(30)

    def stop(self) -> None:
        """End whatever still runs."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        """Do it to the database."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(statement)

    def pass_time(self, by: timedelta) -> None:
        """Move the shop's clock, for every process that is started from now on."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(
                SQL("ALTER DATABASE {} SET commerce.now = {}").format(
                    Identifier(connection.info.dbname), Literal((datetime.now(UTC) + by).isoformat())
                )
            )

    def run(self, *command: str) -> str:
        """Run `commerce …` and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", "from adapters_cli.main import run; run()", *command],
            env=self.environ, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def mail() -> Iterator[MailCatcher]:
    """A mail server that answers."""
    catcher, port = MailCatcher(), free_port()
    server = Controller(catcher, hostname="127.0.0.1", port=port)
    server.start()
    catcher.url = f"smtp://127.0.0.1:{port}"
    catcher.answering.set()
    yield catcher
    catcher.answering.set()
    server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def running(database_url: str, tmp_path: Path, mail: MailCatcher) -> Iterator[RunningShop]:
    """A shop with its API up; the worker is the test's to start."""
    port = free_port()
    with StripeServer(webhook_url=f"http://127.0.0.1:{port}/v1/webhooks/stripe", webhook_secret=SECRET) as stripe:
        parts = RunningShop(database_url, tmp_path, stripe, mail, port)
        try:
            parts.start_api()
            yield parts
        finally:
            parts.stop()


@pytest.fixture
def http(running: RunningShop) -> Iterator[httpx.Client]:
    """A buyer's browser."""
    with httpx.Client(base_url=running.url, timeout=60, limits=httpx.Limits(max_connections=CLIENTS)) as client:
        yield client
