"""What PostgreSQL keeps about one person, given out and taken away; and the end of what is old."""

from datetime import datetime, timedelta
from uuid import UUID

from attrs import define, frozen
from psycopg.types.json import Jsonb

from commerce_core.customers.model import Customer, erased_email
from commerce_core.customers.privacy import Document
from commerce_core.customers.retention import Kept
from commerce_core.postgres.database import Session

_PRUNE = {
    Kept.MAIL_BODIES: "customer_privacy.prune_mail_bodies",
    Kept.PROVIDER_EVENTS: "customer_privacy.prune_provider_events",
    Kept.EVENTS: "customer_privacy.prune_events",
    Kept.PROOFS: "customer_privacy.prune_proofs",
    Kept.SESSIONS: "customer_privacy.prune_sessions",
}


@frozen
class PostgresTraces:
    """Everything about one person outside their own row, within the transaction of the session."""

    session: Session

    def export(self, customer: Customer, at: datetime) -> bytes:
        """All of it as one JSON document."""
        found: bytes = self.session.value("customer_privacy.export", customer_id=customer.id, at=at)
        return found

    def documents(self, customer: Customer) -> tuple[Document, ...]:
        """Events that name the person, one of their carts, orders or payments."""
        known = self._ids(customer)
        traces = [customer.email_key, *known.texts(customer.id), *(intent.lower() for intent in known.intents)]
        rows = self.session.rows("customer_privacy.documents", traces=traces)
        return tuple(Document(*row) for row in rows)

    def rewrite(self, document: Document, payload: object) -> None:
        """Another content for one of them."""
        if document.table == "webhook_events":
            self.session.send("customer_privacy.rewrite_webhook_event", id=document.id, payload=Jsonb(payload))
        else:
            self.session.send("customer_privacy.rewrite_outbox_event", id=document.id, payload=Jsonb(payload))

    def erase(self, customer: Customer) -> None:
        """Take the person out of everything that names them."""
        known = self._ids(customer)
        nobody = erased_email(customer.id)
        send = self.session.send
        send("customer_privacy.erase_orders", customer_id=customer.id, order_ids=known.orders, erased=nobody)
        send("customer_privacy.erase_carts", cart_ids=known.carts)
        send("customer_privacy.erase_cart_events", cart_ids=known.carts)
        send("customer_privacy.erase_waiting_mail", email_key=customer.email_key)
        send("customer_privacy.erase_mail", email_key=customer.email_key, erased=nobody)
        send("customer_privacy.erase_replies", ids=known.texts(customer.id))
        send("customer_privacy.erase_consents", email_key=customer.email_key)
        send("customer_privacy.erase_addresses", customer_id=customer.id)
        send("customer_privacy.erase_notes", customer_id=customer.id)

    def _ids(self, customer: Customer) -> "_Known":
        row = self.session.row("customer_privacy.ids", customer_id=customer.id, email_key=customer.email_key)
        return _Known(*row) if row else _Known([], [], [])


@define
class _Known:
    """By what other tables know a person."""

    orders: list[UUID]
    carts: list[UUID]
    intents: list[str]

    def texts(self, customer_id: UUID) -> list[str]:
        return [str(found) for found in (customer_id, *self.orders, *self.carts)]


@frozen
class PostgresPruning:
    """Ends the time of rows, within the transaction of the session."""

    session: Session

    def prune(self, kind: Kept, age: timedelta, limit: int) -> int:
        """Of what is older than `age`, at most `limit` rows."""
        before = self.session.now - age
        return len(self.session.rows(_PRUNE[kind], before=before, limit=limit))
