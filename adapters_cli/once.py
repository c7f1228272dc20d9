"""A command that says a key takes effect once, however often it is repeated with it."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.kernel.idempotency import Reply, marking
from commerce_core.wiring import Commerce

T = TypeVar("T")

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
_DONE = 200


def once(shop: Commerce, key: str | None, deed: str, request: object, run: Callable[[], T], kind: type[T]) -> T:
    """What `run` returns, or what it returned when the same deed was done with this key before.

    Keys are forgotten after two days. Raises what `run` raises, after which the key is free again unless something took
    effect; `InvalidInput`, `IdempotencyKeyReused` for another request, `IdempotencyInProgress` and
    `IdempotencyAnswerLost`.
    """
    if key is None:
        return run()
    from adapters_http.body import parse_json  # noqa: PLC0415 - only where it is asked for
    from adapters_http.decoding import decode  # noqa: PLC0415
    from adapters_http.encoding import to_json  # noqa: PLC0415

    if not _VISIBLE.fullmatch(key):
        raise InvalidInput.at("/key", "invalid-value", "Must be 1 to 255 visible ASCII characters.")
    started = shop.idempotency.start(f"cli {deed}", key, to_json(request))
    if isinstance(started, Reply):
        return decode(parse_json(started.body), kind)
    reply = None
    try:
        with marking(started):
            done = run()
        reply = Reply(_DONE, to_json(done))
    finally:
        with suppress(CommerceError):  # It is done, whether or not its answer can be kept.
            shop.idempotency.finish(started, reply)
    return done
