"""A purchase as a shop's front end makes it, and everything it may get wrong."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from falcon.testing import TestClient

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.rows import Rows

ADDRESS = {"name": "Camille", "line1": "12 rue des Lilas", "postal_code": "75011", "city": "Paris", "country": "FR"}


def post(client: TestClient, path: str, body: object, **headers: str):
    return client.simulate_post(path, json=body, headers=headers)


def new_cart(client: TestClient, *items: tuple[object, int]) -> dict:
    wanted = [{"variant_id": str(variant), "quantity": quantity} for variant, quantity in items]
    answer = post(client, "/v1/store/cart", {"items": wanted})
    assert answer.status_code == 201, answer.text
    return answer.json


def checkout(client: TestClient, cart_id: str, key: str, **changes: object):
    body = {"cart_id": cart_id, "email": "c@example.com", "shipping_address": ADDRESS, "shipping_option_id": "standard"}
    return post(client, "/v1/store/checkout", body | changes, **{"Idempotency-Key": key})


def test_a_guest_buys(client: TestClient, make: Builders, gateway: FakeGateway) -> None:
    variant = make.variant(price=1999, stock=5)
    cart = post(client, "/v1/store/cart", {}, **{"Accept-Language": "fr-FR,fr;q=0.9"}).json
    assert (cart["locale"], cart["items"], cart["total"]) == ("fr", [], {"amount": 0, "currency": "EUR"})
    added = post(client, f"/v1/store/cart/{cart['id']}/items", {"variant_id": str(variant), "quantity": 2})
    assert (added.status_code, added.json["items"][0]["line_total"]["amount"]) == (201, 3998)
    assert added.json["items"][0]["reserved_until"].endswith("Z")
    placed = checkout(client, cart["id"], "first")
    assert placed.status_code == 201
    order, payment = placed.json["order"], placed.json["payment"]
    assert (order["status"], order["total"]["amount"], payment["amount"]["amount"]) == ("PENDING_PAYMENT", 4488, 4488)
    gateway.pay(payment["intent_id"])
    body, signature = gateway.event(payment["intent_id"], "payment_intent.succeeded")
    heard = client.simulate_post(
        "/v1/webhooks/stripe", body=body, headers={"Stripe-Signature": signature, "Content-Type": "application/json"}
    )
    assert heard.status_code == 200
    shown = client.simulate_get(
        f"/v1/store/orders/{order['id']}", headers={"X-Order-Token": placed.json["order_token"]}
    ).json
    assert (shown["status"], shown["payment_status"], shown["tax_lines"][0]["rate"]) == ("PAID", "paid", "20.00")


def test_a_cart_is_read_changed_and_emptied(client: TestClient, make: Builders) -> None:
    cart = new_cart(client, (make.variant(stock=9), 1))
    path = f"/v1/store/cart/{cart['id']}"
    item = f"{path}/items/{cart['items'][0]['id']}"
    assert client.simulate_get(path).json == cart
    assert client.simulate_patch(item, json={"quantity": 3}).json["items"][0]["quantity"] == 3
    patched = client.simulate_patch(path, json={"email": "a@example.com", "shipping_address": ADDRESS})
    assert (patched.status_code, patched.json["email"], patched.json["estimated"]) == (200, "a@example.com", False)
    assert client.simulate_patch(path, json={"email": None}).json["email"] is None
    assert client.simulate_patch(path, json={}).json["shipping_address"]["city"] == "Paris"
    ways = client.simulate_get(f"{path}/shipping-options", query_string="country=FR").json
    assert [way["id"] for way in ways["items"]] == ["standard"]
    assert client.simulate_delete(item).json["items"] == []


@pytest.mark.parametrize(
    "quantity", ["-1", "0", "1.5", '"2"', "true", str(2**31), str(2**63), "NaN", "null", "[]", "1e2"]
)
def test_a_quantity_that_is_none_changes_nothing(
    client: TestClient, make: Builders, shop: Commerce, quantity: str
) -> None:
    variant = make.variant(stock=5)
    cart = new_cart(client, (variant, 1))
    raw = f'{{"variant_id": "{variant}", "quantity": {quantity}}}'
    headers = {"Content-Type": "application/json"}
    answer = client.simulate_post(f"/v1/store/cart/{cart['id']}/items", body=raw, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.simulate_get(f"/v1/store/cart/{cart['id']}").json == cart
    assert shop.inventory.stock(SYSTEM, variant).reserved == 1


def test_too_little_stock_is_a_conflict_with_numbers(client: TestClient, make: Builders) -> None:
    variant = make.variant(stock=1)
    cart = new_cart(client)
    answer = post(client, f"/v1/store/cart/{cart['id']}/items", {"variant_id": str(variant), "quantity": 2})
    assert answer.status_code == 409
    facts = {name: answer.json[name] for name in ("code", "variant_id", "wanted", "available")}
    assert facts == {"code": "out-of-stock", "variant_id": str(variant), "wanted": 2, "available": 1}


def test_what_is_not_there_is_404(client: TestClient, make: Builders) -> None:
    cart = new_cart(client, (make.variant(), 1))
    unknown = str(uuid4())
    for method, path, body in (
        ("GET", f"/v1/store/cart/{unknown}", None),
        ("GET", "/v1/store/cart/not-an-id", None),
        ("POST", f"/v1/store/cart/{cart['id']}/items", {"variant_id": unknown, "quantity": 1}),
        ("PATCH", f"/v1/store/cart/{cart['id']}/items/{unknown}", {"quantity": 1}),
        ("DELETE", f"/v1/store/cart/{cart['id']}/items/{unknown}", None),
        ("GET", f"/v1/store/orders/{unknown}", None),
    ):
        answer = client.simulate_request(method, path, json=body) if body else client.simulate_request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_wrong_address_is_refused_where_it_stands(client: TestClient, make: Builders) -> None:
    cart = new_cart(client, (make.variant(), 1))
    answer = checkout(client, cart["id"], "k", shipping_address=ADDRESS | {"country": "France", "line1": ""})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json["errors"]} == {
        "/shipping_address/country",
        "/shipping_address/line1",
    }


def test_checkout_needs_a_key_and_replays_its_answer(client: TestClient, make: Builders, database_url: str) -> None:
    cart = new_cart(client, (make.variant(), 1))
    missing = post(client, "/v1/store/checkout", {"cart_id": cart["id"], "email": "c@example.com"})
    assert (missing.status_code, missing.json["code"]) == (400, "idempotency-key-required")
    first, again = (checkout(client, cart["id"], "same") for _ in range(2))
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.json) == (201, first.json)
    other = checkout(client, cart["id"], "same", email="other@example.com")
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (1,)
        kept = connection.execute("SELECT body FROM idempotency_keys").fetchone()[0]
    assert first.json["payment"]["client_secret"].encode() not in kept


@pytest.mark.parametrize("keys", [1, 50])
def test_of_fifty_checkouts_of_one_cart_at_once_come_one_order_one_intent_and_one_answer_for_each_key(
    client: TestClient, make: Builders, gateway: FakeGateway, rows: Rows, keys: int
) -> None:
    cart = new_cart(client, (make.variant(), 1))
    with ThreadPoolExecutor(8) as clicks:
        answers = list(clicks.map(lambda turn: checkout(client, cart["id"], f"key-{turn % keys}"), range(50)))
    assert {refused.json["code"] for refused in answers if refused.status_code != 201} <= {"idempotency-in-progress"}
    placed = [answer for answer in answers if answer.status_code == 201]
    again = [checkout(client, cart["id"], f"key-{key}") for key in range(keys)]
    assert all(answer.headers["idempotency-replayed"] == "true" for answer in again)
    assert len({answer.text for answer in placed + again}) == 1
    assert rows("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM payments)") == [(1, 1)]
    [intent] = gateway.list_intents(datetime(2026, 1, 1, tzinfo=UTC)).items
    assert intent.id == again[0].json["payment"]["intent_id"]


def test_a_refused_checkout_can_be_mended_with_the_same_key(client: TestClient, make: Builders) -> None:
    cart = new_cart(client, (make.variant(), 1))
    assert checkout(client, cart["id"], "k", shipping_option_id=None).status_code == 422
    assert checkout(client, cart["id"], "k").status_code == 201


def test_a_total_that_changed_tells_both(client: TestClient, make: Builders) -> None:
    cart = new_cart(client, (make.variant(price=1000), 1))
    answer = checkout(client, cart["id"], "k", expected_total={"amount": 1, "currency": "EUR"})
    assert (answer.status_code, answer.json["code"]) == (409, "total-changed")
    assert (answer.json["total"]["amount"], answer.json["expected_total"]["amount"]) == (1490, 1)


def test_two_carts_made_with_one_key_are_one(client: TestClient) -> None:
    key = {"Idempotency-Key": "0123456789abcdef"}
    first, second = (post(client, "/v1/store/cart", {}, **key) for _ in range(2))
    assert first.json == second.json
    assert post(client, "/v1/store/cart", {}, **{"Idempotency-Key": "short"}).status_code == 400


@pytest.mark.parametrize("signature", ["", "t=1,v1=2", "v1=é"])
def test_a_forged_webhook_is_400_and_not_one_row(client: TestClient, database_url: str, signature: str) -> None:
    answer = client.simulate_post(
        "/v1/webhooks/stripe",
        body=json.dumps({"id": "evt_1"}),
        headers={"Stripe-Signature": signature, "Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM webhook_events").fetchone() == (0,)


def test_confirm_never_believes_the_caller(client: TestClient, make: Builders, gateway: FakeGateway) -> None:
    placed = checkout(client, new_cart(client, (make.variant(), 1))["id"], "k").json
    body = {"order_id": placed["order"]["id"], "order_token": placed["order_token"]}
    assert post(client, "/v1/store/checkout/confirm", body).json["order"]["status"] == "PENDING_PAYMENT"
    gateway.pay(placed["payment"]["intent_id"])
    assert post(client, "/v1/store/checkout/confirm", body).json["order"]["status"] == "PAID"
    assert post(client, "/v1/store/checkout/confirm", body | {"order_token": "x"}).status_code == 404


def test_a_confirmation_is_answered_once_for_each_key(client: TestClient, make: Builders, gateway: FakeGateway) -> None:
    placed = checkout(client, new_cart(client, (make.variant(), 1))["id"], "key").json
    body = {"order_id": placed["order"]["id"], "order_token": placed["order_token"]}

    def confirmed(key: str, **changes: str):
        return post(client, "/v1/store/checkout/confirm", body | changes, **{"Idempotency-Key": key})

    assert confirmed("1", order_token="x").status_code == 404  # And the key is free again.
    first = confirmed("1")
    gateway.pay(placed["payment"]["intent_id"])
    again = confirmed("1")
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert confirmed("1", order_token="x").status_code == 422
    assert confirmed("2").json["order"]["status"] == "PAID"
