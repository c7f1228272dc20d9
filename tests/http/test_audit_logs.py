"""The audit log over HTTP."""

import csv
import hashlib
import io
import json

import pytest
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.kernel.csv import unprotected
from commerce_core.wiring import Commerce

PATH = "/v1/admin/audit-logs"
PASSWORD = "a long enough passphrase"


def log_in(shop: Commerce, role: Role) -> dict[str, str]:
    shop.staff.create(SYSTEM, f"{role.lower()}@example.com", role.title(), role, PASSWORD)
    token = shop.staff.log_in(f"{role.lower()}@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    return log_in(shop, Role.ADMIN)


def test_a_change_is_told_with_who_what_when_and_where_from(
    client: TestClient, shop: Commerce, headers: dict[str, str]
) -> None:
    made = client.simulate_post(
        "/v1/admin/tags", headers=headers | {"X-Request-Id": "req-of-ada-1"}, json={"title": "Gift"}
    )

    listed = client.simulate_get(PATH, headers=headers, query_string="request_id=req-of-ada-1").json
    [entry] = listed["items"]
    assert (listed["total"], listed["next_cursor"]) == (1, None)
    assert (entry["action"], entry["entity_type"], entry["entity_id"]) == ("tag.created", "tag", made.json["id"])
    assert (entry["actor_kind"], entry["actor_name"], entry["address"]) == ("staff", "Admin", "127.0.0.1")
    assert entry["changes"]["title"] == {"before": None, "after": "Gift"}
    assert (entry["position"], entry["hash"]) == (None, None)

    shop.audit.seal()
    sealed = client.simulate_get(f"{PATH}/{entry['id']}", headers=headers).json
    assert (sealed["position"], len(sealed["hash"])) == (entry["id"], 64)
    assert {**sealed, "position": None, "hash": None} == entry


def test_pages_follow_each_other_by_their_cursor(client: TestClient, headers: dict[str, str]) -> None:
    for title in "abc":
        client.simulate_post("/v1/admin/tags", headers=headers, json={"title": title})
    first = client.simulate_get(PATH, headers=headers, query_string="action=tag.created&per_page=2").json
    second = client.simulate_get(
        PATH, headers=headers, query_string=f"action=tag.created&per_page=2&cursor={first['next_cursor']}"
    ).json
    titles = [entry["changes"]["title"]["after"] for entry in first["items"] + second["items"]]
    assert (titles, first["total"], second["next_cursor"]) == (["c", "b", "a"], 3, None)
    paged = client.simulate_get(PATH, headers=headers, query_string="action=tag.created&per_page=2&page=2").json
    assert paged["items"] == second["items"]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("cursor=1", "/cursor", "invalid-cursor"),
        ("cursor=999999999999999999-1", "/cursor", "invalid-cursor"),
        ("entity_id=1", "/entity_type", "required"),
        ("since=2026-11-22T10:00:00Z&until=2026-11-21T10:00:00Z", "/until", "ends-before-start"),
        ("since=yesterday", "/since", "invalid-time"),
        ("actor_kind=robot", "/actor_kind", "unknown-value"),
        ("actor_id=1", "/actor_id", "invalid-uuid"),
        (f"action={'x' * 256}", "/action", "too-long"),
        ("per_page=101", "/per_page", "out-of-range"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_pointer(
    client: TestClient, headers: dict[str, str], query: str, pointer: str, code: str
) -> None:
    refused = client.simulate_get(PATH, headers=headers, query_string=query)
    assert (refused.status_code, refused.json.get("errors", [{}])[0].get("pointer")) == (422, pointer), refused.text
    assert refused.json["errors"][0]["code"] == code, refused.text


@pytest.mark.parametrize("path", ["999", "0", "-1", "x", str(2**63), "1e3"])
def test_an_entry_that_is_not_there_is_not_found(client: TestClient, headers: dict[str, str], path: str) -> None:
    assert client.simulate_get(f"{PATH}/{path}", headers=headers).status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SUPPORT])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/1", f"{PATH}/export.csv"])
def test_only_administrators_read_it(client: TestClient, shop: Commerce, role: Role, path: str) -> None:
    refused = client.simulate_get(path, headers=log_in(shop, role))
    assert (refused.status_code, refused.json["code"]) == (403, "permission-denied")
    assert client.simulate_get(path).status_code == 401


def test_a_stranger_recomputes_the_chain_from_the_file_alone(
    client: TestClient, shop: Commerce, headers: dict[str, str]
) -> None:
    """As docs/audit.md tells it, with cells that a spreadsheet would run and characters of many kinds."""
    for title in ("=HYPERLINK(1)", 'Zoé, "quoted"\\', "日本 ✓"):
        client.simulate_post("/v1/admin/tags", headers=headers, json={"title": title, "slug": f"t-{hash(title) % 997}"})
    shop.audit.seal()
    file = client.simulate_get(f"{PATH}/export.csv", headers=headers)
    assert file.headers["content-type"] == "text/csv; charset=utf-8"

    header, *rows = csv.reader(io.StringIO(file.text))
    assert header[:2] == ["id", "at"]
    previous = bytes(32)
    for row in sorted(rows, key=lambda row: int(row[-2])):
        texts = [unprotected(cell) or None for cell in row[:11]]
        written = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
        previous = hashlib.sha256(previous + written).digest()
        assert previous.hex() == row[-1]
    assert len(rows) >= 4
