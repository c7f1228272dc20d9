"""Who may do what, over HTTP: every operation of the served document, asked by everybody who may knock."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from attrs import evolve, frozen
from falcon.testing import Result, TestClient

from commerce_core.access.model import MATRIX, SYSTEM, Origin, Permission, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.wiring import Commerce
from tests.http.audited_calls import (
    CALLS,
    STAFF_EMAIL,
    STAFF_PASSWORD,
    Call,
    Prepared,
    Scene,
    draft_body,
    sells_by_invoice,
)
from tests.http.cast import PASSWORD, Cast, bearer, contents, gather
from tests.http.readings import READINGS


def _plain_draft(scene: Scene) -> Call:
    """Without a discount by hand, which is for those alone who may give any."""
    body = {name: value for name, value in draft_body(scene).items() if name != "discount"}
    return Call("/v1/admin/draft-orders", body)


PREPARED: dict[str, Prepared] = {
    **{name: prepare for name, (prepare, _) in CALLS.items()},
    **READINGS,
    "POST /v1/admin/draft-orders": _plain_draft,
}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/|$)")
NOBODY = {"token-required", "session-invalid", "api-key-invalid"}
# What a key with the declared permission alone may not do: nobody gives, changes or ends what they do not have.
GIVES_MORE = ("/v1/admin/api-keys", "/v1/admin/staff")
# Lists that are kept of a variant, and empty for one that was never counted, or never there.
EMPTY_LISTS = {f"GET /v1/admin/inventory/{{variant_id}}/{what}" for what in ("movements", "reservations")}


@frozen
class Declared:
    """One operation of the document."""

    name: str
    access: str
    permission: Permission | None
    also: frozenset[Permission]
    statuses: frozenset[str]

    @property
    def method(self) -> str:
        return self.name.split()[0]


def declared(client: TestClient) -> list[Declared]:
    """Every operation. One that says not who may call it fails here."""
    paths: dict[str, dict[str, Any]] = client.simulate_get("/openapi.json").json["paths"]
    return [
        Declared(
            f"{method.upper()} {path}",
            told["x-access"],
            Permission(told["x-permission"]) if "x-permission" in told else None,
            frozenset(map(Permission, told.get("x-permission-also", ()))),
            frozenset(told["responses"]),
        )
        for path, methods in paths.items()
        for method, told in methods.items()
    ]


@pytest.fixture
def scene(shop: Commerce, make: Builders, gateway: FakeGateway, client: TestClient, database_url: str) -> Scene:
    shop.staff.create(SYSTEM, STAFF_EMAIL, "Ada", Role.ADMIN, STAFF_PASSWORD)
    session = shop.staff.log_in(STAFF_EMAIL, STAFF_PASSWORD, Origin())
    return Scene(shop, make, gateway, client, bearer(session.access_token), database_url)


@pytest.fixture
def cast(scene: Scene) -> Cast:
    return gather(scene)


def asked(scene: Scene, operation: Declared, call: Call, token: str | None) -> Result:
    """The answer somebody gets. A call that brings its own token has it replaced."""
    headers = {name: value for name, value in call.headers.items() if name != "Authorization"} | bearer(token)
    return evolve(scene, headers={}).send(operation.method, evolve(call, headers=headers))


def not_shut(scene: Scene, operation: Declared, call: Call, strangers: Mapping[str, str | None]) -> dict[str, object]:
    """Whom the door did not turn away."""
    wrong: dict[str, object] = {}
    for who, token in strangers.items():
        answer = asked(scene, operation, call, token)
        if answer.status_code != 401 or answer.json["code"] not in NOBODY or "401" not in operation.statuses:
            wrong[f"{operation.name}, {who}"] = answer.text
    return wrong


def elsewhere(call: Call) -> Call:
    """The same call about things that are not there."""
    return evolve(call, path=_ID.sub(lambda found: str(uuid4()) if "-" in found[0] else "999999999", call.path))


def test_every_operation_of_staff_is_in_the_tables_of_calls(client: TestClient) -> None:
    of_staff = [operation for operation in declared(client) if operation.access == "staff"]

    assert {operation.name for operation in of_staff} == set(PREPARED)
    # Without a permission: one's own account, where only the door decides.
    own = {operation.name for operation in of_staff if operation.permission is None}
    assert {name.split()[1].split("/")[3] for name in own} == {"auth"}


def test_what_staff_may_do_is_closed_to_everybody_else(scene: Scene, cast: Cast) -> None:
    wrong: dict[str, object] = {}
    operations = {operation.name: operation for operation in declared(scene.client) if operation.access == "staff"}
    own_account = [name for name in CALLS if operations[name].permission is None]  # last: it ends with logging out
    for name in [*(name for name in CALLS if name not in own_account), *READINGS, *own_account]:
        operation = operations[name]
        call = PREPARED[name](scene)
        before = contents(scene)
        for about in (call, elsewhere(call)):
            wrong |= not_shut(scene, operation, about, cast.strangers_to_staff)
            for who, token in may_not(cast, operation).items():
                answer = asked(scene, operation, about, token)
                if (answer.status_code, answer.json["code"]) != (403, "permission-denied"):
                    wrong[f"{name}, {who}"] = answer.text
                if "403" not in operation.statuses:
                    wrong[f"{name}, undeclared"] = 403
        if (after := contents(scene)) != before:
            wrong[f"{name}, changed"] = [table for table in after if after[table] != before[table]]
        wrong |= opened(scene, cast, operation, call)
    assert wrong == {}, "\n".join(f"{key}: {value}" for key, value in wrong.items())


def may_not(cast: Cast, operation: Declared) -> dict[str, str]:
    """Who is known, and may not."""
    if operation.permission is None:
        return {}
    needed = {operation.permission, *operation.also}
    roles = {
        role.value: token
        for role, token in cast.staff.items()
        if any(role not in MATRIX[permission] for permission in needed)
    }
    return {**roles, **{f"key without {one.value}": cast.keys_without[one] for one in needed}}


def opened(scene: Scene, cast: Cast, operation: Declared, call: Call) -> dict[str, object]:
    """What is wrong with the answers of those who may: the very call that was closed to others, then one to nowhere."""
    wrong: dict[str, object] = {}
    permission = operation.permission
    if permission is None or operation.name.split()[1].startswith(GIVES_MORE):
        answer = scene.send(operation.method, call)
    else:
        token = cast.holding(permission, *operation.also) if operation.also else cast.keys[permission]
        answer = asked(scene, operation, call, token)
    if answer.status_code >= 300 or str(answer.status_code) not in operation.statuses:
        wrong[f"{operation.name}, who may"] = answer.text
    allowed = cast.staff if permission is None else {role: cast.staff[role] for role in MATRIX[permission]}
    if "{" in operation.name and permission and operation.name not in EMPTY_LISTS:
        for role, token in allowed.items():
            answer = asked(scene, operation, elsewhere(call), token)
            if answer.status_code != 404 or "404" not in operation.statuses:
                wrong[f"{operation.name}, {role.value} about nothing"] = answer.text
    return wrong


# --- customers --------------------------------------------------------------------------------------------------------

PLACE = {"name": "Ana", "line1": "7 Gasse", "city": "Wien", "country": "AT"}
ME = "/v1/store/me"
# In an order in which each is still possible after those before it.
OWN: dict[str, Any] = {
    f"GET {ME}": None,
    f"PATCH {ME}": {"name": "Anna"},
    f"GET {ME}/orders": None,
    f"GET {ME}/export": None,
    f"POST {ME}/email": {"email": "ann@example.com", "password": PASSWORD},
    f"GET {ME}/addresses": None,
    f"POST {ME}/addresses": {"address": PLACE},
    f"GET {ME}/addresses/{{address_id}}": None,
    f"PATCH {ME}/addresses/{{address_id}}": {"default_billing": True},
    f"DELETE {ME}/addresses/{{address_id}}": None,
    "POST /v1/store/auth/refresh": None,
    f"POST {ME}/password": {"current": PASSWORD, "new": f"{PASSWORD} staple"},
    "POST /v1/store/auth/logout": None,
    f"DELETE {ME}": None,
}


def test_what_a_customer_may_do_is_closed_to_everybody_else(scene: Scene, cast: Cast) -> None:
    wrong: dict[str, object] = {}
    operations = {operation.name: operation for operation in declared(scene.client) if operation.access == "customer"}
    assert set(operations) == set(OWN)
    strangers = cast.strangers_to_customers
    token = cast.customer
    for name, body in OWN.items():
        operation = operations[name]
        if name == f"DELETE {ME}":
            token = log_in(scene)
        made = asked(scene, operations[f"POST {ME}/addresses"], Call(f"{ME}/addresses", {"address": PLACE}), token)
        call = Call(name.split()[1].format(address_id=made.json["id"]), body)
        before = contents(scene)
        wrong |= not_shut(scene, operation, call, strangers)
        if "{" in name:
            for about, other in ((call, cast.other_customer), (elsewhere(call), token)):
                answer = asked(scene, operation, about, other)
                if (answer.status_code, answer.json["code"]) != (404, "address-not-found"):
                    wrong[f"{name}, another's or nobody's"] = answer.text
        if contents(scene) != before:
            wrong[f"{name}, changed"] = True
        answer = asked(scene, operation, call, token)
        if answer.status_code >= 300 or str(answer.status_code) not in operation.statuses:
            wrong[f"{name}, own"] = answer.text
        token = (answer.json or {}).get("access_token", token) if answer.text else token
        if name == "POST /v1/store/auth/logout":
            assert asked(scene, operation, call, token).status_code == 401
            token = log_in(scene)
    assert wrong == {}, "\n".join(f"{key}: {value}" for key, value in wrong.items())


def log_in(scene: Scene) -> str:
    known = {"email": "ana@example.com", "password": f"{PASSWORD} staple"}
    return str(scene.client.simulate_post("/v1/store/auth/login", json=known).json["access_token"])


# --- whoever holds the id ---------------------------------------------------------------------------------------------

CART = "/v1/store/cart/{cart_id}"


def shopping(cart_id: str, item_id: str, order_id: str, variant_id: str, invoice_id: str = "") -> dict[str, Call]:
    """One call of every operation that a customer's token matters to."""
    item = {"variant_id": variant_id, "quantity": 1}
    place = f"/v1/store/cart/{cart_id}"
    buy = {
        "cart_id": cart_id, "email": "ana@example.com", "shipping_address": PLACE, "shipping_option_id": "standard",
        "payment_method": "manual",
    }  # fmt: skip
    return {
        f"GET {CART}": Call(place),
        f"PATCH {CART}": Call(place, {"notes": "By the door"}),
        f"POST {CART}/items": Call(f"{place}/items", item),
        f"PATCH {CART}/items/{{item_id}}": Call(f"{place}/items/{item_id}", {"quantity": 2}),
        f"POST {CART}/discount": Call(f"{place}/discount", {"code": "SPRING"}),
        f"DELETE {CART}/discount": Call(f"{place}/discount"),
        f"GET {CART}/shipping-options": Call(f"{place}/shipping-options"),
        "POST /v1/store/checkout": Call("/v1/store/checkout", buy, headers={"Idempotency-Key": str(uuid4())}),
        f"DELETE {CART}/items/{{item_id}}": Call(f"{place}/items/{item_id}"),
        "GET /v1/store/orders/{order_id}": Call(f"/v1/store/orders/{order_id}"),
        "POST /v1/store/orders/{order_id}/pay": Call(f"/v1/store/orders/{order_id}/pay"),
        "GET /v1/store/orders/{order_id}/invoice.pdf": Call(f"/v1/store/orders/{order_id}/invoice.pdf"),
        "GET /v1/store/orders/{order_id}/invoices": Call(f"/v1/store/orders/{order_id}/invoices"),
        "GET /v1/store/orders/{order_id}/invoices/{invoice_id}.pdf": Call(
            f"/v1/store/orders/{order_id}/invoices/{invoice_id}.pdf"
        ),
    }


