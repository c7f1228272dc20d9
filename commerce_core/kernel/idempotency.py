"""The same request twice is one request.

Rules follow the IETF draft "The Idempotency-Key HTTP Header Field" and Stripe's practice: a key belongs to one caller
and one operation, the first answer is kept and replayed, the same key with another body is refused.

What was done under a key is marked in the very transaction that does it. So a request whose answer was lost, by a
process that died or a connection that broke while committing, is known to have taken effect and never runs twice.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from attrs import field, frozen
from cryptography.fernet import InvalidToken

from commerce_core.kernel.errors import Conflict, Invalid
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.slices import in_slices
from commerce_core.kernel.token import SecretKey

LEASE = timedelta(seconds=60)  # Longer than any request may run, so that a live one is never taken over.
KEPT = timedelta(hours=48)  # Clients are promised 24.
_PURPOSE = "idempotency-reply"


@frozen
class IdempotencyKeyReused(Invalid):
    """The key was used before, for something else."""

    code = "idempotency-key-reused"
    detail = "This Idempotency-Key was used with another request body."


@frozen
class IdempotencyInProgress(Conflict):
    """The first request with this key has not finished."""

    code = "idempotency-in-progress"
    detail = "A request with this Idempotency-Key is still running."


@frozen
class IdempotencyAnswerLost(Conflict):
    """The first request with this key took effect, but its answer was lost. It does not run again."""

    code = "idempotency-answer-lost"
    detail = "The request with this Idempotency-Key took effect, but its answer was lost. Read the resource instead."


@frozen
class Reply:
    """An answer to keep: HTTP status, body and the headers worth repeating."""

    status: int
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(factory=dict)


@frozen
class Claim:
    """What the store found under a key: ours to run (`owner` is ours), somebody's, or already answered.

    `lost`: it took effect, and nobody is left who could answer.
    """

    owner: UUID
    fingerprint: bytes
    status: int | None
    body: bytes | None = field(repr=False)
    headers: dict[str, str]
    lost: bool


class IdempotencyStore(Protocol):
    """Keys and sealed answers. Each method is one statement, committed at once."""

    def claim(self, scope: str, key: str, fingerprint: bytes, owner: UUID, lease: timedelta) -> Claim:
        """Insert the key, or take over one whose lease ran out without an effect, or tell what is there."""
        ...

    def keep(self, scope: str, key: str, owner: UUID, reply: Reply) -> None:
        """Store the answer, if the key is still `owner`'s."""
        ...

    def release(self, scope: str, key: str, owner: UUID) -> None:
        """Forget the key, if it is still `owner`'s and nothing took effect under it; otherwise end its lease."""
        ...

    def forget(self, age: timedelta, limit: int) -> int:
        """Forget keys older than `age`, at most `limit`; returns how many."""
        ...


@frozen
class Running:
    """A key that is ours until the answer is kept or the key released."""

    scope: str
    key: str
    owner: UUID


_running: ContextVar[Running | None] = ContextVar("idempotency_running", default=None)


def running_key() -> Running | None:
    """The key whose effect the transactions of this request mark; None where nothing is marked."""
    return _running.get()


@contextmanager
def marking(running: Running) -> Iterator[None]:
    """Inside, each transaction that writes something marks that it did, and commits only while the key is ours."""
    token = _running.set(running)
    try:
        yield
    finally:
        _running.reset(token)


@frozen
class Idempotency:
    """Runs each request once. Answers are kept encrypted, because they may carry a payment's client secret."""

    store: IdempotencyStore
    secret: SecretKey
    new_id: NewId
    kept: timedelta = KEPT

    def start(self, scope: str, key: str, request: bytes) -> Running | Reply:
        """Claim the key, or return the answer given the first time.

        Raises `IdempotencyKeyReused`, `IdempotencyInProgress` and `IdempotencyAnswerLost`.
        """
        fingerprint = hashlib.sha256(request).digest()
        owner = self.new_id()
        found = self.store.claim(scope, key, fingerprint, owner, LEASE)
        if found.owner == owner:
            return Running(scope, key, owner)
        if found.fingerprint != fingerprint:
            raise IdempotencyKeyReused
        if found.lost:
            raise IdempotencyAnswerLost
        if found.status is None or found.body is None:
            raise IdempotencyInProgress
        try:
            return Reply(found.status, self.secret.unseal(_PURPOSE, found.body), found.headers)
        except InvalidToken:  # Sealed under a secret that is no longer ours.
            raise IdempotencyAnswerLost from None

    def finish(self, running: Running, reply: Reply | None) -> None:
        """Keep a success to be replayed. Without one give the key up: it is free again unless something took effect."""
        if reply is not None and 200 <= reply.status < 300:
            sealed = Reply(reply.status, self.secret.seal(_PURPOSE, reply.body), reply.headers)
            self.store.keep(running.scope, running.key, running.owner, sealed)
        else:
            self.store.release(running.scope, running.key, running.owner)

    def forget_old(self) -> int:
        """Forget every key whose promised time is over, slice by slice; returns how many."""
        return in_slices(partial(self.store.forget, self.kept))
