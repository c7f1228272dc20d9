"""Parcels over HTTP, and the list of orders by which one finds what is to be sent."""

from typing import Any
from urllib.parse import urlencode

import pytest
from falcon.testing import TestClient

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.checkout.views import CheckoutView
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

PASSWORD = "a long enough passphrase"
ORDERS = "/v1/admin/orders"


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, PASSWORD)
    token = shop.staff.log_in("kim@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def paid(shop: Commerce, make: Builders, gateway: FakeGateway) -> CheckoutView:
    """Three units of one line, paid for."""
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 3)).id))
    gateway.pay(done.payment.intent_id)
    shop.checkout.confirm(done.order.id, done.order_token)
    return done


def test_a_parcel_goes_all_its_way(client: TestClient, headers: dict[str, str], paid: CheckoutView) -> None:
    parcels = f"{ORDERS}/{paid.order.id}/shipments"
    body = {
        "items": [{"order_item_id": str(paid.order.items[0].id), "quantity": 2}],
        "carrier": "UPS",
        "tracking_number": "1Z9",
    }
    made = client.simulate_post(parcels, json=body, headers={**headers, "Idempotency-Key": "one-parcel"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.json["tracking_url"] == "https://www.ups.com/track?tracknum=1Z9"
    again = client.simulate_post(parcels, json=body, headers={**headers, "Idempotency-Key": "one-parcel"})
    assert (again.json, again.headers["idempotency-replayed"]) == (made.json, "true")
    one = made.headers["location"]
    assert client.simulate_get(one, headers=headers).json == made.json

    stale = {**headers, "If-Match": '"7"'}
    refused = client.simulate_patch(one, json={"carrier": "DHL"}, headers=stale)
    assert (refused.status_code, refused.json["code"]) == (412, "shipment-changed")
    changed = client.simulate_patch(one, json={"carrier": "DHL"}, headers={**headers, "If-Match": '"1"'})
    assert (changed.json["carrier"], changed.json["tracking_number"], changed.json["version"]) == ("DHL", "1Z9", 2)

    arrived = client.simulate_post(f"{one}/deliver", json={}, headers=headers)
    assert (arrived.status_code, arrived.json["status"]) == (200, "delivered")
    refused = client.simulate_post(f"{one}/cancel", json={"reason": "lost"}, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "shipment-ended")

    rest = client.simulate_post(parcels, json={}, headers=headers).json
    assert [item["quantity"] for item in rest["items"]] == [1]
    assert (
        client.simulate_post(f"{parcels}/{rest['id']}/cancel", json={}, headers=headers).json["status"] == "cancelled"
    )
    assert [parcel["status"] for parcel in client.simulate_get(parcels, headers=headers).json["items"]] == [
        "delivered",
        "cancelled",
    ]
    seen = client.simulate_get(f"/v1/store/orders/{paid.order.id}", headers={"X-Order-Token": paid.order_token}).json
    assert (seen["fulfillment_status"], [parcel["carrier"] for parcel in seen["shipments"]]) == (
        "partially_fulfilled",
        ["DHL"],
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"items": [{"order_item_id": "{item}", "quantity": 4}]}, 409, "too-many-to-ship"),
        ({"items": [{"order_item_id": "{item}", "quantity": 0}]}, 422, "invalid-input"),
        ({"items": [{"order_item_id": "00000000-0000-7000-8000-000000000000", "quantity": 1}]}, 422, "invalid-input"),
        ({"tracking_url": "http://example.com"}, 422, "invalid-input"),
        ({"carrier": "x" * 101}, 422, "invalid-input"),
        ({"shipped_at": "2999-01-01T00:00:00Z"}, 422, "invalid-input"),
        ({"weight": 3}, 422, "invalid-input"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    client: TestClient, shop: Commerce, headers: dict[str, str], paid: CheckoutView,
    body: dict[str, Any], status: int, code: str,
) -> None:  # fmt: skip
    for item in body.get("items", ()):
        if item["order_item_id"] == "{item}":
            item["order_item_id"] = str(paid.order.items[0].id)
    refused = client.simulate_post(f"{ORDERS}/{paid.order.id}/shipments", json=body, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert shop.shipments.list_shipments(SYSTEM, paid.order.id) == ()


def test_nobody_sends_without_a_token(client: TestClient, paid: CheckoutView) -> None:
    parcels = f"{ORDERS}/{paid.order.id}/shipments"
    assert client.simulate_get(parcels).status_code == 401
    assert client.simulate_post(parcels, json={}).status_code == 401


def found(client: TestClient, headers: dict[str, str], **query: Any) -> Any:
    return client.simulate_get(ORDERS, headers=headers, query_string=urlencode(query, doseq=True)).json


def test_what_is_to_be_sent_is_found(
    client: TestClient, make: Builders, shop: Commerce, headers: dict[str, str], paid: CheckoutView
) -> None:
    shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id, email="other@example.com"))
    to_send = {"status": "PAID", "fulfillment_status": ["unfulfilled", "partially_fulfilled"]}
    assert [order["id"] for order in found(client, headers, **to_send)["items"]] == [str(paid.order.id)]
    client.simulate_post(f"{ORDERS}/{paid.order.id}/shipments", json={}, headers=headers)
    assert found(client, headers, **to_send)["total"] == 0
    assert found(client, headers, payment_status="paid", q="camille")["total"] == 1
    assert found(client, headers, min_total=paid.order.total.amount, currency="EUR")["total"] == 1
    assert found(client, headers, paid_first_day="2020-01-01")["total"] == 1
    assert found(client, headers, open_case="true")["total"] == 0


def test_a_list_goes_on_by_its_cursor(
    client: TestClient, make: Builders, shop: Commerce, headers: dict[str, str]
) -> None:
    for _ in range(3):
        shop.checkout.place_order(make.request(make.cart((make.variant(), 1)).id))
    first = found(client, headers, per_page=2, sort="number")
    assert ([order["number"] for order in first["items"]], first["total"]) == ([1001, 1002], 3)
    assert first["total_is_exact"] is True
    rest = found(client, headers, per_page=2, sort="number", cursor=first["next_cursor"])
    assert ([order["number"] for order in rest["items"]], rest["next_cursor"]) == ([1003], None)


@pytest.mark.parametrize(
    "query",
    [
        "sort=best", "cursor=00", "fulfillment_status=gone", "min_total=-1", "min_total=1.5", "first_day=yesterday",
        "currency=EURO", "open_case=perhaps", "page=101&per_page=100",
        "paid_first_day=2026-02-01&paid_last_day=2026-01-01",
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_is_refused(client: TestClient, headers: dict[str, str], query: str) -> None:
    assert client.simulate_get(ORDERS, query_string=query, headers=headers).status_code == 422
