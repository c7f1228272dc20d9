"""The stock of one variant, and many buyers at once."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks.wire import ADDRESS
from commerce_core.testing.fake_gateway import FakeGateway

STOCK = 50
BUYERS = 16

_TIMEOUT = 30.0  # seconds


def oversell(url: str, port: int, webhook_secret: str) -> int:
    """16 buyers buy the same variant until each is told that none is left; returns how many orders were accepted."""
    variant_id = _rare_variant(url)
    gateway = FakeGateway(webhook_secret=webhook_secret)
    with ThreadPoolExecutor(BUYERS) as buyers:
        bought = buyers.map(lambda _: _buy_until_sold_out(port, gateway, variant_id), range(BUYERS))
        return sum(bought)


def _rare_variant(url: str) -> str:
    """One variant more, of which there are 50."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """
            WITH variant AS (
              INSERT INTO product_variants (id, product_id, position, title, option_values, price_amount, currency)
              SELECT gen_random_uuid(), id, 99, 'Rare', ARRAY['Rare'], 1900, currency FROM products LIMIT 1
              RETURNING id
            ), receipt AS (
              INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, at)
              SELECT id, 'receipt', %(stock)s, %(stock)s, shop_now() FROM variant
            )
            INSERT INTO inventory_items (variant_id, available_qty) SELECT id, %(stock)s FROM variant
            RETURNING variant_id::text
            """,
            {"stock": STOCK},
        ).fetchone()
    assert row is not None  # noqa: S101 - the insert returns its row
    variant_id: str = row[0]
    return variant_id


def _buy_until_sold_out(port: int, gateway: FakeGateway, variant_id: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    bought = 0
    try:
        while _bought(connection, gateway, variant_id):
            bought += 1
    finally:
        connection.close()
    return bought


def _bought(connection: http.client.HTTPConnection, gateway: FakeGateway, variant_id: str) -> bool:
    _, cart = _post(connection, "/v1/store/cart", {}, {})
    item = {"variant_id": variant_id, "quantity": 1}
    status, answer = _post(connection, f"/v1/store/cart/{cart['id']}/items", item, {})
    if status == 409 and answer["code"] == "out-of-stock":
        return False
    order = {
        "cart_id": cart["id"], "email": "camille@example.com", "shipping_address": ADDRESS,
        "shipping_option_id": "standard",
    }  # fmt: skip
    status, answer = _post(connection, "/v1/store/checkout", order, {"Idempotency-Key": uuid4().hex})
    body, signature = gateway.event(answer["payment"]["intent_id"], "payment_intent.succeeded")
    status, _ = _post(connection, "/v1/webhooks/stripe", body, {"Stripe-Signature": signature})
    return status == 200


def _post(connection: http.client.HTTPConnection, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", path, raw, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())
