"""The back office's door over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from falcon.testing import TestClient

from commerce_core.access.model import PERMISSIONS, SYSTEM, Role
from commerce_core.staff.model import StaffMember
from commerce_core.wiring import Commerce

GOOD = "correct horse battery"
ORIGIN = "SELECT request_id, address FROM audit_logs WHERE action = 'staff.logged_in'"


@pytest.fixture
def kim(shop: Commerce) -> StaffMember:
    return shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)


def log_in(client: TestClient, email: str = "kim@example.com", password: str = GOOD) -> Any:
    return client.simulate_post("/v1/admin/auth/login", json={"email": email, "password": password})


def bearer(client: TestClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {log_in(client).json['access_token']}"}


def test_logging_in_answers_a_token_and_who_one_is(client: TestClient, kim: StaffMember) -> None:
    answer = log_in(client)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json) == {"access_token", "token_type", "expires_at", "staff"}
    assert answer.json["token_type"] == "bearer"
    lasts = datetime.fromisoformat(answer.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < lasts <= timedelta(hours=12)
    staff = answer.json["staff"]
    assert (staff["id"], staff["email"], staff["role"]) == (str(kim.id), "kim@example.com", "SUPPORT")
    assert set(staff["permissions"]) == {permission.value for permission in PERMISSIONS[Role.SUPPORT]}


@pytest.mark.usefixtures("kim")
def test_a_session_is_recorded_with_where_it_came_from(client: TestClient, database_url: str) -> None:
    answer = log_in(client)

    with psycopg.connect(database_url) as connection:
        recorded = connection.execute(ORIGIN).fetchone()
    assert recorded == (answer.headers["x-request-id"], "127.0.0.1")


@pytest.mark.usefixtures("kim")
@pytest.mark.parametrize("email", ["kim@example.com", "nobody@example.com", "", "nobody"])
def test_a_wrong_login_is_told_nothing_more(client: TestClient, email: str) -> None:
    answer = log_in(client, email, "a wrong password")

    assert answer.status_code == 401
    assert answer.json["code"] == "invalid-credentials"
    assert set(answer.json) == {"type", "title", "status", "detail", "code", "instance"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"email": "kim@example.com"}, "/password"), ({"email": 1, "password": GOOD}, "/email"), ({"a": 1}, "/a")],
)
def test_a_login_of_another_shape_is_refused_field_by_field(
    client: TestClient, body: dict[str, Any], pointer: str
) -> None:
    answer = client.simulate_post("/v1/admin/auth/login", json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid-input")
    assert pointer in {error["pointer"] for error in answer.json["errors"]}
    assert GOOD not in answer.text


def test_the_token_tells_who_asks(client: TestClient, kim: StaffMember) -> None:
    answer = client.simulate_get("/v1/admin/auth/me", headers=bearer(client))

    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["name"]) == (str(kim.id), "Kim")


@pytest.mark.usefixtures("kim")
@pytest.mark.parametrize("header", [None, "Bearer", "Bearer guess", "Basic a2ltOmtpbQ==", "Bearer \u00e9\u00e8"])
def test_without_a_valid_token_nothing_opens(client: TestClient, header: str | None) -> None:
    headers = {"Authorization": header} if header else None

    for answer in (
        client.simulate_get("/v1/admin/auth/me", headers=headers),
        client.simulate_post("/v1/admin/auth/logout", headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.usefixtures("kim")
def test_after_logging_out_the_token_opens_nothing(client: TestClient) -> None:
    headers = bearer(client)

    assert client.simulate_post("/v1/admin/auth/logout", headers=headers).status_code == 204

    answer = client.simulate_get("/v1/admin/auth/me", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "session-invalid")


def test_somebody_disabled_is_out_on_the_next_request(client: TestClient, shop: Commerce, kim: StaffMember) -> None:
    headers = bearer(client)

    shop.staff.disable(SYSTEM, kim.id)

    assert client.simulate_get("/v1/admin/auth/me", headers=headers).status_code == 401


@pytest.mark.usefixtures("kim")
def test_a_login_is_never_replayed_for_an_idempotency_key(client: TestClient) -> None:
    tokens = {
        client.simulate_post(
            "/v1/admin/auth/login",
            json={"email": "kim@example.com", "password": GOOD},
            headers={"Idempotency-Key": "one-key-for-both-logins"},
        ).json["access_token"]
        for _ in range(2)
    }

    assert len(tokens) == 2


def test_a_failed_login_is_logged_without_the_password_and_with_a_masked_address(
    client: TestClient, kim: StaffMember, caplog: pytest.LogCaptureFixture
) -> None:
    for email, password in (("kim@example.com", "wrong-hunter2"), ("Eve@example.com", GOOD), ("no address\n", GOOD)):
        assert log_in(client, email, password).status_code == 401
    assert log_in(client).status_code == 200

    lines = [vars(record) for record in caplog.records if record.message == "staff login failed"]
    assert [line["email"] for line in lines] == ["k***@example.com", "e***@example.com", "(not an address)"]
    assert {(line["levelname"], line["address"]) for line in lines} == {("WARNING", "127.0.0.1")}
    assert not [line for line in lines if "hunter2" in repr(line) or GOOD in repr(line)]
