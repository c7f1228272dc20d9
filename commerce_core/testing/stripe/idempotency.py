"""Idempotency keys as Stripe keeps them.

Source: https://docs.stripe.com/api/idempotent_requests
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import Factory, define, frozen

from commerce_core.testing.stripe.faults import ApiError, JsonObject
from commerce_core.testing.stripe.parameters import Params
from commerce_core.testing.stripe.store import Store, timestamp

_KEPT = 24 * 3600  # Stripe removes keys after at least a day.


@frozen
class Answer:
    """A status and a body, with the id of the request they were first given to."""

    status: int
    body: JsonObject
    request_id: str


def fingerprint(method: str, path: str, params: Params) -> str:
    """What must be the same for a key to mean the same request."""
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()


@define
class Keys:
    """Which answer was given under which key, errors and 500s included."""

    store: Store
    _running: set[str] = Factory(set)

    @contextmanager
    def claimed(self, key: str | None, print_: str) -> Iterator[Answer | None]:
        """Hold the key while a request runs, and tell what it was answered before. Raises `ApiError`."""
        if key is None:
            yield None
            return
        with self.store.look() as tables:
            kept = tables["replies"].get(key)
            if key in self._running:
                raise _in_use(key)
            if kept is not None and kept["fingerprint"] != print_:
                raise _mismatch(key)
            self._running.add(key)
        try:
            yield Answer(kept["status"], kept["body"], kept["request_id"]) if kept else None
        finally:
            with self.store.look():
                self._running.discard(key)

    def keep(self, key: str | None, print_: str, answer: Answer) -> None:
        """From now on this is the answer; days-old ones are forgotten."""
        if key is None:
            return
        now = timestamp()
        with self.store.change() as tables:
            for old in [k for k, reply in tables["replies"].items() if reply["created"] < now - _KEPT]:
                del tables["replies"][old]
            tables["replies"][key] = {
                "fingerprint": print_,
                "status": answer.status,
                "body": answer.body,
                "request_id": answer.request_id,
                "created": now,
            }


def _in_use(key: str) -> ApiError:
    message = (
        f"There is currently another in-progress request using this Idempotent Key: {key}. Please try again later."
    )
    return ApiError(409, "idempotency_error", message, code="idempotency_key_in_use")


def _mismatch(key: str) -> ApiError:
    message = (
        "Keys for idempotent requests can only be used with the same endpoint and parameters they were first used "
        f"with. Try using a key other than '{key}' if you meant to execute a different request."
    )
    return ApiError(400, "idempotency_error", message)
