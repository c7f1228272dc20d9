"""What browsers are told about other origins and about HTTPS."""

import falcon
from attrs import frozen

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_SENT = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "X-Order-Token, X-Request-Id, Accept-Language"
)
_SHOWN = "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Request-Id"


@frozen
class Browsers:
    """Falcon middleware. Pages of `origins`, named exactly, may read answers; no cookie or password goes with it.

    With `hsts_seconds` browsers come back by HTTPS alone.
    """

    origins: frozenset[str]
    hsts_seconds: int

    @property
    def wanted(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.origins or self.hsts_seconds)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Before anything is decided, so that refusals can be read as well."""
        if self.hsts_seconds:
            resp.set_header("Strict-Transport-Security", f"max-age={self.hsts_seconds}")
        if not self.origins:
            return
        resp.append_header("Vary", "Origin")
        origin = req.get_header("Origin")
        if origin not in self.origins:
            return
        resp.set_headers({"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _SHOWN})
        if req.method == "OPTIONS":
            resp.set_headers(
                {
                    "Access-Control-Allow-Methods": _METHODS,
                    "Access-Control-Allow-Headers": _SENT,
                    "Access-Control-Max-Age": "7200",
                }
            )
