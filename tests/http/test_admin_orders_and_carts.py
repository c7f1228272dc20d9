"""Orders and carts as operators see them over HTTP."""

from uuid import UUID

import pytest
from falcon.testing import TestClient

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

PASSWORD = "a long enough passphrase"


@pytest.fixture
def token(shop: Commerce) -> str:
    shop.staff.create(SYSTEM, "boss@example.com", "Boss", Role.ADMIN, PASSWORD)
    return shop.staff.log_in("boss@example.com", PASSWORD, Origin()).access_token


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | more


def paid_order(shop: Commerce, make: Builders, gateway: FakeGateway):
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    gateway.pay(done.payment.intent_id)
    return shop.checkout.confirm(done.order.id, done.order_token).order


def test_orders_are_listed_and_filtered(
    client: TestClient, shop: Commerce, make: Builders, gateway: FakeGateway, token: str
) -> None:
    paid = paid_order(shop, make, gateway)
    shop.checkout.check_out(make.request(make.cart((make.variant(), 2)).id, email="other@example.com"))
    everything = client.simulate_get("/v1/admin/orders", headers=bearer(token)).json
    assert (everything["total"], [order["items_count"] for order in everything["items"]]) == (2, [2, 1])
    found = client.simulate_get("/v1/admin/orders", query_string="status=PAID", headers=bearer(token)).json
    assert [order["id"] for order in found["items"]] == [str(paid.id)]
    found = client.simulate_get("/v1/admin/orders", query_string="q=OTHER%40", headers=bearer(token)).json
    assert [order["email"] for order in found["items"]] == ["other@example.com"]
    assert client.simulate_get("/v1/admin/orders", query_string="q=%25", headers=bearer(token)).json["total"] == 0


def test_an_explanation_adds_up_to_the_total(
    client: TestClient, shop: Commerce, make: Builders, gateway: FakeGateway, token: str
) -> None:
    order = paid_order(shop, make, gateway)
    path = f"/v1/admin/orders/{order.id}/explain"
    told = client.simulate_get(path, headers=bearer(token)).json
    assert sum(step["amount"]["amount"] for step in told["steps"] if step["counts"]) == told["total"]["amount"]
    assert [(step["rule"], step["rate"], step["exact"]) for step in told["steps"] if step["part"] == "Blue mug"] == [
        ("price", None, "1999"),
        ("tax-included", "20.00", "333.166667"),
    ]
    assert client.simulate_get(path).status_code == 401
    missing = client.simulate_get(f"/v1/admin/orders/{UUID(int=1)}/explain", headers=bearer(token))
    assert (missing.status_code, missing.json["code"]) == (404, "order-not-found")


@pytest.mark.parametrize("query", ["status=LOST", "page=0", "per_page=101", "page=1000000000", "page=x"])
def test_a_query_that_cannot_be_is_refused(client: TestClient, token: str, query: str) -> None:
    assert client.simulate_get("/v1/admin/orders", query_string=query, headers=bearer(token)).status_code == 422


def test_a_status_moves_with_the_version_that_was_read(
    client: TestClient, shop: Commerce, make: Builders, gateway: FakeGateway, token: str
) -> None:
    order = paid_order(shop, make, gateway)
    read = client.simulate_get(f"/v1/admin/orders/{order.id}", headers=bearer(token))
    path = f"/v1/admin/orders/{order.id}/status"
    stale = client.simulate_patch(path, json={"status": "FULFILLED"}, headers=bearer(token, **{"If-Match": '"1"'}))
    assert (stale.status_code, stale.json["version"]) == (412, order.version)
    tag = {"If-Match": read.headers["etag"]}
    assert client.simulate_patch(path, json={"status": "FULFILLED"}, headers=bearer(token, **tag)).status_code == 200
    for wanted, code in (("CANCELLED", "order-is-paid"), ("PAID", "order-status-refused")):
        refused = client.simulate_patch(path, json={"status": wanted}, headers=bearer(token))
        assert (refused.status_code, refused.json["code"]) == (409, code)


def test_carts_are_listed(client: TestClient, make: Builders, token: str) -> None:
    cart = make.cart((make.variant(price=250), 2))
    listed = client.simulate_get("/v1/admin/carts", query_string="status=ACTIVE", headers=bearer(token)).json
    assert [(item["id"], item["subtotal"]["amount"]) for item in listed["items"]] == [(str(cart.id), 500)]
    abandoned = client.simulate_get("/v1/admin/carts", query_string="status=ABANDONED", headers=bearer(token)).json
    assert abandoned["total"] == 0


@pytest.mark.parametrize("path", ["/v1/admin/orders", "/v1/admin/carts"])
def test_nobody_looks_without_a_token(client: TestClient, path: str) -> None:
    assert client.simulate_get(path).status_code == 401
    assert client.simulate_get(path, headers=bearer("wrong")).status_code == 401
