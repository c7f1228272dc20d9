"""The audit log in PostgreSQL."""

from attrs import frozen
from psycopg.types.json import Jsonb

from commerce_core.access.model import AuditEntry
from commerce_core.postgres.database import Session


@frozen
class PostgresAuditLog:
    """Adds audit rows in the transaction of the session."""

    session: Session

    def record(self, entry: AuditEntry) -> None:
        """Add one entry."""
        self.session.send(
            "access.record",
            actor_kind=entry.actor.kind.value,
            actor_id=entry.actor.id,
            actor_name=entry.actor.name,
            action=entry.action,
            entity_type=entry.entity_type,
            entity_id=entry.entity_id,
            changes=Jsonb({name: {"before": old, "after": new} for name, (old, new) in entry.changes.items()}),
            request_id=entry.actor.origin.request_id,
            address=entry.actor.origin.address,
        )
