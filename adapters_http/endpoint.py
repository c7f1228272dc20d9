"""Between Falcon and a responder: authenticate, decode, run once per key, encode."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from functools import wraps
from typing import Any, Protocol

import falcon
from attrs import frozen
from structlog.typing import FilteringBoundLogger

from adapters_http.answers import Stream, encoded, send, stream, told
from adapters_http.body import (
    BodyIncomplete,
    BodyTooLarge,
    MalformedJson,
    UnsupportedMediaType,
    parse_json,
    read_body,
    require_json,
)
from adapters_http.decoding import decode, decode_headers, decode_part, decode_query
from adapters_http.operation import Access, Answer, Idempotent, Operation, operation_of
from adapters_http.policies import Policy
from adapters_http.problems import IdempotencyKeyRequired, InvalidIdempotencyKey, RouteNotFound
from adapters_http.rate_limit import Meter, RateLimited, RateLimits
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, Actor, Origin
from commerce_core.kernel.errors import Busy, CommerceError, DatabaseUnavailable, InvalidInput, Unauthenticated
from commerce_core.kernel.idempotency import (
    Idempotency,
    IdempotencyAnswerLost,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    Reply,
    Running,
    marking,
)
from commerce_core.keys.errors import KeyInvalid
from commerce_core.staff.errors import SessionInvalid

METHODS = ("get", "post", "put", "patch", "delete")
SECRET_KEY_LENGTH = 16  # Where nothing but the key tells two callers apart, it has to be hard to guess.

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
_ANYWHERE = (Busy, DatabaseUnavailable)  # The document names them once, under `default`.


@frozen
class TokenRequired(Unauthenticated):
    """The operation is not for everybody, and the request names nobody."""

    code = "token-required"
    detail = "This operation needs an Authorization header with a bearer token."


class Door(Protocol):
    """Who turns a token into an actor."""

    def authenticate(self, token: str, origin: Origin) -> Actor:
        """The member of staff, the program or the customer behind it. Raises a refusal of family `Unauthenticated`."""
        ...


@frozen
class Gate:
    """What endpoints ask of the shop before and after a responder."""

    operators: Door
    customers: Door
    idempotency: Idempotency
    trusted_proxies: int
    log: FilteringBoundLogger
    limits: RateLimits | None = None

    def origin(self, req: falcon.Request) -> Origin:
        """Where the request came from, as far as our own proxies can be believed."""
        return Origin(req.context.request_id, client_address(req, self.trusted_proxies))

    def actor(self, req: falcon.Request, declared: Operation) -> Actor | None:
        """Who asks; None where nobody has to say. Raises a refusal of the family `Unauthenticated`."""
        if declared.access is Access.PUBLIC and ("shopper" not in declared.parameters or not req.auth):
            return None
        token = bearer(req)
        if token is None:
            raise TokenRequired
        door = self.operators if declared.access is Access.STAFF else self.customers
        return door.authenticate(token, self.origin(req))


def bearer(req: falcon.Request) -> str | None:
    """The token of the `Authorization` header."""
    scheme, _, token = (req.get_header("Authorization") or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def client_address(req: falcon.Request, trusted_proxies: int) -> str | None:
    """The caller's address: what the outermost of our proxies saw, never what a client merely claims."""
    if trusted_proxies:
        hops = [hop.strip() for hop in (req.get_header("X-Forwarded-For") or "").split(",") if hop.strip()]
        if len(hops) >= trusted_proxies:
            return hops[-trusted_proxies]
    return req.remote_addr


class Endpoint:
    """A resource as Falcon wants it. Raises `TypeError` for a responder without a declaration."""

    def __init__(self, resource: object, gate: Gate) -> None:
        for name, method in responders(resource).items():
            setattr(self, f"on_{name}", _responder(method, operation_of(method), gate))


def responders(resource: object) -> dict[str, Callable[..., Answer]]:
    """The responders of a resource by HTTP method, in lower case."""
    found = {name: getattr(resource, f"on_{name}", None) for name in METHODS}
    return {name: method for name, method in found.items() if method is not None}


