"""What requests say to PostgreSQL, listened to on the wire: libpq's own trace of a shop with one connection."""

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TextIO
from uuid import uuid4

from attrs import field, frozen
from falcon.testing import Result, TestClient
from psycopg.pq import Trace
from psycopg.pq.abc import PGconn

from adapters_http.app import create_app
from adapters_http.logs import request_logger
from benchmarks.shop import list_addresses
from commerce_core import Settings, open_shop
from commerce_core.testing.fake_gateway import FakeGateway

BORDERS = frozenset({"BEGIN", "COMMIT", "ROLLBACK"})
ADDRESS = {
    "name": "Camille Durand", "line1": "12 rue des Lilas", "postal_code": "75011", "city": "Paris", "country": "FR",
}  # fmt: skip

# libpq writes one line for each message: who speaks (F: we, B: PostgreSQL), its length, its kind, what it says.
_MESSAGE = re.compile(r"^([FB])\t\d+\t(\w+)(?:\t (.*))?$", re.MULTILINE)
_PARSE = re.compile(r'^"(\w*)" "(?:/\* ([\w.]+) \*/|(\w+))')
_BIND = re.compile(r'^"\w*" "(\w*)"')


@frozen
class Exchange:
    """One request's talk with PostgreSQL: the statements in order, BEGIN and COMMIT among them, and the waits."""

    statements: tuple[str, ...]
    waits: int

    @property
    def count(self) -> int:
        """How many statements, BEGIN and COMMIT excluded."""
        return sum(name not in BORDERS for name in self.statements)


@frozen
class _Listener:
    """Traces the one connection of a shop, request by request: libpq writes its trace out when told to end it."""

    connection: PGconn
    written: IO[bytes]
    read: TextIO  # Opened apart, because the position of the other one is where libpq writes.
    names: dict[str, str] = field(factory=dict)  # of prepared statements, known from when they were made

    def begin(self) -> None:
        """Listen from now on."""
        self.connection.trace(self.written.fileno())
        self.connection.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

    def heard(self) -> Exchange:
        """What was said since. A wait is an answer that was read after something had been sent."""
        self.connection.untrace()
        statements: list[str] = []
        waits, speaker = 0, "B"
        for side, kind, rest in _MESSAGE.findall(self.read.read()):
            waits += side == "B" and speaker == "F"
            speaker = side
            if kind == "Parse" and (made := _PARSE.match(rest)):
                self.names[made[1]] = made[2] or made[3]
            elif kind == "Bind" and (bound := _BIND.match(rest)):
                statements.append(self.names[bound[1]])
        return Exchange(tuple(statements), waits)


def exchanges(url: str, variant_id: str, detail: str) -> dict[str, Exchange]:
    """Each request of a shopper, by name: what it says to PostgreSQL once its statements are prepared."""
    gateway = FakeGateway()
    settings = Settings(environment="benchmark", threads=1)  # one thread, one connection
    heard: dict[str, Exchange] = {}
    with (
        tempfile.NamedTemporaryFile() as written,
        Path(written.name).open(encoding="utf-8", errors="replace") as read,
        open_shop(url, settings=settings, gateway=gateway) as shop,
    ):
        client = TestClient(create_app(shop, request_logger("error", io.BytesIO())))
        with shop.database.read() as session:
            listener = _Listener(session.connection.pgconn, written, read)
        for _ in range(2):  # The second time everything is prepared.
            listener.begin()
            for name, answer in _shopping(client, gateway, variant_id, detail):
                heard[name] = listener.heard()
                if answer.status_code >= 300:
                    raise RuntimeError(f"{name}: {answer.status} {answer.text[:300]}")
                listener.begin()
            listener.heard()
    return heard


def _shopping(client: TestClient, gateway: FakeGateway, variant_id: str, detail: str) -> Iterator[tuple[str, Result]]:
    yield "list", client.simulate_get(list_addresses(1)[0])
    yield "detail", client.simulate_get(detail)
    made = client.simulate_post("/v1/store/cart", json={})
    yield "cart", made
    item = {"variant_id": variant_id, "quantity": 1}
    yield "item", client.simulate_post(f"/v1/store/cart/{made.json['id']}/items", json=item)
    checkout = {
        "cart_id": made.json["id"], "email": "camille@example.com", "shipping_address": ADDRESS,
        "shipping_option_id": "standard",
    }  # fmt: skip
    placed = client.simulate_post("/v1/store/checkout", json=checkout, headers={"Idempotency-Key": uuid4().hex})
    yield "checkout", placed
    body, signature = gateway.event(placed.json["payment"]["intent_id"], "payment_intent.succeeded")
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    yield "pay", client.simulate_post("/v1/webhooks/stripe", body=body, headers=headers)
