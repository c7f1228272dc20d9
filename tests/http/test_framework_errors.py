"""Nothing but problem documents leaves this server when something is wrong."""

from typing import Any
from wsgiref.validate import WSGIWarning

import pytest
from falcon.testing import TestClient

from adapters_http.operation import Answer, operation


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json
    assert {"type", "title", "status", "detail", "code", "instance"} <= set(document)
    assert (document["status"], document["code"]) == (status, code)
    return document


@pytest.mark.parametrize("path", ["/", "/nothing", "/health/live/", "/caf%C3%A9", "/health/%00"])
def test_an_unknown_address_is_not_found(client: TestClient, path: str) -> None:
    problem(client.simulate_get(path), 404, "route-not-found")


def test_an_unknown_method_names_the_known_ones(client: TestClient) -> None:
    answer = client.simulate_post("/health/live")
    problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_method_nobody_knows_is_refused(client: TestClient) -> None:
    with pytest.warns(WSGIWarning, match="Unknown"):
        answer = client.simulate_request("BREW", "/health/live")
    problem(answer, 400, "bad-request")


def test_a_bug_is_logged_with_everything_and_told_with_its_request_id(client_of: Any, log_lines: Any) -> None:
    class Broken:
        @operation("Break", answers={204: None})
        def on_get(self) -> Answer:
            raise ZeroDivisionError("the secret of the house")

    answer = client_of({"/broken": Broken()}).simulate_get("/broken", headers={"X-Request-Id": "abc"})

    assert problem(answer, 500, "internal-error")["request_id"] == "abc"
    assert "secret" not in answer.text
    (line,) = log_lines.of("internal error")
    assert line["request_id"] == "abc"
    assert "ZeroDivisionError: the secret of the house" in line["exception"]


def test_an_answer_that_cannot_be_encoded_is_a_bug(client_of: Any) -> None:
    class Odd:
        @operation("Answer", answers={200: object})
        def on_get(self) -> Answer:
            return Answer(object())

    problem(client_of({"/odd": Odd()}).simulate_get("/odd"), 500, "internal-error")
