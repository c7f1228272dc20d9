"""What happens around every responder."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid4

import falcon
import pytest
from attrs import field, frozen
from falcon.testing import Result, TestClient

from adapters_http.app import assemble
from adapters_http.endpoint import Gate
from adapters_http.logs import request_logger
from adapters_http.operation import Access, Answer, Idempotent, Media, operation
from commerce_core.access.model import SYSTEM, Actor, Origin, Permission, Role
from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion, TooMany, Unavailable
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce
from tests.http.conftest import LogLines

ClientOf = Callable[[Mapping[str, object]], TestClient]


@frozen
class Wanted:
    """What to make."""

    example: ClassVar[dict[str, Any]] = {"name": "lamp"}
    name: str


@frozen
class Made:
    """What was made."""

    name: str
    calls: int


@frozen
class SoldOut(Conflict):
    """There is none left."""

    code = "test-sold-out"
    detail = "Only {available} left at {price}."
    available: int
    price: Money
    status: str


@frozen
class Gone(NotFound):
    """It is not there."""

    code = "test-gone"
    detail = "It is not there."


@frozen
class Changed(StaleVersion):
    """Somebody was faster."""

    code = "test-changed"
    detail = "It is at another version."


@frozen
class Away(Unavailable):
    """A dependency is away."""

    code = "test-away"
    detail = "It is away."


@frozen
class Hurried(TooMany):
    """Too fast."""

    code = "test-hurried"
    detail = "Slow down."


@frozen
class Workshop:
    """A resource that does one of everything."""

    calls: list[str] = field(factory=list)
    fails: list[Exception] = field(factory=list)

    @operation("Make", answers={201: Made}, refusals=(Gone,), idempotency=Idempotent.HONOURED)
    def on_post(self, body: Wanted) -> Answer:
        self.calls.append(body.name)
        if self.fails:
            raise self.fails.pop()
        return Answer.created(Made(body.name, len(self.calls)), f"/made/{len(self.calls)}")

    @operation(
        "Make for sure", answers={200: Made}, idempotency=Idempotent.REQUIRED, owner=lambda given: given["body"].name
    )
    def on_put(self, body: Wanted) -> Answer:
        self.calls.append(body.name)
        return Answer(Made(body.name, len(self.calls)))

    @operation("Look", answers={200: Made, 301: None}, etag=True)
    def on_get(self) -> Answer:
        return Answer(b'{"name":"lamp","calls":0}')

    @operation("Fail", answers={204: None, 200: Media("text/csv")}, refusals=(SoldOut, Gone, Changed, Away, Hurried))
    def on_delete(self) -> Answer:
        if self.fails:
            raise self.fails.pop()
        return Answer.nothing()


@frozen
class Carts:
    """A resource below a cart."""

    calls: list[str] = field(factory=list)

    @operation("Add", answers={201: Made}, idempotency=Idempotent.HONOURED)
    def on_post(self, cart_id: UUID, body: Wanted) -> Answer:
        self.calls.append(f"{cart_id} {body.name}")
        return Answer(Made(body.name, len(self.calls)), 201)

    @operation("Change", answers={200: Made, 204: None}, refusals=(Changed,))
    def on_patch(self, cart_id: UUID, if_match: int | None) -> Answer:
        if if_match == 0:
            raise Changed
        return Answer(Made(str(cart_id), if_match or -1)).at_version(7)


@frozen
class Office:
    """A resource for staff."""

    @operation("Who?", answers={200: object}, access=Access.STAFF, permission=Permission.ORDERS_READ)
    def on_get(self, actor: Actor, origin: Origin) -> Answer:
        return Answer({"name": actor.name, "address": origin.address, "known": actor.origin.address})

    @operation("Do", answers={200: Made}, access=Access.STAFF, idempotency=Idempotent.HONOURED)
    def on_post(self, body: Wanted) -> Answer:
        return Answer(Made(body.name, len(uuid4().bytes)))


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture
def carts() -> Carts:
    return Carts()


@pytest.fixture
def client(client_of: ClientOf, workshop: Workshop, carts: Carts) -> TestClient:
    return client_of({"/workshop": workshop, "/carts/{cart_id}/items": carts, "/office": Office()})


KEY = "a-key-nobody-guesses"


def make(client: TestClient, key: str | None = KEY, name: str = "lamp", **options: Any) -> Result:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.simulate_post("/workshop", json={"name": name}, headers=headers, **options)


def test_a_repeat_with_the_same_key_is_answered_from_memory(client: TestClient, workshop: Workshop) -> None:
    first, second = make(client), make(client)

    assert (
        (second.status_code, second.content)
        == (first.status_code, first.content)
        == (201, b'{"name":"lamp","calls":1}')
    )
    assert second.headers["Location"] == first.headers["Location"] == "/made/1"
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert workshop.calls == ["lamp"]


def test_the_same_key_with_another_body_is_refused(client: TestClient, workshop: Workshop) -> None:
    make(client)
    second = make(client, name="chair")

    assert (second.status_code, second.json["code"]) == (422, "idempotency-key-reused")
    assert workshop.calls == ["lamp"]


def test_without_a_key_everything_runs(client: TestClient, workshop: Workshop) -> None:
    make(client, None)
    make(client, None)

    assert workshop.calls == ["lamp", "lamp"]


def test_a_refused_request_may_be_tried_again_with_its_key(client: TestClient, workshop: Workshop) -> None:
    workshop.fails.append(Gone())
    assert make(client).status_code == 404
    assert make(client).status_code == 201

    workshop.fails.append(ZeroDivisionError())
    assert make(client, "another-long-key-1").status_code == 500
    assert make(client, "another-long-key-1").status_code == 201


@pytest.mark.parametrize("key", ["", "short", "x" * 256, "has a space in it-----", "é" * 20])
def test_a_key_nobody_could_rely_on_is_refused(client: TestClient, workshop: Workshop, key: str) -> None:
    answer = make(client, key)

    assert (answer.status_code, answer.json["code"], answer.json["least"]) == (400, "invalid-idempotency-key", 16)
    assert workshop.calls == []


def test_where_a_key_is_required_its_absence_is_refused(client: TestClient, workshop: Workshop) -> None:
    answer = client.simulate_put("/workshop", json={"name": "lamp"})

    assert (answer.status_code, answer.json["code"]) == (400, "idempotency-key-required")
    assert workshop.calls == []


def test_a_key_belongs_to_its_owner_its_operation_and_its_credentials(client: TestClient, carts: Carts) -> None:
    def add(cart: UUID, key: str = "1", **headers: str) -> Result:
        sent = {"Idempotency-Key": key, **headers}
        return client.simulate_post(f"/carts/{cart}/items", json={"name": "x"}, headers=sent)

    one, other = uuid4(), uuid4()
    assert [add(one).json["calls"], add(one).json["calls"], add(other).json["calls"]] == [1, 1, 2]
    assert add(one, **{"X-Order-Token": "t"}).json["calls"] == 3
    assert add(one, Authorization="Bearer t").json["calls"] == 4
    assert len(carts.calls) == 4
    assert client.simulate_put("/workshop", json={"name": "x"}, headers={"Idempotency-Key": "1"}).json["calls"] == 1


def test_a_key_still_running_is_told(client: TestClient, shop: Commerce, workshop: Workshop) -> None:
    shop.idempotency.start(" POST /workshop", KEY, b'{"name": "lamp"}')
    answer = client.simulate_post("/workshop", body=b'{"name": "lamp"}', headers=JSON | {"Idempotency-Key": KEY})

    assert (answer.status_code, answer.json["code"]) == (409, "idempotency-in-progress")
    assert workshop.calls == []


JSON = {"Content-Type": "application/json"}


def test_an_answer_known_to_the_client_is_not_sent_again(client: TestClient) -> None:
    first = client.simulate_get("/workshop")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.simulate_get("/workshop", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert client.simulate_get("/workshop", headers={"If-None-Match": '"x"'}).status_code == 200


def test_head_is_a_get_without_its_body(client: TestClient) -> None:
    got, head = client.simulate_get("/workshop"), client.simulate_head("/workshop")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_version_is_told_and_read_back(client: TestClient) -> None:
    def patch(**headers: str) -> Result:
        return client.simulate_patch(f"/carts/{uuid4()}/items", headers=headers)

    assert patch().headers["ETag"] == '"7"'
    assert patch(**{"If-Match": '"3"'}).json["calls"] == 3
    assert patch(**{"If-Match": "*"}).json["calls"] == -1
    for unknown in ('"x"', "3", 'W/"3"', '"0"', ""):
        assert patch(**{"If-Match": unknown}).status_code == 412


def test_bodies_are_decoded_strictly(client: TestClient, workshop: Workshop) -> None:
    def post(body: bytes, **headers: str) -> tuple[int, str]:
        answer = client.simulate_post("/workshop", body=body, headers=JSON | headers)
        return answer.status_code, answer.json["code"]

    assert post(b'{"name": 1}') == (422, "invalid-input")
    assert post(b'{"name": "a", "name": "b"}') == (400, "malformed-json")
    assert post(b'{"name": "' + b"x" * 65536 + b'"}') == (413, "body-too-large")
    assert post(b'{"name": "a"}', **{"Content-Type": "text/plain"}) == (415, "unsupported-media-type")
    assert workshop.calls == []


def test_a_patch_may_call_itself_a_merge_patch_and_nothing_else_may(client_of: ClientOf, workshop: Workshop) -> None:
    @frozen
    class Bench:
        @operation("Mend", answers={200: Made})
        def on_patch(self, body: Wanted) -> Answer:
            return Answer(Made(body.name, 1))

    client = client_of({"/bench": Bench(), "/workshop": workshop})

    def told(method: str, path: str, kind: str) -> tuple[int, object]:
        answer = client.simulate_request(method, path, body=b'{"name": "a"}', headers={"Content-Type": kind})
        return answer.status_code, answer.json.get("expected")

    for kind in ("application/merge-patch+json", "Application/Merge-Patch+JSON; charset=utf-8", "application/json"):
        assert told("PATCH", "/bench", kind) == (200, None)
    assert told("PATCH", "/bench", "application/json-patch+json") == (
        415,
        "application/json or application/merge-patch+json",
    )
    assert told("POST", "/workshop", "application/merge-patch+json") == (415, "application/json")
    assert workshop.calls == []


def test_a_refusal_that_the_document_lacks_is_logged(shop: Commerce) -> None:
    class Careless:
        @operation("Refuse", answers={200: Made}, refusals=(Changed,))
        def on_get(self) -> Answer:
            raise Gone

    lines = LogLines()
    gate = Gate(shop.operators, shop.accounts, shop.idempotency, 1, request_logger("debug", lines.stream))
    assert TestClient(assemble({"/careless": Careless()}, gate)).simulate_get("/careless").status_code == 404
    assert [(line["code"], line["operation"]) for line in lines.of("undeclared refusal")] == [("test-gone", "Refuse")]


def test_staff_operations_ask_who_is_there(client: TestClient, shop: Commerce) -> None:
    for authorization in (None, "Bearer", "Bearer  ", "Basic eDp5", "Bearer nonsense", "Bearer é"):
        headers = {"Authorization": authorization} if authorization else {}
        answer = client.simulate_get("/office", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="commerce"'

    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, "correct horse battery")
    token = shop.staff.log_in("kim@example.com", "correct horse battery", Origin()).access_token
    headers = {"Authorization": f"bearer {token}", "X-Forwarded-For": "6.6.6.6, 203.0.113.9"}
    answer = client.simulate_get("/office", headers=headers)
    assert (answer.status_code, answer.json["address"], answer.json["known"]) == (200, "203.0.113.9", "203.0.113.9")
    assert (
        client.simulate_post("/office", json={"name": "x"}, headers=headers | {"Idempotency-Key": "1"}).status_code
        == 200
    )


def test_a_refusal_tells_its_code_and_its_facts(client: TestClient, workshop: Workshop) -> None:
    workshop.fails.append(SoldOut(3, Money(1999, "EUR"), "closed"))
    answer = client.simulate_delete("/workshop")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "type": "urn:problem-type:commerce:test-sold-out",
        "title": "Test sold out",
        "status": 409,
        "detail": "Only 3 left at 19.99 EUR.",
        "code": "test-sold-out",
        "instance": "/workshop",
        "available": 3,
        "price": {"amount": 1999, "currency": "EUR"},
        "current_status": "closed",
    }


@pytest.mark.parametrize(("refused", "status"), [(Gone(), 404), (Changed(), 412), (Away(), 503), (Hurried(), 429)])
def test_a_family_has_one_status(client: TestClient, workshop: Workshop, refused: Exception, status: int) -> None:
    workshop.fails.append(refused)
    answer = client.simulate_delete("/workshop")

    assert answer.status_code == answer.json["status"] == status
    assert ("Retry-After" in answer.headers) == (status in {429, 503})


def test_an_undeclared_status_is_a_bug(client_of: ClientOf) -> None:
    class Careless:
        @operation("Answer", answers={200: Made})
        def on_get(self) -> Answer:
            return Answer.nothing()

    assert client_of({"/careless": Careless()}).simulate_get("/careless").status_code == 500


def test_a_responder_without_a_declaration_is_not_served(client_of: ClientOf) -> None:
    class Undeclared:
        def on_get(self, req: falcon.Request, resp: falcon.Response) -> None: ...

    with pytest.raises(TypeError, match="has no @operation"):
        client_of({"/undeclared": Undeclared()})


def test_an_actor_is_given_to_staff_operations_only() -> None:
    with pytest.raises(TypeError, match="not declared for staff"):

        class _Open:
            @operation("Look", answers={200: Made})
            def on_get(self, actor: Actor) -> Answer:
                return Answer(actor)


@pytest.mark.parametrize("part", ["1", "{0190a3c0-0000-7000-8000-000000000001}", "0190a3c0000070008000000000000001"])
def test_a_part_of_the_path_that_is_no_id_is_the_address_of_nothing(
    client: TestClient, carts: Carts, part: str
) -> None:
    answer = client.simulate_post(f"/carts/{part}/items", json={"name": "x"})

    assert (answer.status_code, answer.json["code"]) == (404, "route-not-found")
    assert carts.calls == []
