"""Requests nobody would think of, generated from the document: no 5xx, no answer that the document does not tell."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from attrs import frozen
from falcon.testing import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.wiring import Commerce
from tests.http.audited_calls import STAFF_EMAIL, STAFF_PASSWORD, Scene
from tests.http.cast import bearer, gather
from tests.http.conftest import LogLines

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
# What any address may answer, told once in the document under `default`: what Falcon or the server cannot read.
ANYWHERE = {"bad-request"}
# They take away what the one who asks asks with, so they come last.
ENDINGS = ("/auth/logout", "/v1/store/me", "/auth/password", "/me/password", "/staff/{member_id}", "/auth/sessions")


@pytest.fixture
def scene(shop: Commerce, make: Builders, gateway: FakeGateway, client: TestClient, database_url: str) -> Scene:
    shop.staff.create(SYSTEM, STAFF_EMAIL, "Ada", Role.ADMIN, STAFF_PASSWORD)
    session = shop.staff.log_in(STAFF_EMAIL, STAFF_PASSWORD, Origin())
    return Scene(shop, make, gateway, client, bearer(session.access_token), database_url)


@frozen
class Fuzz:
    """A shop with something of everything in it, and people who ask for anything."""

    scene: Scene
    tokens: dict[str, list[str | None]]  # by who may call
    things: dict[str, str]
    chance: random.Random

    def run(self, each: int) -> tuple[int, list[str]]:
        """`each` requests to each operation; returns how many those were, and what is wrong with the answers."""
        schema = schemathesis.openapi.from_wsgi("/openapi.json", self.scene.client.app)
        operations = [found.ok() for found in schema.get_all_operations()]
        operations.sort(key=lambda one: one.path.endswith(ENDINGS))
        wrong: list[str] = []
        asked = 0
        for operation in operations:
            for case, told in self._asked(operation, each):
                asked += 1
                if told:
                    wrong.append(f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {told}"[:1500])
        return asked, wrong

    def _asked(self, operation: Any, each: int) -> Iterator[tuple[Any, str]]:
        found: list[tuple[Any, str]] = []

        @seed(self.chance.randrange(2**32))
        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
        def ask(case: Any) -> None:
            for name in case.path_parameters or {}:
                if name in self.things and self.chance.random() < 0.6:
                    case.path_parameters[name] = self.things[name]
            found.append((case, self._told(operation, case)))

        ask()
        yield from found

    def _told(self, operation: Any, case: Any) -> str:
        raw = operation.definition.raw
        doors = [raw["x-access"]] if self.chance.random() < 0.9 else list(self.tokens)
        answer = case.call(headers=bearer(self.chance.choice(self.tokens[self.chance.choice(doors)])))
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as failed:
            return "\n".join(map(str, failed.exceptions))
        if str(answer.status_code) in raw["responses"]:
            return ""
        code = answer.json().get("code")
        return "" if code in ANYWHERE else f"undeclared status {answer.status_code} {code}"


@pytest.fixture
def fuzz(scene: Scene) -> Fuzz:
    cast = gather(scene)
    product = scene.product()
    cart = scene.make.cart((scene.variant(), 2))
    things = {
        "product_id": product["id"],
        "slug": product["slug"],
        "variant_id": product["variants"][0]["id"],
        "cart_id": str(cart.id),
        "item_id": str(cart.items[0].id),
        "order_id": str(scene.order().id),
        "customer_id": scene.customer(),
        "tag_id": scene.tag(),
        "category_id": scene.category(),
        "redirect_id": scene.redirect(),
        "discount_id": scene.discount(),
        "event_id": scene.dead("outbox_events"),
        "message_id": scene.dead("webhook_events"),
        "tax_rate_id": scene.tax_rate(),
        "zone_id": scene.zone()["id"],
        "case_id": scene.case(),
    }
    people: list[str | None] = [cast.customer, cast.other_customer]
    administrator = cast.staff[Role.ADMIN]  # gets further than the others
    tokens = {
        "public": [None, None, None, *people],
        "customer": people,
        "staff": [*cast.staff.values(), administrator, administrator],
    }
    return Fuzz(scene, tokens, things, random.Random(8))


def test_hundreds_of_requests_are_answered_as_the_document_says(fuzz: Fuzz, log_lines: LogLines) -> None:
    asked, wrong = fuzz.run(2)

    assert wrong == [], "\n".join(wrong)
    assert asked >= 200
    assert log_lines.of("internal error") == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_ten_thousand_requests_are_answered_as_the_document_says(fuzz: Fuzz, log_lines: LogLines) -> None:
    asked, wrong = fuzz.run(90)

    assert wrong == [], "\n".join(wrong)
    assert asked >= 10_000
    assert log_lines.of("internal error") == []
