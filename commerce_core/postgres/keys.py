"""Keys in PostgreSQL."""

from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Role
from commerce_core.keys.model import ApiKey, Holder, known_scopes
from commerce_core.postgres.database import Database, Row, Session


@frozen
class PostgresKeyRing:
    """The keys within the transaction of the session."""

    session: Session

    def lock(self, key_id: UUID) -> ApiKey | None:
        """One that nobody else revokes, nor makes another key with, until this transaction ends."""
        row = self.session.locked(self.session.send("keys.lock", id=key_id))
        return _key(row) if row else None

    def add(self, key: ApiKey, token_hash: bytes) -> None:
        """Add one."""
        self.session.send(
            "keys.add",
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            token_hash=token_hash,
            scopes=sorted(scope.value for scope in key.scopes),
            owner_id=key.owner_id,
            parent_id=key.parent_id,
            made_by=key.made_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
        )

    def revoke(self, key_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """Revoke a key and all that were made with it, and with those; returns which were not revoked before."""
        family = generation = [key_id]
        while generation:
            made_with = self.session.all_locked(self.session.send("keys.lock_made_with", parents=generation))
            generation = [row[0] for row in made_with]
            family = family + generation
        return tuple(row[0] for row in self.session.rows("keys.revoke", ids=family, at=at))

    def note_use(self, key_id: UUID, pause: timedelta) -> None:
        """Write that it is used now, unless somebody did so within `pause` or is just doing so."""
        now = self.session.now
        self.session.send("keys.note_use", id=key_id, at=now, before=now - pause)


@frozen
class PostgresKeyReader:
    """Reads that need no transaction; each is one prepared statement."""

    database: Database

    def holder(self, token_hash: bytes, noted_every: timedelta) -> Holder | None:
        """Whose token this is; None when the key is unknown, expired or revoked, or its owner disabled."""
        with self.database.read() as session:
            row = session.row("keys.holder", token_hash=token_hash, noted_every=noted_every)
        if row is None:
            return None
        key_id, name, scopes, role, use_is_due = row
        return Holder(key_id, name, known_scopes(scopes), Role(role) if role else None, use_is_due)

    def every_key(self) -> tuple[ApiKey, ...]:
        """All of them, the newest first, revoked ones too."""
        with self.database.read() as session:
            return tuple(_key(row) for row in session.rows("keys.every_key"))

    def key(self, key_id: UUID) -> ApiKey | None:
        """One, or None."""
        with self.database.read() as session:
            row = session.row("keys.key", id=key_id)
        return _key(row) if row else None


def _key(row: Row) -> ApiKey:
    key_id, name, prefix, scopes, *rest = row
    return ApiKey(key_id, name, prefix, known_scopes(scopes), *rest)
