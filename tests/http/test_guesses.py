"""Whether an address has an account shows in nothing that an answer holds."""

from typing import Any

import pytest
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM, Role
from commerce_core.wiring import Commerce
from tests.http.cast import PASSWORD, join

KNOWN, UNKNOWN = "ana@example.com", "bob@example.com"


def heard(client: TestClient, path: str, body: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
    answer = client.simulate_post(path, json=body)
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, answer.text.replace(body["email"], "…"), headers


@pytest.mark.parametrize("realm", ["store", "admin"])
def test_known_and_unknown_addresses_are_answered_alike(shop: Commerce, client: TestClient, realm: str) -> None:
    join(shop, KNOWN)
    shop.staff.create(SYSTEM, KNOWN, "Ana", Role.SUPPORT, PASSWORD)

    for path, more, status in (("auth/login", {"password": "guess"}, 401), ("auth/password-reset", {}, 202)):
        address = f"/v1/{realm}/{path}"
        known, unknown = (heard(client, address, {"email": email, **more}) for email in (KNOWN, UNKNOWN))
        assert known == unknown
        assert known[0] == status
    for _ in range(9):
        for email in (KNOWN, UNKNOWN):
            client.simulate_post(f"/v1/{realm}/auth/login", json={"email": email, "password": "guess"})
    locked = [heard(client, f"/v1/{realm}/auth/login", {"email": e, "password": "guess"}) for e in (KNOWN, UNKNOWN)]
    assert locked[0] == locked[1]
    assert locked[0][0] == 429


def test_registering_tells_nobody_who_is_a_customer(shop: Commerce, client: TestClient) -> None:
    join(shop, KNOWN)

    asked = [heard(client, "/v1/store/customers", {"email": e, "password": PASSWORD}) for e in (KNOWN, UNKNOWN)]

    assert asked[0] == asked[1]
    assert asked[0][0] == 202
