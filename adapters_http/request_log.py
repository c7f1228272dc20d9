"""An id and one log line for every request."""

import re
from time import perf_counter_ns

import falcon
from attrs import frozen
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.typing import FilteringBoundLogger

from commerce_core.kernel.ids import uuid7

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@frozen
class RequestLog:
    """Falcon middleware around everything else."""

    log: FilteringBoundLogger

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Name the request; every log line until its end carries the name."""
        req.context.started = perf_counter_ns()
        sent = req.get_header("X-Request-Id")
        request_id = sent if sent and _REQUEST_ID.fullmatch(sent) else uuid7().hex
        req.context.request_id = request_id
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        resp.set_headers({"X-Request-Id": request_id, **_SECURITY_HEADERS})
        if req.method == "HEAD":
            req.method = "GET"  # Until the answer is ready: what a GET can tell, a HEAD can.
        if "\x00" in req.path:
            raise falcon.HTTPNotFound

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        _resource: object,
        _succeeded: bool,  # noqa: FBT001 - Falcon's
    ) -> None:
        """Write the access line. It holds the route and not the path, because a cart's id opens the cart."""
        req.method = req.env["REQUEST_METHOD"]
        milliseconds = (perf_counter_ns() - req.context.started) / 1_000_000
        self.log.info(
            "request", method=req.method, route=req.uri_template, status=resp.status_code, ms=round(milliseconds, 2)
        )
