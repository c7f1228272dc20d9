"""gunicorn's threaded worker, with patience for slow clients that costs no thread.

As it is, a thread is given to whoever connects and waits there for the head of the request: as many clients that dawdle
as there are threads, and nobody else is served. Here a request gets its thread once its head, and a small body, have
arrived; until then the kernel holds what came, and one loop looks at it.
"""

import re
import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

PATIENCE = 10.0  # Seconds from the connection, or the first byte of a request, until it has to be there.
_TICK = 0.02  # Seconds between two looks at requests of which a part has come.
_LOOK = 16 * 1024  # Bytes; what is longer gets its thread before it is complete.
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Serves only requests that have arrived."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun: list[tuple[Any, float]] = []  # connections with a part of a request, and their deadline

    def enqueue_req(self, conn: Any) -> None:
        """Give it a thread if the request is there; wait without one if not."""
        if self.cfg.is_ssl or (conn.parser and conn.parser.unreader.buf.getvalue()):
            super().enqueue_req(conn)
            return
        seen = _peek(conn.sock)
        if seen is None:
            self._wait_for_the_first_byte(conn)
        elif _is_there(seen):
            conn.data_ready = True
            super().enqueue_req(conn)
        else:
            self._begun.append((conn, time.monotonic() + PATIENCE))

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """As ever, and then look at the requests that had begun."""
        super().wait_for_and_dispatch_events(min(timeout, _TICK) if self._begun else timeout)
        begun, self._begun = self._begun, []
        for conn, deadline in begun:
            seen = _peek(conn.sock)
            if seen is not None and _is_there(seen):
                conn.data_ready = True
                super().enqueue_req(conn)
            elif time.monotonic() < deadline:
                self._begun.append((conn, deadline))
            else:
                self.nr_conns -= 1
                conn.close()

    def _wait_for_the_first_byte(self, conn: Any) -> None:
        conn.timeout = time.monotonic() + PATIENCE
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))


def _peek(sock: socket.socket) -> bytes | None:
    """What has arrived and stays there; empty at the end of a connection, None when there is nothing yet."""
    sock.settimeout(0)
    try:
        return sock.recv(_LOOK, socket.MSG_PEEK)
    except BlockingIOError:
        return None
    except OSError:
        return b""  # Whoever reads it next is told.


def _is_there(seen: bytes) -> bool:
    """Whether a thread would not have to wait: the whole request, or more than is looked at, or the end."""
    if not seen or len(seen) >= _LOOK:
        return True
    end = seen.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = seen[: end + 2]
    length = _LENGTH.search(head)
    if length is None or _CONTINUE.search(head):
        return True
    return len(seen) >= min(end + 4 + int(length[1]), _LOOK)
