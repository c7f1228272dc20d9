"""Connections that lead where they may, and end when their time is over. Imports httpcore: load it on first use."""

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpcore
from attrs import frozen

from commerce_core.gateways.addresses import Address

_CONNECT = 5.0  # seconds for one address


class NowhereToGoError(Exception):
    """None of a host's addresses may be connected to."""


@frozen
class Deadline:
    """A moment of `time.monotonic`. A server that sends a byte a second never times out by itself."""

    at: float

    def left(self, timeout: float | None) -> float:
        """How long the next step may take. Raises `httpcore.ReadTimeout` when there is no time."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it took too long")
        return left if timeout is None else min(left, timeout)


@frozen
class GuardedBackend(httpcore.NetworkBackend):
    """Looks a host up once, and connects to the very addresses it has checked.

    The name is not looked up again, so it cannot lead elsewhere by then; `Host` and TLS still speak of the name.
    """

    allowed: Callable[[Address], bool]
    resolve: Callable[[str, int], Sequence[Address]]
    deadline: Deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first allowed address that answers. Raises `NowhereToGoError` when none is allowed."""
        try:
            found = _in_time(lambda: self.resolve(host, port), self.deadline.left(None))
            addresses = [address for address in found if self.allowed(address)]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("its host is not known") from error
        if not addresses:
            raise NowhereToGoError
        refused: Exception | None = None
        for address in addresses:
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    str(address), port, self.deadline.left(timeout or _CONNECT), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                refused = error
            else:
                return _TimedStream(stream, self.deadline)
        raise refused or httpcore.ConnectError("its host does not answer")


def _in_time(look_up: Callable[[], Sequence[Address]], seconds: float) -> Sequence[Address]:
    """What `look_up` finds or raises. The resolver knows no timeout: one that hangs is left behind in its thread."""
    found: Queue[Sequence[Address] | Exception] = Queue()

    def look() -> None:
        try:
            found.put(look_up())
        except Exception as error:  # noqa: BLE001 - raised below, where somebody waits for it
            found.put(error)

    Thread(target=look, daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout("its host was not looked up in time") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


@frozen
class _TimedStream(httpcore.NetworkStream):
    """A connection on which nothing waits beyond the deadline."""

    stream: httpcore.NetworkStream
    deadline: Deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.deadline.left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, self.deadline.left(timeout))
        return _TimedStream(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
