"""A client of the real application, and one of a small application that shows every part of the machinery."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
import pytest
from attrs import field, frozen
from falcon.testing import TestClient

from adapters_http.app import assemble, create_app
from adapters_http.endpoint import Gate
from adapters_http.logs import request_logger
from commerce_core.wiring import Commerce


@frozen
class LogLines:
    """What was logged."""

    stream: io.BytesIO = field(factory=io.BytesIO)

    def all(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.stream.getvalue().splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.all() if line["event"] == event]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """What was logged by the application of this test. Everything it refused has to be declared."""
    lines = LogLines()
    yield lines
    assert lines.of("undeclared refusal") == []


@pytest.fixture
def client(shop: Commerce, log_lines: LogLines) -> TestClient:
    """A client of the whole shop."""
    return TestClient(create_app(shop, request_logger("debug", log_lines.stream)))


ClientOf = Callable[[Mapping[str, object]], TestClient]


@pytest.fixture
def client_of(shop: Commerce, log_lines: LogLines) -> ClientOf:
    """A client of an application with other resources on the same machinery."""

    def assembled(table: Mapping[str, object]) -> TestClient:
        return TestClient(
            assemble(
                table,
                Gate(shop.operators, shop.accounts, shop.idempotency, 1, request_logger("debug", log_lines.stream)),
            )
        )

    return assembled
