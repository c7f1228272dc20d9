"""Nobody sets what is not theirs to set by naming a column of the database."""

from collections import defaultdict
from typing import Any

import pytest
from attrs import evolve
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.wiring import Commerce
from tests.http.audited_calls import CALLS, STAFF_EMAIL, STAFF_PASSWORD, Call, Scene
from tests.http.cast import bearer, contents, gather
from tests.http.test_access_matrix import OWN, shopping

# What the shop itself decides, whatever table it stands in. No request has a field of these names.
THE_SHOPS_OWN = {
    "id", "created_at", "updated_at", "version", "password_hash", "token_hash", "prefix", "disabled_at", "erased_at",
    "email_verified_at", "revoked_at", "last_used_at", "merged_into_id", "customer_id", "created_by", "actor_id",
    "paid_at", "placed_at", "number", "payment_status", "fulfillment_status", "total_amount", "unit_price_amount",
    "available_qty", "reserved_qty", "uses", "attempts", "processed_at", "permissions",
}  # fmt: skip

NAMED_BY_STAFF = {
    # A way of shipping has a word for an id, which storefronts know it by: the staff chooses it, and only once.
    "POST /v1/admin/shipping-zones/{zone_id}/options": {"id"},
    # Whom an order is written down for is what the staff is told on the telephone.
    "POST /v1/admin/draft-orders": {"customer_id"},
    "PATCH /v1/admin/draft-orders/{draft_order_id}": {"customer_id"},
}


@pytest.fixture
def scene(shop: Commerce, make: Builders, gateway: FakeGateway, client: TestClient, database_url: str) -> Scene:
    shop.staff.create(SYSTEM, STAFF_EMAIL, "Ada", Role.ADMIN, STAFF_PASSWORD)
    session = shop.staff.log_in(STAFF_EMAIL, STAFF_PASSWORD, Origin())
    return Scene(shop, make, gateway, client, bearer(session.access_token), database_url)


def written(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any], Any]]:
    """Every operation that takes JSON: who may call it, the fields of its body, and an example."""
    found = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            content = told.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                schema = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
                found[f"{method.upper()} {path}"] = told["x-access"], schema["properties"], content.get("example", {})
    return found


def test_no_request_has_a_field_that_is_the_shops_own_to_decide(client: TestClient) -> None:
    for name, (_, fields, _) in written(client.simulate_get("/openapi.json").json).items():
        assert set(fields) & THE_SHOPS_OWN == NAMED_BY_STAFF.get(name, set()), name


def test_every_column_of_the_database_is_refused_by_every_operation_that_does_not_know_it(scene: Scene) -> None:
    cast = gather(scene)
    columns = {
        name
        for (name,) in scene.ask("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'")
    }
    assert columns >= THE_SHOPS_OWN - {"created_by", "permissions"}
    scene.shop.default_rules.load(SYSTEM)
    cart = scene.make.cart((scene.variant(), 1))
    shop_calls = shopping(str(cart.id), str(cart.items[0].id), str(cart.id), str(scene.variant()))
    tokens = {"public": None, "customer": cast.customer, "staff": scene.headers["Authorization"].split()[1]}
    operations = written(scene.client.simulate_get("/openapi.json").json)
    calls = {}
    for name, (_, _, example) in operations.items():
        path = name.split()[1].format_map(defaultdict(lambda: cart.id))
        calls[name] = (
            CALLS[name][0](scene) if name in CALLS else shop_calls.get(name, Call(path, OWN.get(name, example)))
        )
    before = contents(scene)
    wrong: dict[str, object] = {}
    for name, (access, fields, _) in operations.items():
        extra = dict.fromkeys(columns - set(fields), 1)
        call = calls[name]
        headers = {"Idempotency-Key": "mass-assignment-0001", **call.headers, **bearer(tokens[access])}
        sent = evolve(call, body={**call.body, **extra}, headers=headers)
        answer = evolve(scene, headers={}).send(name.split()[0], sent)
        told = {(error["pointer"], error["code"]) for error in answer.json.get("errors", ())}
        expected = {(f"/{column}", "unknown-field") for column in extra}  # and nothing else is wrong
        if answer.status_code != 422 or told != expected:
            wrong[name] = (answer.status_code, sorted(told - expected)[:9], len(expected - told))
    assert wrong == {}, "\n".join(f"{key}: {value}" for key, value in wrong.items())
    assert contents(scene) == before
