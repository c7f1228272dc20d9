"""Health, the document and its page."""

import re

import pytest
from falcon.testing import TestClient

from adapters_http.app import create_app
from commerce_core.settings import Settings
from commerce_core.wiring import open_shop


def test_a_migrated_database_makes_it_ready(client: TestClient) -> None:
    answer = client.simulate_get("/health/ready")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_an_empty_database_is_not_ready(empty_database_url: str) -> None:
    with open_shop(empty_database_url, settings=Settings(environment="test")) as shop:
        answer = TestClient(create_app(shop)).simulate_get("/health/ready")

    assert (answer.status_code, answer.json["code"]) == (503, "migrations-pending")
    assert "Retry-After" in answer.headers


def test_without_a_database_it_lives_and_is_not_ready() -> None:
    with open_shop("postgresql://nobody@127.0.0.1:1/none", settings=Settings(environment="test")) as shop:
        client = TestClient(create_app(shop))
        alive, ready = client.simulate_get("/health/live"), client.simulate_get("/health/ready")

    assert (alive.status_code, alive.json) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json["code"]) == (503, "database-unavailable")


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.simulate_get("/docs")

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    files = [address for address in addresses if not address.startswith("data:")]
    assert len(files) == 3
    for address in files:
        assert address.startswith("/docs/")
        path, query = address.split("?")
        asset = client.simulate_get(path, query_string=query)
        assert asset.status_code == 200
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert asset.headers["X-Content-Type-Options"] == "nosniff"
        assert "sourceMappingURL" not in asset.text


@pytest.mark.parametrize("name", ["LICENSE.swagger-ui.txt", "..%2Fapp.py", "nothing.js"])
def test_the_page_has_no_other_files(client: TestClient, name: str) -> None:
    assert client.simulate_get(f"/docs/{name}").status_code == 404
