"""Products for operators over HTTP."""

from typing import Any

import pytest
from falcon.testing import TestClient

from adapters_http.admin.images import AddImage
from adapters_http.admin.products import ChangeProduct, CreateProduct
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.wiring import Commerce

PRODUCTS = "/v1/admin/products"
PASSWORD = "correct horse battery"


def _log_in(shop: Commerce, role: Role) -> dict[str, str]:
    shop.staff.create(SYSTEM, f"{role.lower()}@example.com", "Kim", role, PASSWORD)
    token = shop.staff.log_in(f"{role.lower()}@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    return _log_in(shop, Role.MANAGER)


def _created(client: TestClient, headers: dict[str, str], **changes: object) -> Any:
    return client.simulate_post(PRODUCTS, headers=headers, json={**CreateProduct.example, **changes})


def test_a_product_is_created_changed_and_read(client: TestClient, headers: dict[str, str]) -> None:
    created = _created(client, headers)
    where = created.headers["location"]
    changed = client.simulate_patch(where, headers=headers | {"If-Match": '"1"'}, json=ChangeProduct.example)
    pictured = client.simulate_post(f"{where}/images", headers=headers, json=AddImage.example)
    read = client.simulate_get(where, headers=headers)

    assert (created.status_code, changed.status_code, pictured.status_code, read.status_code) == (201, 200, 201, 200)
    assert created.headers["etag"] == '"1"'
    assert read.json == pictured.json
    assert (read.json["title"], read.json["version"]) == ("Sky blue mug", 3)
    assert [image["alt"] for image in read.json["images"]] == ["A blue mug"]
    assert read.json["created_at"].endswith("Z")


def test_a_change_based_on_an_old_version_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    where = _created(client, headers).headers["location"]
    client.simulate_patch(where, headers=headers, json={"title": "One"})

    stale = client.simulate_patch(where, headers=headers | {"If-Match": '"1"'}, json={"title": "Two"})

    assert (stale.status_code, stale.json["code"], stale.json["version"]) == (412, "product-version-stale", 2)
    assert client.simulate_get(where, headers=headers).json["title"] == "One"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"slug": "Not A Slug"}, 422, "invalid-input"),
        ({"variants": []}, 422, "invalid-input"),
        ({"variants": [{"price": {"amount": 100, "currency": "USD"}, "option_values": ["S"]}]}, 422, "invalid-input"),
        ({"variants": [{"price": {"amount": 1.5, "currency": "EUR"}, "option_values": ["S"]}]}, 422, "invalid-input"),
        ({"colour": "blue"}, 422, "invalid-input"),
        ({"category_ids": ["01890000-0000-7000-8000-000000000000"]}, 404, "category-not-found"),
    ],
)
def test_a_product_that_cannot_be_is_refused_and_not_stored(
    client: TestClient, headers: dict[str, str], changes: dict[str, object], status: int, code: str
) -> None:
    answer = _created(client, headers, **changes)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert client.simulate_get(PRODUCTS, headers=headers).json["total"] == 0


def test_the_list_finds_words_statuses_and_skus(client: TestClient, headers: dict[str, str]) -> None:
    _created(client, headers, title="Blue mug")
    _created(
        client, headers, title="Lamp", status="DRAFT", option_names=[],
        variants=[{"price": {"amount": 5, "currency": "EUR"}, "sku": "L-1"}],
    )  # fmt: skip

    def titles(query: str) -> list[str]:
        listed = client.simulate_get(PRODUCTS, headers=headers, query_string=query).json
        return [item["title"] for item in listed["items"]]

    assert titles("") == ["Lamp", "Blue mug"]
    assert titles("status=DRAFT") == titles("q=L-1") == ["Lamp"]
    assert titles("q=mug") == ["Blue mug"]
    assert titles("q=garden") == []


def test_one_idempotency_key_makes_one_product(client: TestClient, headers: dict[str, str]) -> None:
    with_key = headers | {"Idempotency-Key": "create-the-mug"}

    first, second = _created(client, with_key), _created(client, with_key)

    assert first.json == second.json
    assert second.headers["idempotency-replayed"] == "true"
    assert client.simulate_get(PRODUCTS, headers=headers).json["total"] == 1


def test_support_may_look_but_not_touch(client: TestClient, shop: Commerce, headers: dict[str, str]) -> None:
    support = _log_in(shop, Role.SUPPORT)

    assert _created(client, support).status_code == 403
    assert client.simulate_get(PRODUCTS, headers=support).json["total"] == 0
    assert client.simulate_get(PRODUCTS).status_code == 401
