"""Somebody else's web server, in this process, and a client to which this machine is the public internet."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from attrs import field, frozen

from commerce_core.gateways.public_web import PublicWeb

HERE = ip_address("127.0.0.1")
INSIDE = ip_address("10.0.0.1")
NAMES = {"pictures.example": [HERE], "inside.example": [INSIDE], "both.example": [INSIDE, HERE]}


@frozen
class Elsewhere:
    """A server of pictures. `pages` maps a path to status, headers and pieces; `seen` holds paths and `Host`."""

    port: int
    pages: dict[str, tuple[int, Mapping[str, str], list[bytes]]] = field(factory=dict)
    seen: list[tuple[str, str | None]] = field(factory=list)

    def page(self, path: str, *pieces: bytes, status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": "image/png", **named}, list(pieces))
        return f"http://pictures.example:{self.port}{path}"


@contextmanager
def serve(tls: ssl.SSLContext | None = None, pause: float = 0.0) -> Iterator[Elsewhere]:
    """A server on a port of its own; `pause` seconds pass between two pieces."""
    elsewhere: Elsewhere

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            elsewhere.seen.append((self.path, self.headers["Host"]))
            status, headers, pieces = elsewhere.pages[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                    if stopping.wait(pause):
                        break
            except OSError:  # The client has had enough.
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    stopping = threading.Event()
    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    elsewhere = Elsewhere(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield elsewhere
    stopping.set()
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


def web_of_names() -> PublicWeb:
    """The client as shops have it, with names of ours and a limit of 10,000 bytes."""
    return PublicWeb(allowed=lambda address: address == HERE, resolve=lambda host, _: NAMES[host], limit=10_000)
