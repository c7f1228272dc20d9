"""Plain HTTP to the emulator, as no SDK would send it."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from commerce_core.testing.stripe_server import StripeServer

CREATE: dict[str, Any] = {"amount": 1999, "currency": "eur", "automatic_payment_methods": {"enabled": True}}
CARDS_ONLY: dict[str, Any] = {"amount": 1999, "currency": "eur", "payment_method_types": ["card"]}
BODY = "amount=1999&currency=eur"


def post(server: StripeServer, path: str, body: str, **headers: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    return ask(server, "POST", path, body, **headers)


def ask(
    server: StripeServer, method: str, path: str, body: str | None = None, key: str = "sk_test_shop", **headers: str
) -> tuple[int, dict[str, str], dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Authorization": f"Bearer {key}", **sent})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, json.loads(response.read())
    finally:
        connection.close()


def settle(server: StripeServer, intent_id: str, outcome: str) -> dict[str, Any]:
    status, _, intent = post(server, f"/_control/payment_intents/{intent_id}/outcome", json.dumps({"outcome": outcome}))
    assert status == 200
    return intent
