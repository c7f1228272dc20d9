"""From what a responder gives back to what Falcon sends."""

import hashlib
from collections.abc import Iterator
from itertools import chain

import falcon
from attrs import frozen

from adapters_http.encoding import to_json
from adapters_http.operation import Answer, Media, Operation
from commerce_core.kernel.idempotency import Reply

_JSON = "application/json"


@frozen
class Stream:
    """An answer that is sent piece by piece."""

    answer: Answer
    pieces: Iterator[bytes]


def told(answer: Answer, declared: Operation) -> Reply | Stream:
    """The whole answer, or one that is sent piece by piece."""
    return Stream(answer, answer.content) if isinstance(answer.content, Iterator) else encoded(answer, declared)


def encoded(answer: Answer, declared: Operation) -> Reply:
    """The whole answer. Raises `TypeError` for a status that was not declared."""
    media_type = _media_type(answer, declared)
    if media_type is None:
        return Reply(answer.status, b"", dict(answer.headers))
    body = answer.content if isinstance(answer.content, bytes) else to_json(answer.content)
    return Reply(answer.status, body, {"Content-Type": media_type, **answer.headers})


def _media_type(answer: Answer, declared: Operation) -> str | None:
    """What an answer is, None when it has no body. Raises `TypeError` for a status that was not declared."""
    if answer.status not in declared.answers:
        raise TypeError(f"{declared.summary!r} does not declare the status {answer.status}")
    kind = declared.answers[answer.status]
    if kind is None:
        return None
    return kind.type if isinstance(kind, Media) else _JSON


def stream(resp: falcon.Response, told: Stream, declared: Operation) -> None:
    """Send pieces as they are made. The first is waited for: what goes wrong until then is still told as a problem."""
    media_type = _media_type(told.answer, declared)
    first = next(told.pieces, b"")
    resp.status = told.answer.status
    resp.set_headers({"Cache-Control": "no-store", "Content-Type": media_type or _JSON, **told.answer.headers})
    resp.stream = chain((first,), told.pieces)


def send(req: falcon.Request, resp: falcon.Response, reply: Reply, declared: Operation) -> None:
    """Hand it to Falcon; 304 for a client that has these very bytes."""
    resp.status = reply.status
    resp.data = reply.body
    if declared.etag and reply.status == 200:
        tag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
        resp.set_headers({"Cache-Control": "no-cache", **reply.headers, "ETag": tag})
        if _has(req.get_header("If-None-Match"), tag):
            resp.status = 304
            resp.data = None
            resp.delete_header("Content-Type")
    else:
        resp.set_headers({"Cache-Control": "no-store", **reply.headers})


def _has(if_none_match: str | None, tag: str) -> bool:
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in [
        known.strip().removeprefix("W/") for known in if_none_match.split(",")
    ]