def implied_refusals(operation: Operation) -> Iterable[type[CommerceError]]:
    """What an endpoint itself may refuse, before or after its responder."""
    if operation.path:
        yield RouteNotFound
    if operation.body is not None:
        yield from (BodyTooLarge, BodyIncomplete)
    if operation.body is not None and operation.body is not bytes:
        yield from (MalformedJson, UnsupportedMediaType, InvalidInput)
    if operation.query is not None or operation.headers is not None:
        yield InvalidInput
    if operation.policy is not Policy.NONE:
        yield RateLimited
    yield from _refusals_at_the_door(operation)
    if operation.idempotency is not Idempotent.NO:
        yield from _refusals_of_keys(operation)


def _refusals_at_the_door(operation: Operation) -> Iterable[type[CommerceError]]:
    if operation.access is not Access.PUBLIC or "shopper" in operation.parameters:
        yield from (TokenRequired, SessionInvalid)
    if operation.access is Access.STAFF:
        yield KeyInvalid
    if operation.permission:
        yield PermissionDenied


def _refusals_of_keys(operation: Operation) -> Iterable[type[CommerceError]]:
    yield from (InvalidIdempotencyKey, IdempotencyKeyReused, IdempotencyInProgress)
    if not operation.resumable:
        yield IdempotencyAnswerLost
    if operation.idempotency is Idempotent.REQUIRED:
        yield IdempotencyKeyRequired


def _responder(method: Callable[..., Answer], declared: Operation, gate: Gate) -> Callable[..., None]:
    sources = [(name, source) for name, source in _SOURCES.items() if name in declared.parameters]
    parts = [(name, kind) for name, kind in declared.path.items() if kind is not str]
    meter = gate.limits.meter(declared.policy) if gate.limits else None
    declared_refusals = (*declared.refusals, *implied_refusals(declared), *_ANYWHERE)

    @wraps(method)
    def respond(req: falcon.Request, resp: falcon.Response, **given: Any) -> None:
        try:
            reply = answered(req, resp, given)
            if isinstance(reply, Reply):
                send(req, resp, reply, declared)
            else:
                stream(resp, reply, declared)
        except CommerceError as refused:
            if not isinstance(refused, declared_refusals):  # The document lacks it; the client is told all the same.
                gate.log.warning("undeclared refusal", code=refused.code, operation=declared.summary)
            raise

    def answered(req: falcon.Request, resp: falcon.Response, given: dict[str, Any]) -> Reply | Stream:
        _count_address(meter, req, resp, gate)
        for name, kind in parts:
            given[name] = _part(given[name], kind)
        req.context.actor = gate.actor(req, declared)
        req.context.raw = b""
        for name, source in sources:
            given[name] = source(req, declared, gate)
        _count_asker(meter, req, resp, declared, gate, given)

        def run() -> Reply:
            return encoded(method(**given), declared)

        if declared.idempotency is not Idempotent.NO:
            return _run_once(req, declared, gate, given, run)
        return told(method(**given), declared)

    return respond


# --- arguments --------------------------------------------------------------------------------------------------------


def _part(value: str, kind: Any) -> Any:
    """A part of the path: what is not of its kind is the address of nothing."""
    try:
        return decode_part(value, kind)
    except InvalidInput:
        raise RouteNotFound from None


def _body(req: falcon.Request, declared: Operation, _gate: Gate) -> Any:
    if declared.body is not bytes:
        require_json(req)
    req.context.raw = raw = read_body(req, declared.body_limit)
    return raw if declared.body is bytes else decode(parse_json(raw), declared.body)


def _version(req: falcon.Request, _declared: Operation, _gate: Gate) -> int | None:
    """The version the client has seen; 0, which nothing ever has, for a tag that is not ours."""
    if_match = req.get_header("If-Match")
    if if_match is None or if_match.strip() == "*":
        return None
    tag = re.fullmatch(r'"([1-9][0-9]{0,8})"', if_match.strip())
    return int(tag[1]) if tag else 0


# Where each argument comes from. The body is last: whoever is refused before need not have sent it.
_SOURCES: Mapping[str, Callable[[falcon.Request, Operation, Gate], Any]] = {
    "actor": lambda req, _declared, _gate: req.context.actor,
    "shopper": lambda req, _declared, _gate: req.context.actor or GUEST,
    "origin": lambda req, _declared, gate: gate.origin(req),
    "request": lambda req, _declared, _gate: req,
    "if_match": _version,
    "headers": lambda req, declared, _gate: decode_headers(req.get_header, declared.headers),
    "query": lambda req, declared, _gate: decode_query(req.query_string, declared.query),
    "body": _body,
}


