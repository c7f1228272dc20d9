"""Every operation of staff that changes something: one row in the audit log, in the same transaction, naming nobody."""

import io
import re
from typing import Any

import pytest
from attrs import frozen
from falcon.testing import TestClient

from adapters_http.app import create_app, routes
from adapters_http.endpoint import responders
from adapters_http.logs import request_logger
from adapters_http.operation import Access, operation_of
from commerce_core.access.model import HIDDEN, SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.wiring import Commerce
from tests.crashes import InterruptedBegin, PowerCut, on_begin
from tests.http.audited_calls import CALLS, CANARIES, STAFF_EMAIL, STAFF_PASSWORD, Scene

# Written beside the change by transactions of their own, with a reason each.
ASIDE = {
    "POST /v1/admin/uploads/{upload_id}/complete": {"uploads"},  # Kept while it is looked at.
    "POST /v1/admin/orders/{order_id}/cancel": {"payments"},  # The provider has cancelled the intent before.
    "POST /v1/admin/auth/password": {"login_guesses", "login_clients"},  # A guess counts before it is checked.
}

# They only read, and ask for more than fits into a query.
READS = {"POST /v1/admin/orders/{order_id}/refunds/preview"}

EVENTS = {"staff.logged_out"}  # What has happened, and changed no field.


def operations(shop: Commerce) -> set[str]:
    """Every operation of staff that may change something."""
    return {
        f"{method.upper()} {template}"
        for template, resource in routes(shop).items()
        for method, responder in responders(resource).items()
        if method != "get" and operation_of(responder).access is Access.STAFF
    }


@pytest.fixture
def scene(shop: Commerce, make: Builders, gateway: FakeGateway, client: TestClient, database_url: str) -> Scene:
    shop.staff.create(SYSTEM, STAFF_EMAIL, "Ada", Role.ADMIN, STAFF_PASSWORD)
    session = shop.staff.log_in(STAFF_EMAIL, STAFF_PASSWORD, Origin())
    return Scene(shop, make, gateway, client, {"Authorization": f"Bearer {session.access_token}"}, database_url)


@frozen
class Row:
    id: int
    actor_kind: str
    actor_id: Any
    actor_name: str
    action: str
    entity_type: str
    entity_id: str
    changes: dict[str, dict[str, Any]]
    request_id: str | None
    address: str | None


def rows_after(scene: Scene, last: int) -> list[Row]:
    return [
        Row(*row)
        for row in scene.ask(
            "SELECT id, actor_kind, actor_id, actor_name, action, entity_type, entity_id, changes, request_id, address"
            " FROM audit_logs WHERE id > %s ORDER BY id",
            last,
        )
    ]


def contents(scene: Scene) -> dict[str, Any]:
    """What every table holds, as a number."""
    tables = [
        name
        for (name,) in scene.ask(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
    ]
    sums = " UNION ALL ".join(
        f"SELECT '{name}', coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} t" for name in tables
    )
    return dict(scene.ask(sums))  # type: ignore[arg-type]


def last_row(scene: Scene) -> int:
    return int(scene.ask("SELECT coalesce(max(id), 0) FROM audit_logs")[0][0])


def test_every_operation_that_changes_something_has_a_call_in_the_table(shop: Commerce) -> None:
    assert set(CALLS) & READS == set()
    assert set(CALLS) | READS == operations(shop)


@pytest.fixture
def mortal(scene: Scene) -> TestClient:
    """The same application; the power goes before a transaction is committed that has written into the audit log."""
    written = "SELECT count(*) FROM audit_logs"

    def cut(work: Any, _opened: int) -> None:
        [(seen,)] = work._session.connection.execute(written).fetchall()
        if seen > scene.ask(written)[0][0]:
            raise PowerCut

    shop = on_begin(scene.shop, InterruptedBegin(scene.shop.tags.begin, before=cut))
    return TestClient(create_app(shop, request_logger("critical", io.BytesIO())))


def test_each_has_one_row_with_its_change_or_neither(scene: Scene, mortal: TestClient) -> None:
    wrong: dict[str, object] = {}
    staff = scene.ask("SELECT id FROM users")[0][0]
    for name, (prepare, actions) in CALLS.items():
        method = name.split()[0]
        call = prepare(scene)
        before, last = contents(scene), last_row(scene)

        died = scene.send(method, call, mortal)
        changed = {table for table, held in contents(scene).items() if before[table] != held}
        if died.status_code != 500 or changed - ASIDE.get(name, set()):
            wrong[f"{name}, cut short"] = (died.status, changed)

        done = scene.send(method, call)
        rows = rows_after(scene, last)
        if done.status_code >= 300 or tuple(row.action for row in rows) != actions:
            wrong[name] = (done.status, done.text[:300], rows)
            continue
        for row in rows:
            who = (row.actor_kind, row.actor_id, row.actor_name, row.request_id, row.address)
            if who != ("staff", staff, "Ada", done.headers["x-request-id"], "127.0.0.1"):
                wrong[f"{name}, who"] = who
            if not row.entity_id or row.entity_id == "None":
                wrong[f"{name}, about"] = row
            same = [field for field, pair in row.changes.items() if pair["before"] == pair["after"] != HIDDEN]
            if same or not (row.changes or row.action in EVENTS):
                wrong[f"{name}, changes"] = row.changes
    assert wrong == {}, "\n".join(f"{k}: {v}" for k, v in wrong.items())
    tell_no_tales(scene)


def tell_no_tales(scene: Scene) -> None:
    """Nothing of what the table of calls said about people, and no secret, stands in the log."""
    log = "\n".join(text for (text,) in scene.ask("SELECT t::text FROM audit_logs t"))
    canaries = {
        **CANARIES,
        "staff email": STAFF_EMAIL,
        "password": STAFF_PASSWORD,
        "token": scene.headers["Authorization"].split()[1],
    }
    assert {name for name, value in canaries.items() if value.lower() in log.lower()} == set()
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", log) == []
