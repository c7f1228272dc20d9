"""Every error leaves as a problem document (RFC 9457). The one place where a family of refusals becomes a status."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

import falcon
from attrs import frozen
from structlog.typing import FilteringBoundLogger

from adapters_http.body import BodyIncomplete, BodyTooLarge, MalformedJson, UnsupportedMediaType
from adapters_http.encoding import to_json
from adapters_http.rate_limit import RateLimited
from commerce_core.kernel.errors import (
    CommerceError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    InvalidInput,
    NotFound,
    StaleVersion,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from commerce_core.payments.errors import InvalidSignature, MalformedEvent

MEDIA_TYPE = "application/problem+json"
_STANDARD = frozenset({"type", "title", "status", "detail", "code", "instance"})


@frozen
class IdempotencyKeyRequired(Invalid):
    """The operation moves money or goods, so a repeat has to be recognisable."""

    code = "idempotency-key-required"
    detail = "This operation needs an Idempotency-Key header."


@frozen
class InvalidIdempotencyKey(Invalid):
    """A key nobody could rely on."""

    code = "invalid-idempotency-key"
    detail = "An Idempotency-Key holds {least} to 255 visible ASCII characters here."
    least: int


@frozen
class RouteNotFound(NotFound):
    """No address of ours, or one with a part that cannot be what it stands for, such as an id."""

    code = "route-not-found"
    detail = "There is nothing at this address."


# The most specific class wins; everything that is not named here has the status of its family.
STATUS: dict[type[CommerceError], int] = {
    Invalid: 422,
    NotFound: 404,
    Gone: 410,
    Conflict: 409,
    StaleVersion: 412,
    Forbidden: 403,
    Unauthenticated: 401,
    Unavailable: 503,
    TooMany: 429,
    MalformedJson: 400,
    BodyIncomplete: 400,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
    IdempotencyKeyRequired: 400,
    InvalidIdempotencyKey: 400,
    InvalidSignature: 400,
    MalformedEvent: 400,
}

# What Falcon itself refuses: a stable code and a sentence for each status it uses.
_OF_FALCON = {
    404: (RouteNotFound.code, RouteNotFound.detail),
    405: ("method-not-allowed", "This address does not know the method."),
}
_BAD_REQUEST = ("bad-request", "The request cannot be understood.")


def status_of(kind: type[CommerceError]) -> int:
    """The status a class of refusals is answered with."""
    return next((STATUS[parent] for parent in kind.__mro__ if parent in STATUS), 500)


def problem(refused: CommerceError) -> dict[str, object]:
    """The members of a refusal's document: the standard ones and its facts.

    A fact whose name the standard owns is told as `current_<name>`: an order's `status` is not the answer's.
    """
    facts = {f"current_{name}" if name in _STANDARD else name: fact for name, fact in refused.facts().items()}
    detail = refused.detail if isinstance(refused, InvalidInput) else str(refused)  # Its errors tell the rest.
    return {**standard(status_of(type(refused)), refused.code, detail), **facts}


def standard(status: int, code: str, detail: str) -> dict[str, object]:
    """The members every document has, `instance` aside."""
    return {
        "type": f"urn:problem-type:commerce:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }


@frozen
class ProblemHandlers:
    """Falcon's error handlers, all of them: nothing else writes the body of an error."""

    log: FilteringBoundLogger

    def install(self, app: "falcon.App[falcon.Request, falcon.Response]") -> None:
        """Replace every handler of the framework."""
        app.add_error_handler(Exception, self.unexpected)
        app.add_error_handler(falcon.HTTPError, self.of_falcon)
        app.add_error_handler(CommerceError, self.refused)

    def refused(self, req: falcon.Request, resp: falcon.Response, error: CommerceError, _params: object) -> None:
        """A refusal of the core."""
        document = problem(error)
        status = status_of(type(error))
        if status >= 500:
            self.log.warning("unavailable", code=error.code, cause=repr(error.__cause__))
        _answer(req, resp, status, document, headers_of(error))

    def of_falcon(self, req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, _params: object) -> None:
        """What the framework refused: no such route, no such method, a header it cannot read."""
        status = error.status_code
        document = standard(status, *_OF_FALCON.get(status, _BAD_REQUEST))
        _answer(req, resp, status, document, error.headers or {})

    def unexpected(self, req: falcon.Request, resp: falcon.Response, error: Exception, _params: object) -> None:
        """A bug. The log knows everything, the client only what to quote."""
        self.log.error("internal error", exc_info=error)
        document = standard(500, "internal-error", "Something went wrong on our side.")
        _answer(req, resp, 500, {**document, "request_id": req.context.request_id}, {})


def headers_of(refused: CommerceError) -> dict[str, str]:
    """The headers a refusal's status asks for."""
    if isinstance(refused, RateLimited):
        return {"Retry-After": str(refused.seconds)}
    if isinstance(refused, Unavailable | TooMany):
        return {"Retry-After": str(refused.retry_after)}
    if isinstance(refused, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="commerce"'}
    return {}


def _answer(
    req: falcon.Request,
    resp: falcon.Response,
    status: int,
    document: Mapping[str, object],
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
) -> None:
    resp.status = status
    resp.content_type = MEDIA_TYPE
    resp.data = to_json({**document, "instance": quote(req.path)})
    resp.set_headers({"Cache-Control": "no-store", **dict(headers)})
