"""What a client sends, read strictly: one limit, one media type, one reading of JSON."""

import json
import re
from math import isfinite
from typing import Any, NoReturn

import falcon
from attrs import frozen

from commerce_core.kernel.errors import FieldError, Invalid, InvalidInput

BODY_LIMIT = 64 * 1024  # bytes
MAX_DEPTH = 32
READ_TIMEOUT = 10.0  # seconds for the next piece of a body; a client that stops sending must not keep a thread

_JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
_CHARSET = re.compile(r';\s*charset="?utf-8"?\s*', re.IGNORECASE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@frozen
class BodyTooLarge(Invalid):
    """More bytes than the operation accepts; nothing of it was kept."""

    code = "body-too-large"
    detail = "The body may hold at most {limit} bytes."
    limit: int


@frozen
class BodyIncomplete(Invalid):
    """The client announced more than it sent, or stopped sending."""

    code = "body-incomplete"
    detail = "The body ended before its announced length."


@frozen
class UnsupportedMediaType(Invalid):
    """The operation reads something else."""

    code = "unsupported-media-type"
    detail = "The Content-Type must be {expected}."
    expected: str


@frozen
class MalformedJson(Invalid):
    """Not JSON, or JSON that two readers could understand differently."""

    code = "malformed-json"
    detail = "The body is not the JSON we accept: {reason}"
    reason: str


class AmbiguousJsonError(ValueError):
    """Raised inside the standard decoder's hooks."""


def media_types(method: str) -> tuple[str, ...]:
    """What the body of a request with this method may call itself; a PATCH is a JSON Merge Patch (RFC 7396)."""
    return (_JSON, MERGE_PATCH) if method.upper() == "PATCH" else (_JSON,)


def require_json(req: falcon.Request) -> None:
    """Raises `UnsupportedMediaType` unless the body says that it is JSON in UTF-8."""
    sent = req.content_type or ""
    if sent != _JSON and _CHARSET.sub("", sent).strip().lower() not in media_types(req.method):
        raise UnsupportedMediaType(" or ".join(media_types(req.method)))


def read_body(req: falcon.Request, limit: int = BODY_LIMIT) -> bytes:
    """The raw body. Raises `BodyTooLarge` before reading it, where its length was announced, and `BodyIncomplete`."""
    length = req.content_length
    if length is None:
        if not req.env.get("wsgi.input_terminated"):
            return b""  # Without a length and without chunks there is no body.
        body = _read(req, limit + 1)
    elif length > limit:
        raise BodyTooLarge(limit)
    else:
        body = _read(req, length)
        if len(body) < length:
            raise BodyIncomplete
    if len(body) > limit:
        raise BodyTooLarge(limit)
    return body


def _read(req: falcon.Request, size: int) -> bytes:
    if not size:
        return b""
    if sock := req.env.get("gunicorn.socket"):
        sock.settimeout(READ_TIMEOUT)  # The server sets its own again after the answer.
    pieces = []
    try:
        while size > 0 and (piece := req.env["wsgi.input"].read(size)):
            pieces.append(piece)
            size -= len(piece)
    except OSError as error:
        raise BodyIncomplete from error
    return b"".join(pieces)


def parse_json(raw: bytes) -> object:
    """Read JSON that has one meaning only.

    Raises `MalformedJson` for what is not UTF-8 or not JSON, duplicate keys, NaN and infinities, integers beyond 64
    bits and nesting deeper than 32, and `InvalidInput` for text that cannot be stored (NUL, half a surrogate pair).
    """
    try:
        value: object = json.loads(
            raw.decode(), object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except RecursionError:
        raise MalformedJson(_too_deep()) from None
    except UnicodeDecodeError:
        raise MalformedJson("it is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} at line {error.lineno}, column {error.colno}.") from None
    except AmbiguousJsonError as error:
        raise MalformedJson(str(error)) from None
    # Both checks walk the value; most bodies are too flat and too plain to need them.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
        _check_depth(value, MAX_DEPTH)
    if b"\\u" in raw:
        _check_text(value, "")
    return value


def escape(token: str) -> str:
    """One reference token of a JSON Pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")


def _too_deep() -> str:
    return f"it is nested deeper than {MAX_DEPTH}."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise AmbiguousJsonError("a name stands twice in one object.")
    return found


def _integer(digits: str) -> int:
    # The length first: converting a very long number takes time that grows with its square.
    if len(digits) > 20 or not -(2**63) <= (number := int(digits)) < 2**63:
        raise AmbiguousJsonError("an integer is beyond 64 bits.")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise AmbiguousJsonError("a number is too large.")
    return number


def _constant(name: str) -> NoReturn:
    raise AmbiguousJsonError(f"{name} is not a number.")


def _check_depth(value: object, room: int) -> None:
    if not isinstance(value, dict | list):
        return
    if room == 0:
        raise MalformedJson(_too_deep())
    for inner in value.values() if isinstance(value, dict) else value:
        _check_depth(inner, room - 1)


def _check_text(value: object, pointer: str) -> None:
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise InvalidInput((unstorable(pointer),))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_text(inner, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if _UNSTORABLE.search(name):
                raise InvalidInput((unstorable(pointer),))  # The name itself could not be shown.
            _check_text(inner, f"{pointer}/{escape(name)}")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL and UTF-8 can carry it."""
    return not _UNSTORABLE.search(text)


def unstorable(pointer: str) -> FieldError:
    """The one way to say that a text holds NUL or half a surrogate pair."""
    return FieldError(pointer, "forbidden-character", "Holds a character that cannot be stored.")
