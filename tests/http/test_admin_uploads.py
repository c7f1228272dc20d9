"""Pictures over HTTP, from the announcement to the shop window, into a folder and into a bucket."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from attrs import evolve
from falcon.testing import TestClient

from adapters_http.admin.products import CreateProduct
from adapters_http.admin.uploads import StartUpload
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.settings import Settings
from commerce_core.testing.pictures import png
from commerce_core.wiring import Commerce
from tests.gateways.bucket import ACCESS_KEY, REGION, SECRET_KEY, new_bucket, s3_server

UPLOADS = "/v1/admin/uploads"
PASSWORD = "correct horse battery"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"

Send = Callable[[Any, bytes], int]


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, store: str) -> Settings:
    if store == "folder":
        return settings
    return evolve(
        settings,
        s3_endpoint=s3_server(),
        s3_bucket=new_bucket(),
        s3_region=REGION,
        s3_access_key=ACCESS_KEY,
        s3_secret_key=SECRET_KEY,
    )


def _log_in(shop: Commerce, role: Role) -> dict[str, str]:
    shop.staff.create(SYSTEM, f"{role.lower()}@example.com", "Kim", role, PASSWORD)
    token = shop.staff.log_in(f"{role.lower()}@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    return _log_in(shop, Role.MANAGER)


@pytest.fixture
def send(client: TestClient, store: str) -> Send:
    """The bytes of an upload, sent as its ticket says; the status of the answer."""

    def over_http(ticket: Any, content: bytes) -> int:
        if store == "s3":
            return httpx.put(ticket["url"], content=content, headers=ticket["headers"], timeout=10).status_code
        return client.simulate_put(ticket["url"], body=content, headers=ticket["headers"]).status_code

    return over_http


def _announced(client: TestClient, headers: dict[str, str], **fields: object) -> Any:
    body = {"filename": "mug.png", "content_type": "image/png", "size": len(png()), "alt": "A blue mug", **fields}
    return client.simulate_post(UPLOADS, headers=headers, json=body)


def _product(client: TestClient, headers: dict[str, str]) -> str:
    return str(
        client.simulate_post("/v1/admin/products", headers=headers, json=CreateProduct.example).headers["location"]
    )


def test_a_picture_walks_from_the_announcement_to_the_shop_window(
    client: TestClient, headers: dict[str, str], send: Send, store: str
) -> None:
    product = _product(client, headers)

    announced = _announced(client, headers)
    where = announced.headers["location"]
    assert send(announced.json, png()) in {200, 204}
    completed = client.simulate_post(f"{where}/complete", headers=headers)
    attached = client.simulate_post(f"{product}/images", headers=headers, json={"upload_id": announced.json["id"]})
    window = client.simulate_get(f"/v1/store/products/{attached.json['slug']}").json

    assert [answer.status_code for answer in (announced, completed, attached)] == [201, 200, 201]
    assert (announced.json["method"], announced.json["headers"]) == ("PUT", {"Content-Type": "image/png"})
    assert (completed.json["status"], completed.json["width"], completed.json["height"]) == ("ready", 1, 1)
    assert [(image["url"], image["alt"]) for image in window["images"]] == [(completed.json["url"], "A blue mug")]
    shown = window["images"][0]["url"]
    content = httpx.get(shown, timeout=10).content if store == "s3" else client.simulate_get(shown).content
    assert content == png()
    assert client.simulate_get(where, headers=headers).json["status"] == "attached"


def test_a_page_with_the_name_of_a_picture_is_refused(client: TestClient, headers: dict[str, str], send: Send) -> None:
    product = _product(client, headers)
    announced = _announced(client, headers, size=len(HTML))
    assert send(announced.json, HTML) in {200, 204}

    completed = client.simulate_post(f"{announced.headers['location']}/complete", headers=headers)
    attached = client.simulate_post(f"{product}/images", headers=headers, json={"upload_id": announced.json["id"]})

    assert (completed.status_code, completed.json["code"]) == (422, "picture-refused")
    assert (attached.status_code, attached.json["code"]) == (409, "upload-not-ready")
    assert client.simulate_get(announced.headers["location"], headers=headers).json["status"] == "pending"
    assert client.simulate_get(product, headers=headers).json["images"] == []


@pytest.mark.parametrize("store", ["folder"], indirect=True)
@pytest.mark.parametrize(
    "fields",
    [
        {"content_type": "image/svg+xml"}, {"content_type": "text/html"}, {"size": 0}, {"size": 10_000_001},
        {"size": "1"}, {"size": True}, {"size": 1.5}, {"filename": ""}, {"filename": None}, {"alt": "\u0000"},
        {"key": "media/mine.png"},
    ],
)  # fmt: skip
def test_what_cannot_be_a_picture_is_refused_at_its_announcement(
    client: TestClient, headers: dict[str, str], shop: Commerce, fields: dict[str, object]
) -> None:
    answer = _announced(client, headers, **fields)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid-input")
    assert answer.json["errors"][0]["pointer"] == f"/{next(iter(fields))}"
    with shop.database.read() as session:
        assert session.connection.execute("SELECT count(*) FROM uploads").fetchone() == (0,)


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_the_address_is_the_leave_to_send_this_and_nothing_else(client: TestClient, headers: dict[str, str]) -> None:
    url = _announced(client, headers).json["url"]

    def put(to: str, body: bytes, **named: str) -> tuple[int, str]:
        answer = client.simulate_put(to, body=body, headers={k.replace("_", "-"): v for k, v in named.items()})
        return answer.status_code, answer.json["code"]

    assert put(url, png(), Content_Type="text/html") == (422, "upload-differs")
    assert put(url, png()[:-1], Content_Type="image/png") == (422, "upload-differs")
    assert put(f"{url}A", png(), Content_Type="image/png") == (403, "upload-link-invalid")
    assert put("/media/uploads/x", png(), Content_Type="image/png") == (403, "upload-link-invalid")
    assert put(url, bytes(10_000_001), Content_Type="image/png") == (413, "body-too-large")
    where = _announced(client, headers).headers["location"]
    assert client.simulate_post(f"{where}/complete", headers=headers).json["code"] == "upload-missing"


@pytest.mark.parametrize("store", ["folder"], indirect=True)
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/upload_id"),
        ({"alt": "A mug"}, "/upload_id"),
        ({"upload_id": str(uuid4()), "url": "https://pictures.example/a.png"}, "/url"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "data:image/png;base64,AA=="}, "/url"),
        ({"upload_id": "mine"}, "/upload_id"),
        ({"upload_id": str(uuid4()), "position": 0}, "/position"),
    ],
)
def test_a_picture_of_a_product_is_an_upload_or_an_address(
    client: TestClient, headers: dict[str, str], body: dict[str, object], pointer: str
) -> None:
    product = _product(client, headers)

    answer = client.simulate_post(f"{product}/images", headers=headers, json=body)

    assert (answer.status_code, [error["pointer"] for error in answer.json["errors"]]) == (422, [pointer])
    assert client.simulate_get(product, headers=headers).json["images"] == []


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_support_may_look_but_not_touch(client: TestClient, shop: Commerce, headers: dict[str, str]) -> None:
    where = _announced(client, headers).headers["location"]
    support = _log_in(shop, Role.SUPPORT)

    assert _announced(client, support).status_code == 403
    assert client.simulate_post(f"{where}/complete", headers=support).status_code == 403
    assert client.simulate_get(where, headers=support).json["status"] == "pending"
    assert client.simulate_get(where).status_code == 401
    assert client.simulate_get(f"{UPLOADS}/{uuid4()}", headers=support).json["code"] == "upload-not-found"
    assert client.simulate_get("/v1/admin/remote-images", headers=support).json["total"] == 0
    retried = client.simulate_post(f"/v1/admin/remote-images/{uuid4()}/retry", headers=support)
    assert retried.status_code == 403
    retried = client.simulate_post(f"/v1/admin/remote-images/{uuid4()}/retry", headers=headers)
    assert (retried.status_code, retried.json["code"]) == (404, "remote-image-not-found")


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_the_example_of_the_document_can_be_announced(client: TestClient, headers: dict[str, str]) -> None:
    assert client.simulate_post(UPLOADS, headers=headers, json=StartUpload.example).status_code == 201
