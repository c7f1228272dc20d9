"""A small HTTP/1.1 server for a WSGI application: a thread per connection, kept alive, from the standard library.

`wsgiref` alone speaks HTTP/1.0 and closes after each answer, so a client could not reuse its connection.
"""

import contextlib
import io
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import unquote
from wsgiref.handlers import SimpleHandler
from wsgiref.types import WSGIApplication

_IDLE = 60.0  # Seconds a silent connection stays open.
_BODY_LIMIT = 10_000_000
_CONNECTION = "emulator.connection"


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Accepts connections from construction on, answers them from `start` on."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, application: WSGIApplication, host: str, port: int) -> None:
        super().__init__((host, port), _Handler)
        self.application = application
        self._open: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True, name="stripe-emulator")

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = cast("tuple[str, int]", self.socket.getsockname())
        return f"http://{host}:{port}"

    def start(self) -> None:
        """Answer requests, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection, also idle ones, and wait for their threads."""
        self.shutdown()
        self.server_close()
        with self._guard:
            left = dict(self._open)
        for connection, thread in left.items():
            _hang_up(connection)
            thread.join(_IDLE)
        self._thread.join(_IDLE)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, remembered so that `stop` can end it."""
        with self._guard:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; a bug shows as the 500 that the application answers."""


def hang_up(environ: Mapping[str, Any]) -> None:
    """End the connection of this request without a word."""
    _hang_up(environ[_CONNECTION])


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # It may be gone already.
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE
    disable_nagle_algorithm = True  # Headers and body are two writes; the second must not wait for an acknowledgement.
    wbufsize = -1

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # Any method: the application knows which it serves.
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > _BODY_LIMIT:
            self.close_connection = True
            self.send_error(411)
            return
        # Read it all, whatever the application does, so that the next request starts where it should.
        body = io.BytesIO(self.rfile.read(int(length)))
        run = SimpleHandler(body, self.wfile, io.StringIO(), self._environ(length), multithread=True)  # type: ignore[arg-type]
        run.http_version = "1.1"
        run.os_environ = {}  # Nothing of this process belongs into a request.
        run.run(cast("Listener", self.server).application)

    def _environ(self, length: str) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = cast("tuple[str, int]", self.server.server_address)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),  # As PEP 3333 wants it.
            "QUERY_STRING": query,
            "CONTENT_LENGTH": length,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            _CONNECTION: self.connection,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def log_message(self, *args: object) -> None:
        """Keep quiet: what matters is asked of `/_control`."""
