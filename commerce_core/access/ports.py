"""What access asks of the database."""

from typing import Protocol

from commerce_core.access.model import AuditEntry


class AuditLog(Protocol):
    """The append-only record of what operators changed, written by the transaction that changes it."""

    def record(self, entry: AuditEntry) -> None:
        """Add one entry."""
        ...
