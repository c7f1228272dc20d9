"""The catalogue as a file over HTTP: the same service, with the limits of a request."""

import csv
import io

import pytest
from falcon.testing import TestClient

from adapters_http.admin import imports
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.wiring import Commerce

IMPORT = "/v1/admin/imports/products"
EXPORT = "/v1/admin/products/export.csv"
PASSWORD = "correct horse battery"
FILE = "Handle,Title,Variant SKU,Variant Price\nmug,=Mug,M,5\nbowl,Bowl,B,7\n"


def _log_in(shop: Commerce, role: Role) -> dict[str, str]:
    shop.staff.create(SYSTEM, f"{role.lower()}@example.com", "Kim", role, PASSWORD)
    token = shop.staff.log_in(f"{role.lower()}@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    return _log_in(shop, Role.MANAGER)


def _products(shop: Commerce) -> int:
    return shop.catalog.list_products(SYSTEM, StaffProductQuery()).total


def test_a_file_is_imported_and_reported(client: TestClient, shop: Commerce, headers: dict[str, str]) -> None:
    answer = client.simulate_post(IMPORT, headers=headers, body=FILE + "cup,Cup,,?\n")
    assert answer.status_code == 200
    assert answer.json == {
        "created": 2, "updated": 0, "unchanged": 0, "left_out": 1, "variants": 2, "images": 0, "units": 0,
        "problem_count": 1,
        "problems": [{
            "line": 4, "column": "Variant Price", "code": "invalid-price",
            "message": "Must be a price such as 19.90: not an amount: '?'.",
        }],
    }  # fmt: skip
    assert _products(shop) == 2


def test_a_rehearsal_tells_the_same_and_writes_nothing(
    client: TestClient, shop: Commerce, headers: dict[str, str]
) -> None:
    tried = client.simulate_post(IMPORT, params={"dry_run": "true"}, headers=headers, body=FILE)
    assert _products(shop) == 0
    assert client.simulate_post(IMPORT, headers=headers, body=FILE).json == tried.json
    assert _products(shop) == 2


def test_a_key_that_rehearsed_does_not_answer_for_the_import(
    client: TestClient, shop: Commerce, headers: dict[str, str]
) -> None:
    keyed = headers | {"Idempotency-Key": "monday"}
    assert client.simulate_post(IMPORT, params={"dry_run": "true"}, headers=keyed, body=FILE).json["created"] == 2
    refused = client.simulate_post(IMPORT, headers=keyed, body=FILE)
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency-key-reused")
    assert _products(shop) == 0
    again = client.simulate_post(IMPORT, params={"dry_run": "true"}, headers=keyed, body=FILE)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_an_export_is_a_file_that_imports_back(client: TestClient, headers: dict[str, str]) -> None:
    client.simulate_post(IMPORT, headers=headers, body=FILE)
    answer = client.simulate_get(EXPORT, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="products.csv"'
    assert "content-length" not in answer.headers  # It is sent while it is made.
    assert [row["Title"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))] == ["Bowl", "'=Mug"]
    assert client.simulate_post(IMPORT, headers=headers, body=answer.content).json["unchanged"] == 2


def test_the_head_of_an_export_has_no_body(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.simulate_head(EXPORT, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "import-file-empty"),
        (b"Name\nmug\n", "import-columns-missing"),
        ("Handle,Title,Variant Price,Größe\n".encode("latin-1"), "import-encoding-unknown"),
    ],
)
def test_what_is_no_such_file_is_refused(
    client: TestClient, shop: Commerce, headers: dict[str, str], body: bytes, code: str
) -> None:
    refused = client.simulate_post(IMPORT, headers=headers, body=body)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert _products(shop) == 0


def test_a_picture_beside_the_file_cannot_be_meant(client: TestClient, shop: Commerce, headers: dict[str, str]) -> None:
    body = "Handle,Title,Variant Price,Image Src\nmug,Mug,5,../../etc/passwd\ncup,Cup,5,cup.png\n"
    report = client.simulate_post(IMPORT, headers=headers, body=body).json
    assert [problem["code"] for problem in report["problems"]] == ["invalid-address", "picture-missing"]
    assert _products(shop) == 0


def test_a_file_that_is_too_large_is_refused(client: TestClient, shop: Commerce, headers: dict[str, str]) -> None:
    refused = client.simulate_post(IMPORT, headers=headers, body=FILE.encode() + b"\n" * imports.BODY_LIMIT)
    assert (refused.status_code, refused.json["code"]) == (413, "body-too-large")
    assert _products(shop) == 0


def test_who_may_not_write_may_not_import_but_may_export(client: TestClient, shop: Commerce) -> None:
    support = _log_in(shop, Role.SUPPORT)
    assert client.simulate_post(IMPORT, headers=support, body=FILE).status_code == 403
    assert client.simulate_get(EXPORT, headers=support).status_code == 200
    assert client.simulate_get(EXPORT).status_code == client.simulate_post(IMPORT, body=FILE).status_code == 401
    assert _products(shop) == 0


def test_the_document_says_that_the_body_is_csv(client: TestClient) -> None:
    body = client.simulate_get("/openapi.json").json["paths"][IMPORT]["post"]["requestBody"]
    assert list(body["content"]) == ["text/csv"]
