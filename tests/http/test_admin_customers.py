"""The list of customers over HTTP."""

import pytest
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.customers.model import Buyer
from commerce_core.emails.model import Locale
from commerce_core.kernel.ids import uuid7
from commerce_core.wiring import Commerce

GOOD = "correct horse battery"
CUSTOMERS = "/v1/admin/customers"


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)
    return {"Authorization": f"Bearer {shop.staff.log_in('kim@example.com', GOOD, Origin()).access_token}"}


@pytest.fixture
def _buyers(shop: Commerce) -> None:
    for name in ("Ana", "Bo", "Zoé"):
        with shop.customers.begin() as work:
            work.customers.remember(uuid7(), Buyer(f"{name.lower()}@example.com", name, Locale.FR))


def test_an_operator_sees_who_buys(client: TestClient, headers: dict[str, str], shop: Commerce) -> None:
    customer_id = uuid7()
    with shop.customers.begin() as work:
        work.customers.remember(customer_id, Buyer("zoe@example.com", "Zoé", Locale.FR))

    answer = client.simulate_get(CUSTOMERS, headers=headers)

    assert answer.status_code == 200
    [customer] = answer.json["items"]
    assert customer.pop("created_at").endswith("Z")
    assert customer == {
        "id": str(customer_id),
        "email": "zoe@example.com",
        "name": "Zoé",
        "locale": "fr",
        "orders_count": 0,
        "total_spent": {"amount": 0, "currency": "EUR"},
        "last_order_at": None,
    }


@pytest.mark.usefixtures("_buyers")
def test_the_list_comes_in_pages_and_can_be_searched(client: TestClient, headers: dict[str, str]) -> None:
    second = client.simulate_get(CUSTOMERS, params={"page": 2, "per_page": 2}, headers=headers).json
    found = client.simulate_get(CUSTOMERS, params={"q": "zoe"}, headers=headers).json

    assert [customer["name"] for customer in second["items"]] == ["Ana"]
    assert (second["page"], second["per_page"], second["total"]) == (2, 2, 3)
    assert [customer["name"] for customer in found["items"]] == ["Zoé"]
    assert found["total"] == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("page=0", "/page"), ("per_page=101", "/per_page"), ("page=two", "/page"), ("q=%00", "/q"), ("q=a&q=b", "/q")],
)
def test_a_query_that_makes_no_sense_is_refused(
    client: TestClient, headers: dict[str, str], query: str, pointer: str
) -> None:
    answer = client.simulate_get(CUSTOMERS, query_string=query, headers=headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_customers_are_not_for_strangers(client: TestClient) -> None:
    assert client.simulate_get(CUSTOMERS).status_code == 401
