"""Draft orders over HTTP, and the link by which they are paid."""

from uuid import UUID

import pytest
from falcon.testing import TestClient

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

PASSWORD = "a long enough passphrase"
DRAFTS = "/v1/admin/draft-orders"
ADDRESS = {"name": "Camille Durand", "line1": "12 rue des Lilas", "city": "Paris", "country": "FR"}
TEN = {"percent": "10", "reason": "Our mistake"}


@pytest.fixture
def mug(make: Builders) -> UUID:
    return make.variant(price=1000, stock=5)


def headers_of(shop: Commerce, role: Role) -> dict[str, str]:
    email = f"{role.value.lower()}@example.com"
    shop.staff.create(SYSTEM, email, "Kim", role, PASSWORD)
    return {"Authorization": f"Bearer {shop.staff.log_in(email, PASSWORD, Origin()).access_token}"}


def test_a_draft_is_built_placed_and_paid(client: TestClient, shop: Commerce, mug: UUID, gateway: FakeGateway) -> None:
    headers = headers_of(shop, Role.MANAGER)
    body = {
        "items": [{"variant_id": str(mug), "quantity": 2, "discount": TEN}],
        "email": "camille@example.com",
        "shipping_address": ADDRESS,
        "shipping": {"title": "By bike", "price": {"amount": 150, "currency": "EUR"}},
    }
    once = {**headers, "Idempotency-Key": "one-draft"}
    made = client.simulate_post(DRAFTS, json=body, headers=once)
    assert (made.status_code, made.headers["etag"], made.json["total"]["amount"]) == (201, '"2"', 1950)
    assert client.simulate_post(DRAFTS, json=body, headers=once).json == made.json
    draft = made.headers["location"]
    assert client.simulate_get(draft, headers=headers).json == made.json
    stale = {**headers, "If-Match": '"1"'}
    refused = client.simulate_patch(draft, json={"discount": TEN}, headers=stale)
    assert (refused.status_code, refused.json["code"]) == (412, "draft-order-changed")
    changed = client.simulate_patch(draft, json={"discount": TEN}, headers={**headers, "If-Match": '"2"'})
    assert changed.json["total"]["amount"] == 1800 - 180 + 150
    held = client.simulate_post(f"{draft}/hold", json={"hours": 3}, headers=headers)
    assert (held.status_code, held.json["held_until"] is None) == (200, False)
    assert client.simulate_delete(f"{draft}/hold", headers=headers).json["held_until"] is None

    placed = client.simulate_post(f"{draft}/order", json={}, headers={**headers, "Idempotency-Key": "one-order"})
    order = placed.json["order"]
    assert (placed.status_code, placed.headers["location"]) == (201, f"/v1/admin/orders/{order['id']}")
    again = client.simulate_post(f"{draft}/order", json={}, headers=headers)
    assert (again.status_code, again.json["code"]) == (409, "draft-order-placed")
    assert client.simulate_get(DRAFTS, headers=headers).json["items"][0]["order_number"] == order["number"]

    link = f"/v1/store/orders/{order['id']}/pay"
    assert client.simulate_post(link).status_code == 404
    buyer = {"X-Order-Token": order["order_token"]}
    asked = client.simulate_post(link, headers=buyer)
    assert (asked.status_code, asked.json["payment"]["amount"]["amount"]) == (200, 1770)
    intent = asked.json["payment"]["intent_id"]
    assert client.simulate_post(link, headers=buyer).json["payment"]["intent_id"] == intent
    gateway.pay(intent)
    assert client.simulate_post(link, headers=buyer).json["order"]["status"] == "PAID"


def test_a_cancelled_order_is_gone_for_whoever_wants_to_pay_it(client: TestClient, shop: Commerce, mug: UUID) -> None:
    headers = headers_of(shop, Role.SUPPORT)
    items = [{"variant_id": str(mug), "quantity": 1}]
    body = {"items": items, "email": "a@example.com", "shipping_address": ADDRESS, "shipping_option_id": "standard"}
    draft = client.simulate_post(DRAFTS, json=body, headers=headers).headers["location"]
    order = client.simulate_post(f"{draft}/order", json={}, headers=headers).json["order"]
    client.simulate_post(f"/v1/admin/orders/{order['id']}/cancel", json={}, headers=headers)
    link = f"/v1/store/orders/{order['id']}/pay"
    gone = client.simulate_post(link, headers={"X-Order-Token": order["order_token"]})
    assert (gone.status_code, gone.json["code"]) == (410, "order-no-longer-payable")
    assert client.simulate_delete(draft, headers=headers).status_code == 204
    assert client.simulate_get(draft, headers=headers).status_code == 404


def test_support_builds_drafts_and_gives_no_discounts(client: TestClient, shop: Commerce, mug: UUID) -> None:
    headers = headers_of(shop, Role.SUPPORT)
    made = client.simulate_post(DRAFTS, json={"items": [{"variant_id": str(mug), "quantity": 1}]}, headers=headers)
    draft = made.headers["location"]
    refused = client.simulate_patch(draft, json={"discount": TEN}, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "permission-denied")
    assert client.simulate_get(draft, headers=headers).json == made.json
    lacking = client.simulate_post(f"{draft}/order", json={}, headers=headers)
    assert (lacking.status_code, lacking.json["missing"]) == (
        409,
        ["email", "shipping_address", "shipping_option_id"],
    )
    cart = client.simulate_get(f"/v1/store/cart/{made.json['id']}")
    assert (cart.status_code, cart.json["code"]) == (404, "cart-not-found")
