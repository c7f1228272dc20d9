"""The server as it runs in production: one real process tree, on a real socket."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import orjson
import pytest
from attrs import frozen


@frozen
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def lines(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.log.read_bytes().splitlines()]


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "DATABASE_URL": database_url, "PORT": str(port), "COMMERCE_ENV": "test"}
    environ |= {"COMMERCE_PROCESSES": "1", "COMMERCE_THREADS": "2", "PAYMENT_PROVIDER": "manual"}
    log = tmp_path / "log"
    with log.open("wb") as stderr:
        process = _start(environ, stderr)
        try:
            _wait_for(process, port, log)
            yield Server(process, port, log)
        finally:
            process.kill()
            process.wait(10)


def _start(environ: dict[str, str], stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:adapters_http.gunicorn_conf"]
    return subprocess.Popen(command, env=environ, stderr=stderr, cwd=Path(__file__).parents[2])


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(log.read_text())


HALF_A_HEAD = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /v1/store/cart HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
)


@pytest.mark.parametrize("begun", [b"", HALF_A_HEAD, HALF_A_BODY], ids=["nothing", "half a head", "half a body"])
def test_clients_that_dawdle_do_not_keep_others_waiting(server: Server, begun: bytes) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(12)]
    try:
        for sock in slow:
            sock.sendall(begun)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=25)
        began = time.monotonic()
        assert ask(connection, "GET", "/health/live") == (200, {"status": "ok"})
        assert time.monotonic() - began < 5
        connection.close()
        for sock in slow:  # They are not waited for for ever.
            sock.settimeout(30)
            with suppress(ConnectionResetError):
                assert sock.recv(1) == b""
    finally:
        for sock in slow:
            sock.close()


def ask(connection: http.client.HTTPConnection, method: str, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
    connection.request(method, path, **options)
    answer = connection.getresponse()
    return answer.status, orjson.loads(answer.read())


def test_it_serves_limits_logs_and_stops(server: Server) -> None:
    connection = server.connect()
    assert ask(connection, "GET", "/health/ready") == (200, {"status": "ok"})

    login = {"Content-Type": "application/json", "X-Request-Id": "login-1"}
    chunks = iter([b'{"email": "nobody@example.com", ', b'"password": "wrong password"}'])
    status, refused = ask(connection, "POST", "/v1/admin/auth/login", body=chunks, headers=login, encode_chunked=True)
    assert (status, refused["code"]) == (401, "invalid-credentials")

    connection.close()

    for body in (b" " * 70_000, iter([b" " * 70_000])):
        connection = server.connect()
        status, refused = ask(connection, "POST", "/v1/admin/auth/login", body=body, headers=login)
        connection.close()
        assert (status, refused["code"]) == (413, "body-too-large")

    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    lines = server.lines()
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in requests][:2] == [
        ("/health/ready", 200),
        ("/v1/admin/auth/login", 401),
    ]
    assert requests[1]["request_id"] == "login-1"
    assert any(line.get("logger") == "gunicorn.error" for line in lines)
    [failed] = [line for line in lines if line["event"] == "staff login failed"]
    assert (failed["email"], failed["request_id"], failed["level"]) == ("n***@example.com", "login-1", "warning")
