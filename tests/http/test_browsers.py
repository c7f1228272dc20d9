"""What browsers are told: who may read answers, and whether to come by HTTPS alone."""

import pytest
from attrs import evolve
from falcon.testing import Result, TestClient

from adapters_http.app import create_app
from adapters_http.logs import request_logger
from commerce_core.kernel.errors import InvalidInput
from commerce_core.settings import from_environ
from commerce_core.wiring import Commerce
from tests.http.conftest import LogLines

PAGE = "https://shop.example.com"


@pytest.fixture
def open_client(shop: Commerce, log_lines: LogLines) -> TestClient:
    settings = evolve(shop.settings, cors_origins=f"{PAGE}, http://localhost:3000", hsts_seconds=600)
    return TestClient(create_app(evolve(shop, settings=settings), request_logger("debug", log_lines.stream)))


def told(answer: Result) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control")}


def test_a_page_that_is_named_may_read_answers_and_refusals(open_client: TestClient) -> None:
    for path in ("/v1/store/products", "/v1/store/products/nothing", "/nowhere", "/v1/admin/orders"):
        answer = open_client.simulate_get(path, headers={"Origin": PAGE})
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "RateLimit" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        assert (answer.headers["vary"], answer.headers["strict-transport-security"]) == ("Origin", "max-age=600")


def test_a_browser_is_told_before_it_asks(open_client: TestClient) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x-evil"}
    answer = open_client.simulate_options("/v1/store/cart", headers=asked)

    assert answer.status_code in {200, 204}
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]
    assert "evil" not in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "origin", ["https://shop.example.com.evil.example", "https://SHOP.example.com", f"{PAGE}:444", "null", "*", ""]
)
def test_no_other_origin_is_ever_repeated(open_client: TestClient, client: TestClient, origin: str) -> None:
    for either in (open_client, client):
        for method in ("GET", "OPTIONS"):
            answer = either.simulate_request(method, "/v1/store/products", headers={"Origin": origin})
            assert told(answer) == set()
    assert "strict-transport-security" not in client.simulate_get("/health/live").headers


@pytest.mark.parametrize("raw", ["*", "shop.example.com", "https://shop.example.com/", "https://a.example,*", "null"])
def test_what_is_no_origin_is_refused_at_the_start(raw: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        from_environ({"CORS_ORIGINS": raw})
    assert [error.pointer for error in refused.value.errors] == ["CORS_ORIGINS"]
