"""Stock for operators over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from falcon.testing import TestClient

from adapters_http.admin.inventory import AdjustStock, ChangeStock, CountStock
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

INVENTORY = "/v1/admin/inventory"
PASSWORD = "correct horse battery"


def log_in(shop: Commerce, role: Role) -> dict[str, str]:
    shop.staff.create(SYSTEM, f"{role.lower()}@example.com", "Kim", role, PASSWORD)
    token = shop.staff.log_in(f"{role.lower()}@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    return log_in(shop, Role.MANAGER)


@pytest.fixture
def variant(make: Builders) -> UUID:
    return make.variant(stock=40)


def stock(client: TestClient, headers: dict[str, str], variant: UUID) -> Any:
    return client.simulate_get(f"{INVENTORY}/{variant}", headers=headers).json


def test_stock_is_adjusted_counted_changed_and_read(client: TestClient, headers: dict[str, str], variant: UUID) -> None:
    where = f"{INVENTORY}/{variant}"
    adjusted = client.simulate_post(f"{where}/adjustments", headers=headers, json=AdjustStock.example)
    counted = client.simulate_post(
        f"{where}/counts", headers=headers | {"If-Match": adjusted.headers["etag"]}, json=CountStock.example
    )
    changed = client.simulate_patch(
        where, headers=headers | {"If-Match": counted.headers["etag"]}, json=ChangeStock.example
    )
    read = client.simulate_get(where, headers=headers)

    assert [a.status_code for a in (adjusted, counted, changed, read)] == [201, 201, 200, 200]
    assert adjusted.headers["location"] == f"{where}/movements"
    assert (adjusted.json["on_hand"], counted.json["on_hand"]) == (38, 37)
    assert read.json == changed.json
    assert (read.json["low_threshold"], read.json["backorder_limit"]) == (5, 10)
    assert read.headers["etag"] == f'"{read.json["version"]}"'
    movements = client.simulate_get(f"{where}/movements", headers=headers, query_string="per_page=2").json
    assert [(m["type"], m["quantity"], m["reason"], m["staff"]) for m in movements["items"]] == [
        ("count", -1, "yearly count", "Kim"), ("damage", -2, "dropped", "Kim"),
    ]  # fmt: skip
    older = client.simulate_get(f"{where}/movements", headers=headers, params={"cursor": movements["next_cursor"]}).json
    assert ([m["type"] for m in older["items"]], older["next_cursor"], older["total"]) == (["receipt"], None, 3)


def test_a_count_or_a_change_of_an_old_version_is_refused(
    client: TestClient, headers: dict[str, str], variant: UUID
) -> None:
    before = stock(client, headers, variant)
    stale = headers | {"If-Match": '"1"'}
    counted = client.simulate_post(f"{INVENTORY}/{variant}/counts", headers=stale, json={"quantity": 1})
    changed = client.simulate_patch(f"{INVENTORY}/{variant}", headers=stale, json={"low_threshold": 1})
    for refused in (counted, changed):
        assert (refused.status_code, refused.json["code"], refused.json["on_hand"]) == (412, "stock-changed", 40)
    assert stock(client, headers, variant) == before


@pytest.mark.parametrize(
    ("part", "body", "status", "code"),
    [
        *(("counts", {"quantity": q}, 422, "invalid-input") for q in (-1, 1.5, "2", True, None, 2**31, 2**62)),
        *(("adjustments", {"type": "receipt", "quantity": q}, 422, "invalid-input") for q in (0, -1, 1.5, "2", 2**31)),
        ("adjustments", {"type": "sale", "quantity": -1}, 422, "invalid-input"),
        ("adjustments", {"type": "correction", "quantity": -41}, 409, "stock-too-low"),
        ("adjustments", {"type": "return", "quantity": 1, "order_id": str(uuid4())}, 422, "invalid-input"),
        ("counts", {"quantity": 1, "colour": "blue"}, 422, "invalid-input"),
    ],
)
def test_what_cannot_have_happened_on_a_shelf_is_refused(
    client: TestClient, headers: dict[str, str], variant: UUID, part: str, body: object, status: int, code: str
) -> None:
    before = stock(client, headers, variant)
    answer = client.simulate_post(f"{INVENTORY}/{variant}/{part}", headers=headers, json=body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert stock(client, headers, variant) == before


def test_one_idempotency_key_receives_once(client: TestClient, headers: dict[str, str], variant: UUID) -> None:
    with_key = headers | {"Idempotency-Key": "a-box-of-ten"}
    body = {"type": "receipt", "quantity": 10}
    first, second = (
        client.simulate_post(f"{INVENTORY}/{variant}/adjustments", headers=with_key, json=body) for _ in range(2)
    )
    assert first.json == second.json
    assert stock(client, headers, variant)["on_hand"] == 50


def test_the_list_filters_and_tells_the_total(
    client: TestClient, headers: dict[str, str], variant: UUID, make: Builders
) -> None:
    make.cart((make.variant(stock=1, title="Lamp"), 1))

    def titles(**query: object) -> list[str]:
        return [s["title"] for s in client.simulate_get(INVENTORY, headers=headers, params=query).json["items"]]

    assert titles() == ["Lamp", "Blue mug"]
    assert titles(q="mug") == ["Blue mug"]
    assert titles(out="true") == ["Lamp"]
    assert titles(low="true") == []
    assert client.simulate_get(INVENTORY, headers=headers, params={"per_page": 1}).json["total"] == 2


def test_what_is_no_longer_counted_is_not_there(client: TestClient, headers: dict[str, str], variant: UUID) -> None:
    where = f"{INVENTORY}/{variant}"
    assert client.simulate_patch(where, headers=headers, json={"tracked": False}).status_code == 204
    for part in ("", "/explain"):
        gone = client.simulate_get(where + part, headers=headers)
        assert (gone.status_code, gone.json["code"]) == (404, "variant-not-tracked")
    assert client.simulate_patch(where, headers=headers, json={"tracked": True}).json["on_hand"] == 0


def test_an_explanation_and_the_holds_show_no_cart_that_could_be_opened(
    client: TestClient, headers: dict[str, str], variant: UUID, make: Builders
) -> None:
    cart = make.cart((variant, 2))
    explained = client.simulate_get(f"{INVENTORY}/{variant}/explain", headers=headers)
    held = client.simulate_get(f"{INVENTORY}/{variant}/reservations", headers=headers)
    assert (explained.json["moved"], explained.json["held"], explained.json["agrees"]) == (40, 2, True)
    assert explained.json["holds"] == held.json["items"]
    assert held.json["items"][0]["cart"] == f"{str(cart.id)[:8]}…"
    assert str(cart.id) not in explained.text + held.text


def test_the_stock_is_proved_and_repaired(
    client: TestClient, headers: dict[str, str], variant: UUID, shop: Commerce
) -> None:
    proved = {"discrepancies": [], "checked": 1, "next_cursor": None}
    assert client.simulate_get(f"{INVENTORY}/verify", headers=headers).json == proved
    with shop.database.read() as session:
        session.connection.execute("UPDATE inventory_items SET available_qty = 41")
    [found] = client.simulate_get(f"{INVENTORY}/verify", headers=headers).json["discrepancies"]
    assert (found["problems"], found["available_qty"], found["moved"]) == (["on-hand-differs-from-ledger"], 41, 40)
    [repaired] = client.simulate_post(f"{INVENTORY}/repair", headers=headers).json["repaired"]
    assert (repaired["before"]["available"], repaired["after"]["available"]) == (41, 40)
    assert client.simulate_get(f"{INVENTORY}/verify", headers=headers).json == proved


@pytest.mark.parametrize(("method", "path"), [("GET", "verify"), ("POST", "repair")])
def test_the_proof_goes_on_where_it_stopped_and_nowhere_else(
    client: TestClient, headers: dict[str, str], variant: UUID, shop: Commerce, method: str, path: str
) -> None:
    with shop.database.read() as session:
        session.connection.execute("UPDATE inventory_items SET available_qty = 41")
    where = f"{INVENTORY}/{path}"
    behind = client.simulate_request(method, where, headers=headers, params={"cursor": str(variant)})
    assert (behind.status_code, behind.json["checked"], behind.json["next_cursor"]) == (200, 0, None)
    refused = client.simulate_request(method, where, headers=headers, params={"cursor": "7"})
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "invalid-cursor")
    assert stock(client, headers, variant)["on_hand"] == 41, "nothing was repaired"


def test_one_idempotency_key_is_for_one_part_of_the_repair(
    client: TestClient, headers: dict[str, str], variant: UUID
) -> None:
    with_key = headers | {"Idempotency-Key": "a-repair"}
    where = f"{INVENTORY}/repair"
    assert client.simulate_post(where, headers=with_key).json["checked"] == 1
    replayed = client.simulate_post(where, headers=with_key)
    assert (replayed.json["checked"], replayed.headers["idempotency-replayed"]) == (1, "true")
    other = client.simulate_post(where, headers=with_key, params={"cursor": str(variant)})
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")


def test_support_may_look_but_not_touch(client: TestClient, shop: Commerce, variant: UUID) -> None:
    support = log_in(shop, Role.SUPPORT)
    before = stock(client, support, variant)
    where = f"{INVENTORY}/{variant}"
    for refused in (
        client.simulate_post(f"{where}/adjustments", headers=support, json=AdjustStock.example),
        client.simulate_post(f"{where}/counts", headers=support, json=CountStock.example),
        client.simulate_patch(where, headers=support, json=ChangeStock.example),
        client.simulate_post(f"{INVENTORY}/repair", headers=support),
    ):
        assert refused.status_code == 403
    for part in ("", "/movements", "/reservations", "/explain"):
        assert client.simulate_get(where + part, headers=support).status_code == 200
        assert client.simulate_get(where + part).status_code == 401
    assert stock(client, support, variant) == before
