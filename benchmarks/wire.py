"""What one purchase says to PostgreSQL, listened to on the wire: libpq's own trace of a shop with a single connection."""

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from attrs import define, field, frozen
from falcon.testing import Result, TestClient
from psycopg.pq import Trace

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
    """One request's talk with PostgreSQL: the statements in order, borders of transactions among them, and the waits."""

    statements: tuple[str, ...]
    waits: int

    @property
    def count(self) -> int:
        """How many statements, BEGIN and COMMIT excluded."""
        return sum(name not in BORDERS for name in self.statements)


@define
class _Listener:
    """Reads what was traced since the last time. The names of prepared statements are known from when they were made."""

    trace: TextIO
    names: dict[str, str] = field(factory=dict)

    def heard(self) -> Exchange:
        """The exchange since the last call. A wait is an answer that came after something had been sent."""
        statements: list[str] = []
        waits, speaker = 0, "B"
        for side, kind, rest in _MESSAGE.findall(self.trace.read()):
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
    settings = Settings(environment="benchmark", threads=1)
    heard: dict[str, Exchange] = {}
    with (
        tempfile.NamedTemporaryFile() as written,
        Path(written.name).open(encoding="utf-8", errors="replace") as read,  # libpq moves the other one's position.
        open_shop(url, settings=settings, gateway=gateway) as shop,
    ):
        client = TestClient(create_app(shop, request_logger("error", io.BytesIO())))
        with shop.database.read() as session:
            session.connection.pgconn.trace(written.fileno())
            session.connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        listener = _Listener(read)
        for _ in range(2):  # The second time everything is prepared.
            for name, answer in _shopping(client, gateway, variant_id, detail):
                heard[name] = listener.heard()
                if answer.status_code >= 300:
                    raise RuntimeError(f"{name}: {answer.status} {answer.text[:300]}")
    return heard


def _shopping(client: TestClient, gateway: FakeGateway, variant_id: str, detail: str) -> Iterator[tuple[str, Result]]:
    yield "list", client.simulate_get(list_addresses(1)[0])
    yield "detail", client.simulate_get(detail)
    made = client.simulate_post("/v1/store/cart", json={})
    yield "cart", made
    item = {"variant_id": variant_id, "quantity": 1}
    yield "item", client.simulate_post(f"/v1/store/cart/{made.json['id']}/items", json=item)
    checkout = {
        "cart_id": made.json["id"], "email": "camille@example.com", "shipping_address": ADDRESS, "shipping_option_id": "standard",
    }  # fmt: skip
    placed = client.simulate_post("/v1/store/checkout", json=checkout, headers={"Idempotency-Key": uuid4().hex})
    yield "checkout", placed
    body, signature = gateway.event(placed.json["payment"]["intent_id"], "payment_intent.succeeded")
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    yield "pay", client.simulate_post("/v1/webhooks/stripe", body=body, headers=headers)
