"""The document is what the server does."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import falcon.inspect
import pytest
from attrs import frozen
from falcon.testing import TestClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from adapters_http.app import create_app, routes
from adapters_http.fields import Limits
from adapters_http.openapi import document
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.errors import Conflict
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.wiring import Commerce

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def test_the_served_document_is_valid(client: TestClient) -> None:
    OpenAPIV31SpecValidator(client.simulate_get("/openapi.json").json).validate()


def test_the_document_and_the_routes_are_equal(shop: Commerce, client: TestClient) -> None:
    served = client.simulate_get("/openapi.json").json["paths"]
    told = {(path, method.upper()) for path, methods in served.items() for method in methods}

    inspected = falcon.inspect.inspect_routes(create_app(shop))
    there = {
        (route.path, method.method)
        for route in inspected
        for method in route.methods
        if method.method in METHODS and not method.internal
    }
    assert told == there
    assert {path for path, _ in told} == set(routes(shop))


def test_operation_ids_are_unique(client: TestClient) -> None:
    paths = client.simulate_get("/openapi.json").json["paths"].values()
    ids = [operation["operationId"] for methods in paths for operation in methods.values()]

    assert len(ids) == len(set(ids))


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@frozen
class Part:
    """A part."""

    name: str
    parts: tuple["Part", ...] = ()


@frozen
class Thing:
    """A thing."""

    id: UUID
    price: Money | None
    colour: Colour | None
    kind: Literal["a", "b"]
    attributes: dict[str, str]
    part: Part | None


@frozen
class Change:
    """A change."""

    example = {"quantity": 2}  # noqa: RUF012 - a constant, not a field
    quantity: Annotated[int, Limits(1, 99)]
    code: Annotated[str, Limits(most=4, pattern="[A-Z]+")] = "X"
    email: str | Unset | None = UNSET
    part: Part | None = None


@frozen
class Search:
    page: Annotated[int, Limits(1)] = 1


@frozen
class Tokens:
    x_order_token: str


@frozen
class Refused(Conflict):
    """It does not fit."""

    code = "test-refused"
    detail = "It does not fit."


@frozen
class Things:
    @operation(
        "Change a thing",
        answers={200: Thing, 204: None},
        refusals=(Refused,),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.REQUIRED,
    )
    def on_patch(self, thing_id: UUID, actor: Actor, body: Change, if_match: int | None) -> Answer:
        """At once."""
        return Answer.nothing()

    @operation("List things", answers={200: Page[Thing]}, etag=True)
    def on_get(self, thing_id: UUID, query: Search, headers: Tokens) -> Answer:
        return Answer.nothing()


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document({"/v1/store/things/{thing_id}": Things()})


def test_a_document_of_everything_is_valid(made: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(made).validate()


def test_answers_have_all_their_fields_and_requests_no_others(made: dict[str, Any]) -> None:
    schemas = made["components"]["schemas"]

    assert schemas["Thing"]["required"] == ["id", "price", "colour", "kind", "attributes", "part"]
    assert "additionalProperties" not in schemas["Thing"]
    assert schemas["Thing"]["properties"]["colour"] == {"type": ["string", "null"], "enum": ["red", "blue", None]}
    assert schemas["Thing"]["properties"]["kind"] == {"enum": ["a", "b"]}
    assert schemas["Thing"]["properties"]["price"]["anyOf"][0] == {"$ref": "#/components/schemas/Money"}
    assert schemas["ThingPage"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Thing"}
    assert schemas["Change"]["required"] == ["quantity"]
    assert schemas["Change"]["additionalProperties"] is False
    assert schemas["Change"]["properties"]["quantity"] | {"format": ""} == {
        "type": "integer", "minimum": 1, "maximum": 99, "format": "",
    }  # fmt: skip
    assert schemas["Change"]["properties"]["email"] == {"type": ["string", "null"]}
    assert schemas["Part"]["required"] == ["name", "parts"]
    assert schemas["PartInput"]["required"] == ["name"]


def test_an_operation_tells_what_it_needs_and_refuses(made: dict[str, Any]) -> None:
    path = made["paths"]["/v1/store/things/{thing_id}"]
    patch, get = path["patch"], path["get"]

    assert patch["operationId"] == "patchStoreThingsByThingId"
    assert patch["tags"] == ["store things"]
    assert patch["security"] == [{"staffToken": []}]
    assert patch["x-permission"] == "catalog:write"
    assert list(patch["requestBody"]["content"]) == ["application/json", "application/merge-patch+json"]
    assert all(sent["example"] == {"quantity": 2} for sent in patch["requestBody"]["content"].values())
    required = {parameter["name"]: parameter["required"] for parameter in patch["parameters"]}
    assert required == {"thing_id": True, "Idempotency-Key": True, "If-Match": False}
    refused = {"400", "401", "403", "404", "409", "413", "415", "422", "429", "default"}
    assert {"200", "204"} | refused == set(patch["responses"])
    refusal = patch["responses"]["409"]
    assert "`test-refused`: It does not fit." in refusal["description"]
    codes = refusal["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"]["enum"]
    assert codes == ["test-refused", "idempotency-in-progress", "idempotency-answer-lost"]
    names = [parameter["name"] for parameter in get["parameters"]]
    assert names == ["thing_id", "page", "X-Order-Token", "If-None-Match"]
    assert "304" in get["responses"]


def test_a_route_whose_parts_differ_from_the_responder_is_refused() -> None:
    with pytest.raises(TypeError, match="different parts"):
        document({"/things/{id}": Things()})


def test_two_classes_of_one_name_stay_apart() -> None:
    @frozen
    class Thing:
        other: str

    class Others:
        @operation("Other", answers={200: Thing})
        def on_get(self) -> Answer:
            return Answer(Thing("x"))

    made = document({"/things/{thing_id}": Things(), "/others": Others()})
    shape = made["paths"]["/others"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    assert list(made["components"]["schemas"][shape.rsplit("/", 1)[1]]["properties"]) == ["other"]
