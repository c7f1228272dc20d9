"""Refunds, cancellations and notes over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from falcon.testing import TestClient

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.checkout.views import CheckoutView
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

PASSWORD = "a long enough passphrase"


@pytest.fixture
def bearer(shop: Commerce) -> dict[str, str]:
    shop.staff.create(SYSTEM, "sam@example.com", "Sam", Role.SUPPORT, PASSWORD)
    token = shop.staff.log_in("sam@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def placed(shop: Commerce, make: Builders) -> CheckoutView:
    """Two mugs at 19.99 and the shipping at 4.90, not yet paid."""
    return shop.checkout.check_out(make.request(make.cart((make.variant(price=1999, stock=5), 2)).id))


@pytest.fixture
def paid(shop: Commerce, placed: CheckoutView, gateway: FakeGateway) -> CheckoutView:
    gateway.pay(str(placed.payment and placed.payment.intent_id))
    shop.checkout.confirm(placed.order.id, placed.order_token)
    return placed


@pytest.fixture
def path(paid: CheckoutView) -> str:
    return f"/v1/admin/orders/{paid.order.id}/refunds"


def test_a_refund_is_previewed_made_and_listed(
    client: TestClient, paid: CheckoutView, path: str, bearer: dict[str, str]
) -> None:
    body = {
        "reason": "returned",
        "items": [{"item_id": str(paid.order.items[0].id), "quantity": 1, "restock": True}],
        "shipping": {"amount": 490, "currency": "EUR"},
        "note": "Came back unopened.",
    }
    preview = client.simulate_post(f"{path}/preview", json=body, headers=bearer)
    assert (preview.status_code, preview.json["amount"]["amount"], preview.json["left"]["amount"]) == (200, 2489, 1999)
    assert client.simulate_get(path, headers=bearer).json["items"] == []
    made = client.simulate_post(path, json=body, headers=bearer | {"Idempotency-Key": "one"})
    assert (made.status_code, made.headers["location"]) == (201, path)
    assert (made.json["status"], made.json["created_by"]) == ("succeeded", "Sam")
    assert made.json["lines"] == preview.json["lines"]
    listed = client.simulate_get(path, headers=bearer).json
    assert listed["items"] == [made.json]
    assert listed["left"] == preview.json["left"]
    order = client.simulate_get(f"/v1/admin/orders/{paid.order.id}", headers=bearer).json
    assert [refund["id"] for refund in order["refunds"]] == [made.json["id"]]
    assert order["payment_status"] == "partially_refunded"


def test_a_double_click_is_one_refund(client: TestClient, path: str, bearer: dict[str, str]) -> None:
    body = {"amount": {"amount": 500, "currency": "EUR"}}
    keyed = bearer | {"Idempotency-Key": "the-same-button"}
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda _: client.simulate_post(path, json=body, headers=keyed), range(8)))
    codes = {(answer.status_code, answer.json.get("code")) for answer in answers}
    assert codes <= {(201, None), (409, "idempotency-in-progress")}
    again = client.simulate_post(path, json=body, headers=keyed)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert len(client.simulate_get(path, headers=bearer).json["items"]) == 1
    other = client.simulate_post(path, json={"everything": True}, headers=keyed)
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid-input"),
        ({"amount": {"amount": 4489, "currency": "EUR"}}, 409, "refund-too-large"),
        ({"shipping": {"amount": 491, "currency": "EUR"}}, 409, "refund-shipping-too-large"),
        ({"amount": {"amount": 5, "currency": "USD"}}, 422, "invalid-input"),
        ({"amount": {"amount": 5, "currency": "EUR"}, "reason": "paid_twice"}, 422, "invalid-input"),
        ({"items": [{"item_id": str(uuid4()), "quantity": 1}]}, 422, "invalid-input"),
        ({"items": [{"item_id": str(uuid4()), "quantity": "1"}]}, 422, "invalid-input"),
        ({"everything": 1}, 422, "invalid-input"),
    ],
)
def test_what_cannot_be_is_refused_in_preview_and_in_earnest(
    client: TestClient, path: str, bearer: dict[str, str], body: dict[str, object], status: int, code: str
) -> None:
    for where in (path, f"{path}/preview"):
        refused = client.simulate_post(where, json=body, headers=bearer | {"Idempotency-Key": "one"})
        assert (refused.status_code, refused.json["code"]) == (status, code)
    assert client.simulate_get(path, headers=bearer).json["items"] == []


def test_more_units_than_there_are_say_how_many_are_left(
    client: TestClient, paid: CheckoutView, path: str, bearer: dict[str, str]
) -> None:
    body = {"items": [{"item_id": str(paid.order.items[0].id), "quantity": 3}]}
    refused = client.simulate_post(path, json=body, headers=bearer | {"Idempotency-Key": "one"})
    assert (refused.status_code, refused.json["code"], refused.json["left"]) == (409, "refund-quantity-too-large", 2)


def test_a_refund_needs_a_key_a_person_and_the_version_that_was_read(
    client: TestClient, path: str, bearer: dict[str, str]
) -> None:
    body = {"everything": True}
    assert client.simulate_post(path, json=body, headers=bearer).json["code"] == "idempotency-key-required"
    assert client.simulate_post(path, json=body, headers={"Idempotency-Key": "one"}).status_code == 401
    stale = bearer | {"Idempotency-Key": "one", "If-Match": '"1"'}
    assert client.simulate_post(path, json=body, headers=stale).status_code == 412
    missing = client.simulate_get(f"/v1/admin/orders/{uuid4()}/refunds", headers=bearer)
    assert (missing.status_code, missing.json["code"]) == (404, "order-not-found")
    assert client.simulate_get(path, headers=bearer).json["items"] == []


def test_a_paid_order_is_cancelled_by_a_refund_and_not_twice(
    client: TestClient, paid: CheckoutView, bearer: dict[str, str]
) -> None:
    where = f"/v1/admin/orders/{paid.order.id}/cancel"
    cancelled = client.simulate_post(where, json={"reason": "They called."}, headers=bearer)
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "REFUNDED")
    assert cancelled.headers["etag"] == f'"{cancelled.json["version"]}"'
    again = client.simulate_post(where, json={}, headers=bearer)
    assert (again.status_code, again.json["code"]) == (409, "nothing-to-refund")


def test_an_unpaid_order_is_cancelled(client: TestClient, placed: CheckoutView, bearer: dict[str, str]) -> None:
    where = f"/v1/admin/orders/{placed.order.id}/cancel"
    assert client.simulate_post(where, json={}, headers=bearer).json["status"] == "CANCELLED"
    again = client.simulate_post(where, json={}, headers=bearer)
    assert (again.status_code, again.json["code"]) == (409, "order-status-refused")


def test_a_note_is_written_and_listed_and_an_internal_one_stays_here(
    client: TestClient, placed: CheckoutView, bearer: dict[str, str]
) -> None:
    where = f"/v1/admin/orders/{placed.order.id}/notes"
    note = client.simulate_post(where, json={"text": "Looks odd."}, headers=bearer)
    assert (note.status_code, note.json["audience"], note.json["author"]) == (201, "internal", "Sam")
    client.simulate_post(where, json={"text": "Wrapped.", "audience": "customer"}, headers=bearer)
    assert [known["text"] for known in client.simulate_get(where, headers=bearer).json["items"]] == [
        "Looks odd.", "Wrapped.",
    ]  # fmt: skip
    token = {"X-Order-Token": placed.order_token}
    in_store = client.simulate_get(f"/v1/store/orders/{placed.order.id}", headers=token)
    assert [note["text"] for note in in_store.json["notes"]] == ["Wrapped."]
    assert "Looks odd" not in in_store.text
    assert "Sam" not in in_store.text
    assert client.simulate_post(where, json={"text": " "}, headers=bearer).status_code == 422
    assert client.simulate_post(where, json={"text": "x"}).status_code == 401
