"""Sentry hears of bugs and of nothing else, and not a word of anybody's."""

import gzip
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from attrs import evolve
from falcon.testing import TestClient

from adapters_http.app import assemble
from adapters_http.endpoint import Gate
from adapters_http.logs import request_logger
from adapters_http.operation import Access, Answer, operation
from commerce_core.access.errors import PermissionDenied
from commerce_core.gateways.sentry import reporter
from commerce_core.kernel.errors import DatabaseUnavailable, InvalidInput
from commerce_core.settings import Settings, from_environ
from commerce_core.wiring import Commerce
from tests.receiver import Receiver, listening

ROOT = Path(__file__).parents[2]
CANARY = "c4n4ry"


def events(receiver: Receiver) -> list[dict[str, Any]]:
    """What Sentry was told, by its own format: a head, then each item's head and content, a line each."""
    found = []
    for heard in receiver.heard:
        body = gzip.decompress(heard.body) if heard.headers.get("content-encoding") == "gzip" else heard.body
        head, kind, content = body.splitlines()[:3]
        assert orjson.loads(kind)["type"] == "event", head
        found.append(orjson.loads(content))
    return found


@pytest.fixture
def sentry() -> Iterator[Receiver]:
    with listening() as receiver:
        receiver.answer = lambda _: (200, {"Content-Type": "application/json"}, b"{}")
        yield receiver


def told(settings: Settings, receiver: Receiver) -> Settings:
    return evolve(settings, sentry_dsn=f"http://key@127.0.0.1:{receiver.port}/1")


class Broken:
    """Answers with what it is asked for."""

    @operation("Break", answers={200: str}, access=Access.PUBLIC, refusals=(DatabaseUnavailable, PermissionDenied))
    def on_get(self, which: str) -> Answer:
        password = f"{CANARY}-{which}"  # A variable of the frame, which is not told.
        if which == "unavailable":
            raise DatabaseUnavailable
        try:
            {}[password]
        except KeyError as cause:
            raise ValueError(f"{CANARY}@example.com, 4242 4242 4242 4242, Bearer {CANARY}") from cause


@pytest.fixture
def client(shop: Commerce, sentry: Receiver) -> TestClient:
    log = request_logger("info", io.BytesIO(), reporter(told(shop.settings, sentry)))
    return TestClient(
        assemble({"/break/{which}": Broken()}, Gate(shop.operators, shop.accounts, shop.idempotency, 1, log))
    )


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 10
    while not (seen := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return seen


def test_a_bug_is_told_with_its_request_and_its_place_and_without_its_words(
    client: TestClient, sentry: Receiver
) -> None:
    headers = {"X-Request-Id": "broken-1", "Authorization": f"Bearer {CANARY}", "Cookie": f"a={CANARY}"}
    answer = client.simulate_get("/break/down", headers=headers, query_string=f"q={CANARY}")
    assert (answer.status_code, answer.json["request_id"]) == (500, "broken-1")
    [event] = until(lambda: events(sentry))
    assert event["tags"] == {"request_id": "broken-1"}
    assert (event["environment"], event["release"].split("@")[0]) == ("test", "commerce-core")
    cause, error = event["exception"]["values"]
    assert (cause["type"], error["type"]) == ("KeyError", "ValueError")
    assert error["stacktrace"]["frames"][-1]["function"] == "on_get"
    assert not {"request", "user", "server_name", "breadcrumbs", "contexts", "extra", "modules"} & set(event)
    written = orjson.dumps(event).decode()
    assert not any(
        name in frame for each in (cause, error) for frame in each["stacktrace"]["frames"] for name in ("vars",)
    )
    assert CANARY not in written
    assert "4242" not in written.replace("4242 4242 4242 4242, Bearer {CANARY}", "")  # The line of the code itself.


def test_refusals_are_not_told(client: TestClient, sentry: Receiver) -> None:
    assert client.simulate_get("/nowhere").status_code == 404
    assert client.simulate_get("/break/unavailable").status_code == 503
    assert client.simulate_post("/break/down").status_code == 405
    report = reporter(told(Settings(), sentry))
    assert report
    report(InvalidInput(()))
    assert client.simulate_get("/break/down").status_code == 500
    assert len(until(lambda: events(sentry))) == 1


def test_a_sentry_that_is_away_costs_nothing_but_its_events(shop: Commerce) -> None:
    report = reporter(evolve(shop.settings, sentry_dsn="http://key@127.0.0.1:1/1"))
    assert report
    began = time.monotonic()
    for _ in range(50):
        report(ValueError())
    assert time.monotonic() - began < 5


def test_without_an_address_nobody_is_told() -> None:
    assert reporter(Settings()) is None


WORKER = "from adapters_worker.run import main; main()"
API = "from gunicorn.app.wsgiapp import run; sys.argv = ['', '--config', 'python:adapters_http.gunicorn_conf']; run()"


@pytest.mark.parametrize("start", [WORKER, API], ids=["worker", "API"])
def test_neither_process_starts_with_an_address_and_without_the_extra(start: str, database_url: str) -> None:
    # Python's own mark of what cannot be imported.
    program = f"import sys; sys.modules['sentry_sdk'] = None; {start}"
    more = {"DATABASE_URL": database_url, "SENTRY_DSN": f"https://{CANARY}@o1.example.com/2", "COMMERCE_ENV": "test"}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | more, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2, ended.stderr
    assert "sentry-not-installed: SENTRY_DSN is set" in ended.stderr
    assert CANARY not in ended.stderr


def test_a_misspelt_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInput) as refused:
        from_environ({"SENTRY_DSN": f"https//{CANARY}@sentry.example.com/1"})
    assert [error.pointer for error in refused.value.errors] == ["SENTRY_DSN"]
    assert CANARY not in str(refused.value.errors)
