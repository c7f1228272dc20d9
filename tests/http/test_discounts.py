"""Discounts over HTTP, for operators and for carts."""

from typing import Any

import pytest
from falcon.testing import TestClient

from adapters_http.admin.discounts import ChangeDiscount, CreateDiscount
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

DISCOUNTS = "/v1/admin/discounts"
PASSWORD = "correct horse battery"


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.MANAGER, PASSWORD)
    token = shop.staff.log_in("kim@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


def created(client: TestClient, headers: dict[str, str], **changes: object) -> Any:
    body = {"title": "Ten", "kind": "percentage", "code": "TEN", "percent": "10", **changes}
    return client.simulate_post(DISCOUNTS, headers=headers, json=body)


def test_a_discount_is_created_changed_read_listed_and_deleted(client: TestClient, headers: dict[str, str]) -> None:
    made = client.simulate_post(DISCOUNTS, headers=headers, json=CreateDiscount.example)
    where = made.headers["location"]
    changed = client.simulate_patch(where, headers=headers | {"If-Match": '"1"'}, json=ChangeDiscount.example)
    read = client.simulate_get(where, headers=headers)
    listed = client.simulate_get(DISCOUNTS, headers=headers, params={"q": "spr", "active": "true"})
    gone = client.simulate_delete(where, headers=headers | {"If-Match": '"2"'})

    assert (made.status_code, changed.status_code, read.status_code, gone.status_code) == (201, 200, 200, 204)
    assert (made.headers["etag"], read.headers["etag"]) == ('"1"', '"2"')
    assert (made.json["percent"], made.json["scope"], made.json["uses"]) == ("10", {"kind": "all", "ids": []}, 0)
    assert (read.json["usage_limit"], read.json["ends_at"]) == (800, "2026-07-01T00:00:00Z")
    assert listed.json == {"items": [read.json], "page": 1, "per_page": 24, "total": 1}
    assert client.simulate_get(where, headers=headers).json["code"] == "discount-not-found"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"percent": "100.5"}, "/percent"),
        ({"percent": 10}, "/percent"),
        ({"amount": {"amount": 5, "currency": "EUR"}}, "/amount"),
        ({"kind": "gift"}, "/kind"),
        ({"starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}, "/ends_at"),
        ({"scope": {"kind": "products", "ids": ["01890000-0000-7000-8000-000000000000"]}}, "/scope/ids"),
        ({"usage_limit": True}, "/usage_limit"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_a_bad_discount_is_refused_with_a_pointer(
    client: TestClient, headers: dict[str, str], changes: dict[str, Any], pointer: str
) -> None:
    refused = created(client, headers, **changes)
    assert (refused.status_code, [error["pointer"] for error in refused.json["errors"]]) == (422, [pointer])
    assert client.simulate_get(DISCOUNTS, headers=headers).json["total"] == 0


def test_a_code_that_is_taken_and_a_version_that_is_stale_are_told_apart(
    client: TestClient, headers: dict[str, str]
) -> None:
    where = created(client, headers).headers["location"]
    assert created(client, headers, code="ten").json["code"] == "discount-code-taken"
    stale = client.simulate_patch(where, headers=headers | {"If-Match": '"7"'}, json={"title": "X"})
    assert (stale.status_code, stale.json["version"]) == (412, 1)
    assert client.simulate_get(where).status_code == 401


def test_a_code_is_typed_into_a_cart_and_taken_out(client: TestClient, headers: dict[str, str], make: Builders) -> None:
    created(client, headers, minimum_subtotal={"amount": 3000, "currency": "EUR"})
    cart = f"/v1/store/cart/{make.cart((make.variant(price=2000), 2)).id}"
    priced = client.simulate_post(f"{cart}/discount", json={"code": " ten "})
    assert (priced.status_code, priced.headers["etag"]) == (200, f'"{priced.json["version"]}"')
    assert priced.json["discounts"] == [{
        "code": "TEN", "title": "Ten", "kind": "percentage", "amount": {"amount": 400, "currency": "EUR"},
        "applied": True, "reason": None, "needed": None, "found": None,
    }]  # fmt: skip
    item = priced.json["items"][0]["id"]
    less = client.simulate_patch(f"{cart}/items/{item}", json={"quantity": 1})
    assert [(one["applied"], one["reason"]) for one in less.json["discounts"]] == [(False, "minimum-subtotal")]
    stale = client.simulate_delete(f"{cart}/discount", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert client.simulate_delete(f"{cart}/discount").json["discounts"] == []


def test_a_code_that_gives_nothing_is_refused_with_numbers(
    client: TestClient, headers: dict[str, str], make: Builders
) -> None:
    created(client, headers, minimum_subtotal={"amount": 3000, "currency": "EUR"})
    where = f"/v1/store/cart/{make.cart((make.variant(price=2000), 1)).id}"
    refused = client.simulate_post(f"{where}/discount", json={"code": "TEN"})
    assert (refused.status_code, refused.json["code"]) == (409, "discount-minimum-subtotal")
    assert (refused.json["needed"], refused.json["found"]) == (
        {"amount": 3000, "currency": "EUR"}, {"amount": 2000, "currency": "EUR"},
    )  # fmt: skip
    unknown = client.simulate_post(f"{where}/discount", json={"code": "nonsense"})
    assert (unknown.status_code, unknown.json["code"]) == (404, "discount-code-unknown")
    assert client.simulate_get(where).json["discounts"] == []


def test_a_checkout_names_the_reason_why_a_code_is_not_given_any_more(
    client: TestClient, headers: dict[str, str], make: Builders
) -> None:
    created(client, headers, usage_limit=1)
    variant = make.variant(price=2000)
    carts = [make.cart((variant, 1)).id for _ in range(2)]
    for cart in carts:
        client.simulate_post(f"/v1/store/cart/{cart}/discount", json={"code": "TEN"})

    def check_out(cart: object) -> Any:
        body = {
            "cart_id": str(cart), "email": "camille@example.com", "shipping_option_id": "standard",
            "shipping_address": {"name": "Camille", "line1": "12 rue", "city": "Paris", "country": "FR"},
        }  # fmt: skip
        return client.simulate_post("/v1/store/checkout", headers={"Idempotency-Key": f"checkout-{cart}"}, json=body)

    first, second = map(check_out, carts)
    assert (first.status_code, first.json["order"]["discount_total"]["amount"]) == (201, 200)
    assert (second.status_code, second.json["code"], second.json["limit"]) == (409, "discount-used-up", 1)
