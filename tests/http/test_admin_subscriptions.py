"""Webhooks out as operators keep them over HTTP."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve
from falcon.testing import TestClient

from adapters_http.app import create_app
from adapters_http.logs import request_logger
from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.http.conftest import LogLines
from tests.receiver import Receiver, listening

PASSWORD = "a long enough passphrase"
ROOT = "/v1/admin/subscriptions"
Bearer = Callable[[Role], dict[str, str]]


@pytest.fixture
def shop(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[Commerce]:
    with open_shop(database_url, settings=evolve(settings, subscriptions_inner=True), gateway=gateway) as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def bearer(shop: Commerce) -> Bearer:
    def of(role: Role) -> dict[str, str]:
        address = f"{role.value.lower()}@example.com"
        shop.staff.create(SYSTEM, address, "Kim", role, PASSWORD)
        return {"Authorization": f"Bearer {shop.staff.log_in(address, PASSWORD, Origin()).access_token}"}

    return of


def test_an_endpoint_is_subscribed_tested_and_told(
    client: TestClient, bearer: Bearer, shop: Commerce, make: Builders, receiver: Receiver
) -> None:
    admin = bearer(Role.ADMIN)
    made = client.simulate_post(ROOT, json={"url": receiver.url, "event_types": ["order_placed"]}, headers=admin)
    assert made.status_code == 201
    secret, where = made.json["secret"], made.headers["location"]
    found = client.simulate_get(where, headers=admin)
    assert found.json == made.json["subscription"]
    assert found.headers["etag"] == '"1"'

    test = client.simulate_post(f"{where}/test", headers=admin)
    assert (test.status_code, test.json["status"]) == (201, "pending")
    order = shop.checkout.place_order(make.request(make.cart((make.variant(), 1)).id)).order
    shop.outbox.drain()
    shop.deliveries.send_due()

    assert [heard.is_signed_with(secret) for heard in receiver.heard] == [True, True]
    delivered = client.simulate_get(test.headers["location"], headers=admin).json
    assert (delivered["status"], delivered["answered_status"]) == ("delivered", 204)
    listed = client.simulate_get(f"{where}/deliveries", query_string="status=delivered", headers=admin).json
    told = [item for item in listed["items"] if item["type"] == "order_placed"]
    assert [item["aggregate"] for item in told] == [{"type": "order", "id": str(order.id)}]

    again = client.simulate_post(f"{where}/deliveries/{told[0]['event_id']}/retry", headers=admin)
    assert again.status_code == 204
    everything = client.simulate_post(f"{where}/resend", json={"since": "2026-01-01T00:00:00Z"}, headers=admin)
    assert (everything.status_code, everything.json["resending_from"]) == (202, "2026-01-01T00:00:00Z")
    shop.deliveries.resend_due()
    shop.deliveries.send_due()
    assert receiver.ids().count(told[0]["event_id"]) == 2


def test_a_subscription_is_changed_rotated_and_deleted(client: TestClient, bearer: Bearer, receiver: Receiver) -> None:
    admin = bearer(Role.ADMIN)
    made = client.simulate_post(ROOT, json={"url": receiver.url}, headers=admin).json
    where = f"{ROOT}/{made['subscription']['id']}"

    changed = client.simulate_patch(
        where, json={"enabled": False, "description": "ERP"}, headers={**admin, "If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json["status"], changed.json["version"]) == (200, "disabled", 2)
    stale = client.simulate_patch(where, json={"enabled": True}, headers={**admin, "If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (412, "subscription-version-stale")
    for path, body in ((f"{where}/test", None), (f"{where}/resend", {"since": "2026-01-01T00:00:00Z"})):
        refused = client.simulate_post(path, json=body, headers=admin)
        assert (refused.status_code, refused.json["code"]) == (409, "subscription-not-active")

    rotated = client.simulate_post(f"{where}/rotate-secret", headers=admin).json
    assert rotated["secret"] != made["secret"]
    assert rotated["subscription"]["old_secret_until"] is not None
    assert "secret" not in client.simulate_get(where, headers=admin).json

    assert client.simulate_delete(where, headers=admin).status_code == 204
    gone = client.simulate_get(where, headers=admin)
    assert (gone.status_code, gone.json["code"]) == (404, "subscription-not-found")
    assert client.simulate_get(ROOT, headers=admin).json["total"] == 0


def test_the_secret_of_an_answer_that_is_repeated_is_the_same_and_lies_nowhere_in_plain_text(
    client: TestClient, bearer: Bearer, receiver: Receiver, database_url: str, log_lines: LogLines
) -> None:
    headers = {**bearer(Role.ADMIN), "Idempotency-Key": "0123456789abcdef"}
    first = client.simulate_post(ROOT, json={"url": receiver.url}, headers=headers)
    again = client.simulate_post(ROOT, json={"url": receiver.url}, headers=headers)

    assert first.json == again.json
    secret = first.json["secret"]
    with psycopg.connect(database_url) as connection:
        tables = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            kept = str(connection.execute(f'SELECT t::text FROM "{table}" t').fetchall())
            assert secret not in kept, table
            assert secret.encode().hex() not in kept, table
    assert secret not in log_lines.stream.getvalue().decode()


def test_a_manager_looks_and_changes_nothing_and_support_does_not_look(
    client: TestClient, bearer: Bearer, shop: Commerce, receiver: Receiver
) -> None:
    admin, manager, support = bearer(Role.ADMIN), bearer(Role.MANAGER), bearer(Role.SUPPORT)
    where = client.simulate_post(ROOT, json={"url": receiver.url}, headers=admin).headers["location"]
    for path in (ROOT, f"{ROOT}/event-types", where, f"{where}/deliveries"):
        assert client.simulate_get(path, headers=manager).status_code == 200
        assert client.simulate_get(path, headers=support).status_code == 403
        assert client.simulate_get(path).status_code == 401
    calls = [
        ("POST", ROOT, {"url": receiver.url}),
        ("PATCH", where, {"enabled": False}),
        ("DELETE", where, None),
        ("POST", f"{where}/rotate-secret", None),
        ("POST", f"{where}/test", None),
        ("POST", f"{where}/resend", {"since": "2026-01-01T00:00:00Z"}),
        ("POST", f"{where}/deliveries/{uuid4()}/retry", None),
    ]
    for method, path, body in calls:
        refused = client.simulate_request(method, path, json=body, headers=manager)
        assert (refused.status_code, refused.json["code"]) == (403, "permission-denied")
    assert client.simulate_get(where, headers=admin).json["version"] == 1
    assert shop.deliveries.send_due() == 0


def test_what_can_be_subscribed_to_is_told(client: TestClient, bearer: Bearer) -> None:
    items = client.simulate_get(f"{ROOT}/event-types", headers=bearer(Role.MANAGER)).json["items"]
    assert {"type": "order_paid", "version": 1, "aggregate": "order"} in items


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "https://a.example/", "event_types": ["order_lost"]}, "/event_types/0"),
        ({"url": "gopher://a.example/"}, "/url"),
        ({"url": "https://u:p@a.example/"}, "/url"),
        ({"url": "https://a.example/", "secret": "whsec_mine"}, "/secret"),
        ({"url": "https://a.example/", "status": "active"}, "/status"),
    ],
)
def test_what_is_not_valid_is_named(client: TestClient, bearer: Bearer, body: dict[str, object], pointer: str) -> None:
    admin = bearer(Role.ADMIN)
    refused = client.simulate_post(ROOT, json=body, headers=admin)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]
    assert client.simulate_get(ROOT, headers=admin).json["total"] == 0


def test_a_shop_that_is_not_for_development_sends_to_https_alone(
    database_url: str, settings: Settings, bearer: Bearer, log_lines: LogLines
) -> None:
    admin = bearer(Role.ADMIN)
    with open_shop(database_url, settings=settings) as strict:
        client = TestClient(create_app(strict, request_logger("debug", log_lines.stream)))
        refused = client.simulate_post(ROOT, json={"url": "http://erp.example.com/"}, headers=admin)
    assert [error["code"] for error in refused.json["errors"]] == ["https-required"]


def test_pages_of_deliveries_go_on_with_their_cursor(
    client: TestClient, bearer: Bearer, shop: Commerce, receiver: Receiver
) -> None:
    admin = bearer(Role.ADMIN)
    where = client.simulate_post(ROOT, json={"url": receiver.url}, headers=admin).headers["location"]
    for _ in range(3):
        client.simulate_post(f"{where}/test", headers=admin)
    first = client.simulate_get(f"{where}/deliveries", query_string="per_page=2", headers=admin).json
    rest = client.simulate_get(
        f"{where}/deliveries", query_string=f"per_page=2&cursor={first['next_cursor']}", headers=admin
    ).json
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    wrong = client.simulate_get(f"{where}/deliveries", query_string="cursor=there", headers=admin)
    assert (wrong.status_code, wrong.json["errors"][0]["code"]) == (422, "invalid-cursor")
