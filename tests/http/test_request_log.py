"""One id and one line for every request."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from falcon.testing import TestClient

from adapters_http.operation import Answer, operation


def test_a_request_id_is_accepted_and_echoed(client: TestClient, log_lines: Any) -> None:
    answer = client.simulate_get("/health/live", headers={"X-Request-Id": "Order_1.2-3"})

    assert answer.headers["X-Request-Id"] == "Order_1.2-3"
    assert [line["request_id"] for line in log_lines.all()] == ["Order_1.2-3"]


@pytest.mark.parametrize("sent", [None, "", "x" * 65, "a b", "a\tb", "é", '"quoted"'])
def test_without_a_usable_one_it_is_made(client: TestClient, sent: str | None) -> None:
    made = client.simulate_get("/health/live", headers={"X-Request-Id": sent} if sent is not None else {})

    assert UUID(made.headers["X-Request-Id"]).version == 7


def test_the_line_tells_the_route_and_never_the_cart(client_of: Any, log_lines: Any) -> None:
    class Cart:
        @operation("Look", answers={204: None})
        def on_get(self, cart_id: UUID) -> Answer:
            return Answer.nothing()

    cart_id = uuid4()
    client_of({"/carts/{cart_id}": Cart()}).simulate_get(f"/carts/{cart_id}")

    (line,) = log_lines.all()
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/carts/{cart_id}", 204)
    assert line["ms"] >= 0
    assert str(cart_id) not in str(line)


def test_answers_tell_browsers_to_keep_their_hands_off(client: TestClient) -> None:
    headers = client.simulate_get("/health/live").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
