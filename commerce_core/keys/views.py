"""What keys look like from outside."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Permission
from commerce_core.keys.model import ApiKey, Holder


@frozen
class ApiKeyView:
    """A key, without what would open anything. `last_used_at` is right to the minute."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[Permission, ...]
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyView":
        """The view of a key."""
        return cls(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            scopes=tuple(permission for permission in Permission if permission in key.scopes),
            made_by=key.made_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
        )


@frozen
class IssuedKey:
    """A new key. The token is shown this once; the database keeps its hash."""

    token: str = field(repr=False)
    key: ApiKeyView


class KeyReader(Protocol):
    """Reads that need no transaction; each is one statement."""

    def holder(self, token_hash: bytes, noted_every: timedelta) -> Holder | None:
        """Whose token this is; None when the key is unknown, expired or revoked, or its owner disabled.

        Its use is due when the last one was noted so long ago.
        """
        ...

    def every_key(self) -> tuple[ApiKey, ...]:
        """All of them, the newest first, revoked ones too."""
        ...

    def key(self, key_id: UUID) -> ApiKey | None:
        """One, or None."""
        ...
