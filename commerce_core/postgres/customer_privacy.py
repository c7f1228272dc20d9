"""What PostgreSQL keeps about one person, given out and taken away; and the end of what is old."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen
from psycopg.types.json import Jsonb

from commerce_core.customers.model import Customer, erased_email
from commerce_core.customers.privacy import Document, DocumentKind, Known
from commerce_core.orders.words import words_of
from commerce_core.postgres.database import Session

_SLICE = 2_000  # documents looked through by one statement
_READ = {
    DocumentKind.PROVIDER: "customer_privacy.provider_documents",
    DocumentKind.EVENT: "customer_privacy.event_documents",
}
_REWRITE = {
    DocumentKind.PROVIDER: "customer_privacy.rewrite_provider_document",
    DocumentKind.EVENT: "customer_privacy.rewrite_event_document",
}


@frozen
class PostgresTraces:
    """Everything about one person outside their own row, within the transaction of the session."""

    session: Session

    def known(self, customer: Customer) -> Known:
        """By what the rest of the database knows this person."""
        row = self.session.row("customer_privacy.known", customer_id=customer.id, email_key=customer.email_key)
        return Known(*(tuple(found) for found in row)) if row else Known((), (), (), (), (), ())

    def export(self, customer: Customer, known: Known, at: datetime) -> bytes:
        """All of it as one JSON document."""
        found: bytes = self.session.value(
            "customer_privacy.export",
            customer_id=customer.id,
            at=at,
            emails=list(known.emails),
            order_ids=list(known.orders),
            cart_ids=list(known.carts),
            intents=list(known.intents),
            causes=list(known.causes),
        )
        return found

    def documents(self, known: Known) -> tuple[Document, ...]:
        """Events that name the person, one of their carts, orders or payments."""
        ids = (str(found) for found in (*known.orders, *known.carts))
        traces = [_anywhere_in(trace) for trace in (*known.emails, *ids, *known.intents)]
        return tuple(document for kind in DocumentKind for document in self._documents(kind, traces))

    def _documents(self, kind: DocumentKind, traces: list[str]) -> Iterator[Document]:
        after = UUID(int=0)
        while rows := self.session.rows(_READ[kind], traces=traces, after=after, limit=_SLICE):
            after = rows[0][0]
            yield from (Document(kind, *row[1:]) for row in rows if row[1])

    def rewrite(self, document: Document) -> None:
        """Another content for one of them."""
        payload = Jsonb(document.payload)
        self.session.send(_REWRITE[document.kind], id=document.id, payload=payload, error=document.error)

    def erase(self, customer: Customer, known: Known) -> None:
        """Take the person out of everything that names them: carts, orders, discounts, then what nobody waits for."""
        nobody, send = erased_email(customer.id), self.session.send
        orders, carts, emails = list(known.orders), list(known.carts), list(known.emails)
        send("customer_privacy.erase_carts", cart_ids=carts)
        send("customer_privacy.erase_cart_events", cart_ids=carts)
        send("customer_privacy.erase_drafts", cart_ids=carts)
        send("customer_privacy.erase_discounts", customer_id=customer.id, order_ids=orders, emails=emails)
        send("customer_privacy.erase_orders", customer_id=customer.id, order_ids=orders, erased=nobody)
        self._forget_words(orders)
        send("customer_privacy.erase_order_notes", order_ids=orders)
        send("customer_privacy.erase_refund_notes", order_ids=orders)
        send("customer_privacy.erase_tracking", order_ids=orders)
        send("customer_privacy.erase_reasons", order_ids=orders, traces=[_anywhere_in(t) for t in known.names])
        send("customer_privacy.erase_case_notes", order_ids=orders)
        send("customer_privacy.erase_waiting_mail", emails=emails, causes=list(known.causes))
        send("customer_privacy.erase_mail", emails=emails, causes=list(known.causes), erased=nobody)
        send("customer_privacy.erase_replies", ids=[str(found) for found in (customer.id, *orders, *carts)])
        send("customer_privacy.erase_proofs", customer_id=customer.id, emails=emails)
        send("customer_privacy.erase_consents", emails=emails)
        send("customer_privacy.erase_addresses", customer_id=customer.id)
        send("customer_privacy.erase_notes", customer_id=customer.id)
        send("customer_privacy.erase_former_emails", customer_id=customer.id)

    def _forget_words(self, orders: list[UUID]) -> None:
        """Orders are no longer found by whose they were."""
        for order_id, number, reference, skus in self.session.rows(
            "customer_privacy.orders_by_things", order_ids=orders
        ):
            words = words_of((str(number), reference, *skus))
            self.session.send("customer_privacy.rewrite_order_words", id=order_id, words=list(words))


def _anywhere_in(trace: str) -> str:
    """A pattern for LIKE that finds the trace itself, in lower case, wherever it stands."""
    escaped = re.sub(r"([%_\\])", r"\\\1", trace.lower())
    return f"%{escaped}%"


@frozen
class PostgresPruning:
    """Ends the time of rows, within the transaction of the session."""

    session: Session

    def mail_bodies(self, age: timedelta, limit: int) -> int:
        """Empty mails that are not waiting any more."""
        return len(self.session.rows("customer_privacy.prune_mail_bodies", before=self.session.now - age, limit=limit))

    def proofs(self, age: timedelta, limit: int) -> int:
        """Delete what tokens stood for that ran out so long ago."""
        return len(self.session.rows("customer_privacy.prune_proofs", before=self.session.now - age, limit=limit))

    def sessions(self, age: timedelta, limit: int) -> int:
        """Delete customers' sessions that ended so long ago."""
        return len(self.session.rows("customer_privacy.prune_sessions", before=self.session.now - age, limit=limit))
