"""Orders as a file over HTTP."""

import csv
import io

import pytest
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.checkout.views import CheckoutView
from commerce_core.orders.exported import OrderExport
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

EXPORT = "/v1/admin/orders/export.csv"
PASSWORD = "correct horse battery"


@pytest.fixture
def placed(shop: Commerce, make: Builders) -> CheckoutView:
    return shop.checkout.check_out(make.request(make.cart((make.variant(), 2)).id))


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, PASSWORD)
    token = shop.staff.log_in("kim@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


def test_an_export_is_the_librarys_sent_while_it_is_made(
    client: TestClient, shop: Commerce, headers: dict[str, str], placed: CheckoutView
) -> None:
    answer = client.simulate_get(EXPORT, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="orders.csv"'
    assert "content-length" not in answer.headers
    assert answer.text == "".join(shop.orders.export(SYSTEM, OrderExport()))
    assert placed.order.total.major() in answer.text


def test_a_query_says_which_orders_and_how_they_are_written(
    client: TestClient, headers: dict[str, str], placed: CheckoutView
) -> None:
    query = "profile=lines&delimiter=semicolon&decimal=comma&bom=true&status=PAID&status=PENDING_PAYMENT"
    answer = client.simulate_get(EXPORT, headers=headers, query_string=query)
    assert answer.headers["content-disposition"] == 'attachment; filename="lines.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert sum(int(row["gross"].replace(",", "")) for row in rows) == placed.order.total.amount
    nothing = client.simulate_get(EXPORT, headers=headers, query_string="status=PAID&last_day=2020-01-01")
    assert len(nothing.text.splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("first_day=2026-01-02&last_day=2026-01-01", "/last_day"),
        ("profile=ledger&status=PAID", "/status"),
        ("profile=everything", "/profile"),
        ("first_day=yesterday", "/first_day"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_first_line(
    client: TestClient, headers: dict[str, str], query: str, pointer: str
) -> None:
    refused = client.simulate_get(EXPORT, headers=headers, query_string=query)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_who_is_nobody_gets_nothing(client: TestClient, placed: CheckoutView) -> None:
    assert client.simulate_get(EXPORT).status_code == 401