def test_a_customers_cart_and_orders_are_theirs_alone(scene: Scene, cast: Cast) -> None:
    wrong: dict[str, object] = {}
    operations = {operation.name: operation for operation in declared(scene.client)}
    variant = str(scene.variant())

    def with_token(token: str, path: str, body: Any, **headers: str) -> Any:
        sent = bearer(token) | headers
        answer = scene.client.simulate_post(f"/v1/store/{path}", json=body, headers=sent)
        assert answer.status_code == 201, answer.text
        return answer.json

    def filled() -> Any:
        return with_token(cast.customer, "cart", {"items": [{"variant_id": variant, "quantity": 1}]})

    bought = shopping(filled()["id"], "", "", variant)["POST /v1/store/checkout"]
    order = with_token(cast.customer, "checkout", bought.body, **bought.headers)["order"]["id"]
    sells_by_invoice(scene)
    scene.shop.payments.mark_received(SYSTEM, UUID(order))
    invoice = scene.shop.invoices.issue(SYSTEM, UUID(order)).items[0].id
    cart = filled()
    calls = shopping(cart["id"], cart["items"][0]["id"], order, variant, str(invoice))
    assert {name for name in operations if takes_a_shopper(scene, name)} == {
        *calls,
        "POST /v1/store/cart",
    }
    nobody = {who: token for who, token in cast.strangers_to_customers.items() if token}
    for name, call in calls.items():
        operation = operations[name]
        before = contents(scene)
        for who, token in (("a guest", None), ("another customer", cast.other_customer)):
            answer = asked(scene, operation, call, token)
            if answer.status_code != 404 or "404" not in operation.statuses:
                wrong[f"{name}, {who}"] = answer.text
        nowhere = elsewhere(call)
        if nowhere != call and asked(scene, operation, nowhere, cast.customer).status_code != 404:
            wrong[f"{name}, about nothing"] = True
        wrong |= not_shut(scene, operation, call, nobody)
        if changed(before, contents(scene)) - {"idempotency_keys"}:
            wrong[f"{name}, changed"] = changed(before, contents(scene))
        answer = asked(scene, operation, call, cast.customer)
        expected = 404 if name == f"POST {CART}/discount" else 200
        if answer.status_code not in {expected, 201} or str(answer.status_code) not in operation.statuses:
            wrong[f"{name}, own"] = answer.text
    assert wrong == {}, "\n".join(f"{key}: {value}" for key, value in wrong.items())


def takes_a_shopper(scene: Scene, name: str) -> bool:
    method, path = name.split()
    told = scene.client.simulate_get("/openapi.json").json["paths"][path][method.lower()]
    return {} in told.get("security", [])


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {table for table in after if after[table] != before[table]}