# --- how often --------------------------------------------------------------------------------------------------------


def _count_address(meter: Meter | None, req: falcon.Request, resp: falcon.Response, gate: Gate) -> None:
    """The first count, before anything that costs: a token is looked up in PostgreSQL."""
    if meter:
        meter.by_address(resp, client_address(req, gate.trusted_proxies))


def _count_asker(
    meter: Meter | None,
    req: falcon.Request,
    resp: falcon.Response,
    declared: Operation,
    gate: Gate,
    given: Mapping[str, Any],
) -> None:
    """The second count, once it is known who asks for what: two are what Redis may cost a request."""
    if meter is None:
        return
    if declared.units:
        meter.by_units(resp, client_address(req, gate.trusted_proxies), declared.units(given["body"]))
    else:
        meter.by_identity(resp, _identity(req, declared, given))


def _identity(req: falcon.Request, declared: Operation, given: Mapping[str, Any]) -> str | None:
    """Whose request it is, beside its address."""
    if req.context.actor is not None:
        return f"{req.context.actor.kind.value}:{req.context.actor.id}"
    if declared.policy is Policy.RESET:
        return f"mail:{given['body'].email.strip().lower()}"
    owner = declared.owner(given) if declared.owner else given.get("cart_id") or given.get("order_id")
    return f"owner:{owner}" if owner else None


# --- idempotency ------------------------------------------------------------------------------------------------------


def _key(req: falcon.Request, declared: Operation, caller: str) -> str | None:
    key = req.get_header("Idempotency-Key")
    if key is None and declared.idempotency is Idempotent.REQUIRED:
        raise IdempotencyKeyRequired
    least = 1 if caller else SECRET_KEY_LENGTH
    if key is not None and (not _VISIBLE.fullmatch(key) or len(key) < least):
        raise InvalidIdempotencyKey(least)
    return key


def _run_once(
    req: falcon.Request, declared: Operation, gate: Gate, given: Mapping[str, Any], run: Callable[[], Reply]
) -> Reply:
    caller = _caller(req, declared, given)
    key = _key(req, declared, caller)
    if key is None:
        return run()
    started = gate.idempotency.start(f"{caller} {req.method} {req.path}", key, _request(req))
    if isinstance(started, Reply):
        return Reply(started.status, started.body, {**started.headers, "Idempotency-Replayed": "true"})
    reply = None
    try:
        with nullcontext() if declared.resumable else marking(started):
            reply = run()
    finally:
        _finish(gate, started, reply)
    return reply


def _request(req: falcon.Request) -> bytes:
    """What has to be the same for a repeat: the body, and the query where there is one."""
    raw: bytes = req.context.raw
    return b"?%b\n%b" % (req.query_string.encode("utf-8", "surrogatepass"), raw) if req.query_string else raw


def _caller(req: falcon.Request, declared: Operation, given: Mapping[str, Any]) -> str:
    """To whom a key belongs; empty when nothing but the key itself tells.

    A credential an anonymous caller sends is a part of it: nobody is replayed an answer they could not have had.
    """
    if req.context.actor is not None:
        return f"{req.context.actor.kind.value}:{req.context.actor.id}"
    owner = declared.owner(given) if declared.owner else given.get("cart_id")
    credentials = [req.get_header(name) or "" for name in ("Authorization", "X-Order-Token")]
    if not any(credentials):
        return "" if owner is None else f"owner:{owner}"
    digest = hashlib.sha256("\n".join(credentials).encode("utf-8", "surrogatepass")).hexdigest()
    return f"owner:{owner} {digest}"


def _finish(gate: Gate, running: Running, reply: Reply | None) -> None:
    """The work is done either way: an answer that cannot be kept is still an answer, and the lease ends by itself."""
    try:
        gate.idempotency.finish(running, reply)
    except CommerceError as error:
        gate.log.warning("idempotent answer not kept", code=error.code)
