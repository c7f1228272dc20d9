"""Outbox, webhook events and timelines as operators see them over HTTP."""

from uuid import uuid4

import psycopg
import pytest
from falcon.testing import TestClient

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

PASSWORD = "a long enough passphrase"


@pytest.fixture
def bearer(shop: Commerce):
    def of(role: Role) -> dict[str, str]:
        address = f"{role.value.lower()}@example.com"
        shop.staff.create(SYSTEM, address, "Kim", role, PASSWORD)
        return {"Authorization": f"Bearer {shop.staff.log_in(address, PASSWORD, Origin()).access_token}"}

    return of


@pytest.fixture
def order_id(shop: Commerce, make: Builders, gateway: FakeGateway) -> str:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    gateway.pay(done.payment.intent_id)
    shop.payments.receive("stripe", *gateway.event(done.payment.intent_id, "payment_intent.succeeded"))
    return str(done.order.id)


KINDS = {
    "/v1/admin/outbox": ("outbox_events", "event-not-dead", "event-not-found", "outbox.retry"),
    "/v1/admin/webhook-events": (
        "webhook_events",
        "webhook-event-not-dead",
        "webhook-event-not-found",
        "inbox.retry",
    ),
}


@pytest.mark.parametrize("path", KINDS)
def test_what_was_given_up_is_found_shown_and_tried_again_by_who_may(
    client: TestClient, order_id: str, database_url: str, bearer, path: str
) -> None:
    table, not_dead, not_found, action = KINDS[path]
    admin, manager = bearer(Role.ADMIN), bearer(Role.MANAGER)
    listed = client.simulate_get(path, headers=manager).json["items"]
    one = listed[0]["id"]
    assert client.simulate_get(f"{path}/{one}", headers=manager).json["id"] == one
    assert client.simulate_get(path, query_string="status=dead", headers=manager).json["total"] == 0
    alive = client.simulate_post(f"{path}/{one}/retry", headers=admin)
    assert (alive.status_code, alive.json["code"]) == (409, not_dead)
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(
            f"UPDATE {table} SET status = 'dead', processed_at = NULL, unsettled = 3, attempts = 8 WHERE id = %s",
            (one,),
        )

        refused = client.simulate_post(f"{path}/{one}/retry", headers=manager)
        assert (refused.status_code, refused.json["code"]) == (403, "permission-denied")
        dead = client.simulate_get(path, query_string="status=dead", headers=manager).json
        assert [item["id"] for item in dead["items"]] == [one]

        assert client.simulate_post(f"{path}/{one}/retry", headers=admin).status_code == 204
        assert database.execute(f"SELECT attempts, unsettled FROM {table} WHERE id = %s", (one,)).fetchone() == (0, 0)
        audited = database.execute("SELECT actor_name, entity_id FROM audit_logs WHERE action = %s", (action,))
        assert audited.fetchall() == [("Kim", one)]
    for answer in (
        client.simulate_get(f"{path}/{uuid4()}", headers=admin),
        client.simulate_post(f"{path}/{uuid4()}/retry", headers=admin),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, not_found)


@pytest.mark.parametrize("path", [*KINDS, *(f"{path}/01a204a7-e62c-78e5-9386-9e571a903bd3" for path in KINDS)])
def test_support_does_not_look_behind_the_scenes(client: TestClient, bearer, path: str) -> None:
    assert client.simulate_get(path, headers=bearer(Role.SUPPORT)).status_code == 403
    assert client.simulate_get(path).status_code == 401


def test_the_timeline_of_an_order_is_read_by_support(client: TestClient, order_id: str, bearer) -> None:
    support = bearer(Role.SUPPORT)
    told = client.simulate_get(f"/v1/admin/orders/{order_id}/timeline", headers=support)
    kinds = {entry["kind"] for entry in told.json["items"]}
    assert kinds == {"status", "payment", "event", "provider_event", "mail"}
    assert client.simulate_get(f"/v1/admin/orders/{uuid4()}/timeline", headers=support).status_code == 404


def test_a_payload_in_the_answer_holds_no_client_secret(client: TestClient, order_id: str, bearer) -> None:
    admin = bearer(Role.ADMIN)
    [listed] = client.simulate_get("/v1/admin/webhook-events", headers=admin).json["items"]
    shown = client.simulate_get(f"/v1/admin/webhook-events/{listed['id']}", headers=admin)
    assert shown.json["payload"]["data"]["object"]["id"] == listed["intent_id"]
    assert "_secret_" not in shown.text
