"""The staff over HTTP: invitations, roles, sessions, passwords and API keys."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest
from attrs import frozen
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM, Origin, Permission, Role
from commerce_core.keys.model import NewKey
from commerce_core.wiring import Commerce

GOOD, OTHER = "correct horse battery", "staple battery horse"
STAFF = "/v1/admin/staff"
KEYS = "/v1/admin/api-keys"
INVITE = {"email": "zoe@example.com", "name": "Zoé", "role": "SUPPORT", "locale": "fr"}


@frozen
class Caller:
    """Somebody with a token."""

    client: TestClient
    token: str | None
    member_id: str = ""

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.simulate_request(method, path, headers={**headers, **more.pop("headers", {})}, **more)


Enter = Callable[[str, Role], Caller]


@pytest.fixture
def enter(client: TestClient, shop: Commerce) -> Enter:
    """Take somebody on and log them in."""

    def entered(name: str, role: Role) -> Caller:
        member = shop.staff.create(SYSTEM, f"{name}@example.com", name.title(), role, GOOD)
        token = shop.staff.log_in(f"{name}@example.com", GOOD, Origin()).access_token
        return Caller(client, token, str(member.id))

    return entered


@pytest.fixture
def boss(enter: Enter) -> Caller:
    return enter("boss", Role.ADMIN)


def mailed_token(shop: Commerce) -> str:
    """The token in the last mail."""
    shop.outbox.drain()
    shop.emails.send_due()
    files = (Path(str(shop.settings.data_dir)) / "mail").glob("*.eml")
    mail = message_from_bytes(max(files, key=lambda file: file.stat().st_mtime_ns).read_bytes(), policy=default)
    text = str(cast("EmailMessage", mail).get_body(("plain",)).get_content())  # type: ignore[union-attr]
    [token] = re.findall(r"[0-9a-f-]{36}(?::\d+)?\.[\w-]{43}", text)
    return str(token)


def everything(url: str) -> list[Any]:
    tables = ("users", "staff_sessions", "staff_invitations", "staff_resets", "api_keys", "audit_logs", "email_outbox")
    with psycopg.connect(url) as connection:
        return [connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall() for table in tables]  # type: ignore[arg-type]


def test_somebody_invited_joins_and_logs_in(client: TestClient, shop: Commerce, boss: Caller) -> None:
    asked = boss("POST", f"{STAFF}/invitations", json=INVITE)
    assert (asked.status_code, asked.headers["location"]) == (201, f"{STAFF}/invitations/{asked.json['id']}")
    assert boss("GET", asked.headers["location"]).json == asked.json
    assert boss("GET", f"{STAFF}/invitations").json == {"items": [asked.json]}
    assert boss("POST", f"{STAFF}/invitations", json=INVITE).json["code"] == "staff-invitation-pending"
    again = boss("POST", f"{asked.headers['location']}/resend")
    assert (again.status_code, again.json["mails"]) == (200, 2)

    proof = {"token": mailed_token(shop), "password": OTHER}
    joined = client.simulate_post("/v1/admin/auth/accept-invitation", json=proof)

    assert (joined.status_code, joined.json["role"], joined.json["locale"]) == (200, "SUPPORT", "fr")
    login = client.simulate_post("/v1/admin/auth/login", json={"email": "zoe@example.com", "password": OTHER})
    assert login.json["staff"] == joined.json
    used = client.simulate_post("/v1/admin/auth/accept-invitation", json=proof)
    assert (used.status_code, used.json["code"]) == (410, "staff-proof-invalid")
    assert [who["email"] for who in boss("GET", STAFF).json["items"]] == ["boss@example.com", "zoe@example.com"]


def test_a_withdrawn_invitation_is_gone(boss: Caller) -> None:
    place = boss("POST", f"{STAFF}/invitations", json=INVITE).headers["location"]
    assert boss("DELETE", place).status_code == 204
    assert [boss("DELETE", place).status_code, boss("GET", place).status_code] == [404, 404]


def test_roles_change_and_the_last_administrator_stays(boss: Caller, enter: Enter, database_url: str) -> None:
    kim = enter("kim", Role.SUPPORT)
    changed = boss("PATCH", f"{STAFF}/{kim.member_id}", json={"role": "MANAGER"})
    assert (changed.status_code, changed.json["role"]) == (200, "MANAGER")
    assert "catalog:write" in kim("GET", "/v1/admin/auth/me").json["permissions"]

    before = everything(database_url)
    for refused in (
        boss("PATCH", f"{STAFF}/{boss.member_id}", json={"role": "SUPPORT"}),
        boss("POST", f"{STAFF}/{boss.member_id}/disable"),
    ):
        assert (refused.status_code, refused.json["code"]) == (409, "last-admin")
    assert boss("PATCH", f"{STAFF}/{uuid4()}", json={"role": "SUPPORT"}).status_code == 404
    assert boss("PATCH", f"{STAFF}/{kim.member_id}", json={"role": "OWNER"}).status_code == 422
    for smuggled in ("permissions", "email", "disabled_at", "version", "password_hash"):
        sent = {"role": "ADMIN", smuggled: "x"}
        assert boss("PATCH", f"{STAFF}/{kim.member_id}", json=sent).status_code == 422
    assert everything(database_url) == before


def test_the_second_of_two_who_change_somebody_is_told(boss: Caller, enter: Enter, database_url: str) -> None:
    place = f"{STAFF}/{enter('kim', Role.SUPPORT).member_id}"
    seen = boss("GET", place).headers["etag"]
    changed = boss("PATCH", place, json={"role": "MANAGER"}, headers={"If-Match": seen})
    assert (changed.status_code, changed.headers["etag"]) == (200, f'"{changed.json["version"]}"')

    before = everything(database_url)
    late = boss("PATCH", place, json={"role": "ADMIN"}, headers={"If-Match": seen})
    assert (late.status_code, late.json["code"]) == (412, "staff-version-stale")
    assert everything(database_url) == before


def test_somebody_shut_out_is_out_on_the_next_request_and_comes_back(boss: Caller, enter: Enter) -> None:
    kim = enter("kim", Role.SUPPORT)
    assert boss("POST", f"{STAFF}/{kim.member_id}/disable").json["disabled_at"] is not None
    assert kim("GET", "/v1/admin/auth/me").status_code == 401
    assert boss("POST", f"{STAFF}/{kim.member_id}/enable").json["disabled_at"] is None
    assert kim("GET", "/v1/admin/auth/me").status_code == 401, "they have to log in again"


def test_one_sees_ones_sessions_and_ends_them(client: TestClient, shop: Commerce, enter: Enter) -> None:
    kim = enter("kim", Role.SUPPORT)
    lost = Caller(client, shop.staff.log_in("kim@example.com", GOOD, Origin()).access_token)
    sessions = kim("GET", "/v1/admin/auth/sessions").json["items"]
    assert [one["current"] for one in sessions] == [False, True]
    assert kim("DELETE", f"/v1/admin/auth/sessions/{sessions[0]['id']}").status_code == 204
    assert lost("GET", "/v1/admin/auth/me").status_code == 401
    assert kim("DELETE", f"/v1/admin/auth/sessions/{sessions[0]['id']}").json["code"] == "staff-session-not-found"


def test_an_administrator_ends_the_sessions_of_others(shop: Commerce, boss: Caller, enter: Enter) -> None:
    kim = enter("kim", Role.SUPPORT)
    place = f"{STAFF}/{kim.member_id}/sessions"
    [running] = boss("GET", place).json["items"]
    assert boss("DELETE", f"{place}/{running['id']}").status_code == 204
    shop.staff.log_in("kim@example.com", GOOD, Origin())
    assert boss("DELETE", place).status_code == 204
    assert boss("GET", place).json == {"items": []}


def test_a_password_is_changed_by_its_owner(client: TestClient, enter: Enter) -> None:
    kim = enter("kim", Role.SUPPORT)
    wrong = kim("POST", "/v1/admin/auth/password", json={"current": OTHER, "new": "yet another one"})
    assert (wrong.status_code, wrong.json["code"]) == (401, "invalid-credentials")
    changed = kim("POST", "/v1/admin/auth/password", json={"current": GOOD, "new": OTHER})
    assert changed.status_code == 200
    assert kim("GET", "/v1/admin/auth/me").status_code == 401
    assert Caller(client, changed.json["access_token"])("GET", "/v1/admin/auth/me").status_code == 200


def test_a_forgotten_password_is_replaced_and_strangers_learn_nothing(
    client: TestClient, shop: Commerce, enter: Enter
) -> None:
    enter("kim", Role.SUPPORT)
    answers = [
        client.simulate_post("/v1/admin/auth/password-reset", json={"email": f"{who}@example.com"})
        for who in ("nobody", "kim")
    ]
    assert [(a.status_code, set(a.json)) for a in answers] == [(202, {"email"})] * 2
    proof = {"token": mailed_token(shop), "password": OTHER}
    assert client.simulate_post("/v1/admin/auth/password-reset/confirm", json=proof).status_code == 204
    assert client.simulate_post("/v1/admin/auth/password-reset/confirm", json=proof).status_code == 410
    assert shop.staff.log_in("kim@example.com", OTHER, Origin())


def test_an_administrator_replaces_a_password(shop: Commerce, boss: Caller, enter: Enter) -> None:
    kim = enter("kim", Role.SUPPORT)
    place = f"{STAFF}/{kim.member_id}/password"
    assert boss("PUT", place, json={"password": "short"}).status_code == 422
    assert boss("PUT", place, json={"password": OTHER}).status_code == 204
    assert shop.staff.log_in("kim@example.com", OTHER, Origin())


def test_the_eleventh_guess_is_not_looked_at(client: TestClient, enter: Enter) -> None:
    enter("kim", Role.SUPPORT)
    answers = [
        client.simulate_post("/v1/admin/auth/login", json={"email": "kim@example.com", "password": word})
        for word in ["a wrong password"] * 10 + [GOOD]
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert (answers[-1].json["code"], answers[-1].headers["retry-after"]) == ("login-locked", "900")


def test_a_key_works_where_a_session_does_and_no_further(client: TestClient, boss: Caller, database_url: str) -> None:
    wanted = {"name": "Scanner", "scopes": ["catalog:read"], "expires_at": "2099-01-01T00:00:00Z"}
    made = boss("POST", KEYS, json=wanted)
    assert (made.status_code, made.headers["location"]) == (201, f"{KEYS}/{made.json['key']['id']}")
    assert made.headers["cache-control"] == "no-store"
    scanner = Caller(client, made.json["token"])

    assert scanner("GET", "/v1/admin/products").status_code == 200
    before = everything(database_url)
    for method, path in (
        ("GET", "/v1/admin/orders"),
        ("GET", KEYS),
        ("GET", STAFF),
        ("DELETE", f"/v1/admin/tags/{uuid4()}"),
    ):
        denied = scanner(method, path)
        assert (denied.status_code, denied.json["code"]) == (403, "permission-denied"), path
    for path in ("/v1/admin/auth/me", "/v1/admin/auth/sessions"):
        assert scanner("GET", path).json["code"] == "staff-only"
    assert scanner("POST", "/v1/admin/auth/password", json={"current": "a", "new": OTHER}).status_code == 403
    assert scanner("POST", "/v1/admin/auth/logout").status_code == 204, "there is nothing to end"
    assert everything(database_url) == before

    assert boss("GET", made.headers["location"]).json["last_used_at"] is not None
    assert made.json["token"] not in boss("GET", KEYS).text
    assert boss("DELETE", made.headers["location"]).status_code == 204
    refused = scanner("GET", "/v1/admin/products")
    assert (refused.status_code, refused.json["code"]) == (401, "api-key-invalid")
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_key_opens_nothing_of_customers(client: TestClient, shop: Commerce) -> None:
    token = shop.keys.create(SYSTEM, NewKey("all", Permission)).token
    assert Caller(client, token)("GET", "/v1/store/me").json["code"] == "session-invalid"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "scopes": ["catalog:read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "scopes": ["catalog:read"], "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["catalog:read"], "owner_id": None},
        {"name": "x", "scopes": ["catalog:read"], "token": "ck_mine"},
    ],
)
def test_what_is_no_key_is_refused(boss: Caller, database_url: str, wrong: dict[str, Any]) -> None:
    before = everything(database_url)
    assert boss("POST", KEYS, json=wrong).status_code == 422
    assert everything(database_url) == before


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SUPPORT])
def test_all_of_it_is_for_administrators(boss: Caller, enter: Enter, database_url: str, role: Role) -> None:
    other = enter("other", role)
    invitation = boss("POST", f"{STAFF}/invitations", json=INVITE).json["id"]
    key = boss("POST", KEYS, json={"name": "x", "scopes": ["catalog:read"]}).json["key"]["id"]
    member = f"{STAFF}/{boss.member_id}"
    before = everything(database_url)
    for method, path, body in (
        ("GET", STAFF, None), ("GET", member, None), ("PATCH", member, {"role": "SUPPORT"}),
        ("POST", f"{member}/disable", None), ("POST", f"{member}/enable", None),
        ("PUT", f"{member}/password", {"password": OTHER}), ("GET", f"{member}/sessions", None),
        ("DELETE", f"{member}/sessions", None), ("DELETE", f"{member}/sessions/{uuid4()}", None),
        ("GET", f"{STAFF}/invitations", None), ("POST", f"{STAFF}/invitations", INVITE),
        ("GET", f"{STAFF}/invitations/{invitation}", None), ("DELETE", f"{STAFF}/invitations/{invitation}", None),
        ("POST", f"{STAFF}/invitations/{invitation}/resend", None), ("GET", KEYS, None),
        ("POST", KEYS, {"name": "x", "scopes": ["catalog:read"]}), ("GET", f"{KEYS}/{key}", None),
        ("DELETE", f"{KEYS}/{key}", None),
    ):  # fmt: skip
        answer = other(method, path, json=body)
        assert (answer.status_code, answer.json["code"]) == (403, "permission-denied"), f"{method} {path}"
        nobody = Caller(other.client, None)(method, path, json=body)
        assert nobody.status_code == 401, f"{method} {path}"
    assert everything(database_url) == before
