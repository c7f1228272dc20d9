"""What keys ask of the database."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.kernel.transaction import Work
from commerce_core.keys.model import ApiKey
from commerce_core.staff.ports import Invitations


class KeyRing(Protocol):
    """The keys within a transaction."""

    def lock(self, key_id: UUID) -> ApiKey | None:
        """One that nobody else revokes, nor makes another key with, until this transaction ends."""
        ...

    def add(self, key: ApiKey, token_hash: bytes) -> None:
        """Add one."""
        ...

    def revoke(self, key_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """Revoke a key and all that were made with it, and with those; returns which were not revoked before."""
        ...

    def note_use(self, key_id: UUID, pause: timedelta) -> None:
        """Write that it is used now, unless somebody did so within `pause` or is just doing so."""
        ...


class KeysWork(Work, Protocol):
    """What a transaction of this feature may touch."""

    @property
    def keys(self) -> KeyRing:
        """The keys."""
        ...

    @property
    def staff_invitations(self) -> Invitations:
        """Invitations that were written with a key go with it."""
        ...

    @property
    def audit(self) -> AuditLog:
        """The record of who changed what."""
        ...
