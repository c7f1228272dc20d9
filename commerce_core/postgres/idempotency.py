"""Idempotency keys in PostgreSQL."""

from datetime import timedelta
from uuid import UUID

from attrs import frozen
from psycopg.types.json import Jsonb

from commerce_core.kernel.idempotency import Claim, Reply
from commerce_core.postgres.database import Database


@frozen
class PostgresIdempotencyStore:
    """Each method is one statement, committed at once."""

    database: Database

    def claim(self, scope: str, key: str, fingerprint: bytes, owner: UUID, lease: timedelta) -> Claim:
        """Insert the key, take it over, or tell what is there."""
        with self.database.read() as session:
            row = session.row(
                "kernel.claim_idempotency_key", scope=scope, key=key, fingerprint=fingerprint, owner=owner, lease=lease
            )
        assert row is not None  # noqa: S101 - an upsert always returns its row
        return Claim(*row)

    def keep(self, scope: str, key: str, owner: UUID, reply: Reply) -> None:
        """Store the answer, if the key is still the owner's."""
        with self.database.read() as session:
            session.send(
                "kernel.keep_idempotent_reply",
                scope=scope, key=key, owner=owner, status=reply.status, body=reply.body, headers=Jsonb(reply.headers),
            )  # fmt: skip

    def release(self, scope: str, key: str, owner: UUID) -> None:
        """Forget the key, if it is still the owner's and nothing took effect under it; otherwise end its lease."""
        with self.database.read() as session:
            session.send("kernel.release_idempotency_key", scope=scope, key=key, owner=owner)

    def forget(self, age: timedelta, limit: int) -> int:
        """Forget keys older than `age`, at most `limit`; returns how many."""
        with self.database.read() as session:
            return len(session.rows("kernel.forget_idempotency_keys", age=age, limit=limit))
