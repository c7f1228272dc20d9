"""What a person may ask of whoever keeps data about them: all of it, and to be forgotten (GDPR 15, 17, 20)."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.logins import Guesses, account_of
from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.customers.accounts import REALM
from commerce_core.customers.errors import CustomerHasOpenOrders, LoginTooOld
from commerce_core.customers.events import CustomerErasedForGood
from commerce_core.customers.model import AccountPolicy, Customer, self_of
from commerce_core.customers.ports import CustomersWork
from commerce_core.customers.scrubbing import scrubbed
from commerce_core.kernel.token import hash_token
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.staff.errors import SessionInvalid


class Traces(Protocol):
    """Everything about one person outside their own row, within a transaction."""

    def known(self, customer: Customer) -> "Known":
        """By what the rest of the database knows this person."""
        ...

    def export(self, customer: Customer, known: "Known", at: datetime) -> bytes:
        """All of it as one JSON document."""
        ...

    def erase(self, customer: Customer, known: "Known") -> None:
        """Take the person out of carts and their log, orders, mails, stored replies, uses of discounts and consents.

        Addresses and notes go, what people typed about orders and payments, and numbers by which parcels are followed.
        Amounts, goods, countries and times stay, and so do invoices, which the law wants kept as they were issued.
        """
        ...

    def documents(self, known: "Known") -> tuple["Document", ...]:
        """Events, ours and providers', that are about this person."""
        ...

    def rewrite(self, document: "Document") -> None:
        """Another content for one of them."""
        ...


@frozen
class Known:
    """By what the rest of the database knows a person."""

    emails: tuple[str, ...]  # normalised: theirs now, and those that were and are nobody else's
    words: tuple[str, ...]  # names, streets, numbers that stand in their addresses
    orders: tuple[UUID, ...]
    carts: tuple[UUID, ...]
    intents: tuple[str, ...]
    causes: tuple[UUID, ...]  # of mails to them, whatever address these went to

    @property
    def names(self) -> tuple[str, ...]:
        """What names them in a text."""
        return (*self.emails, *self.words)


class DocumentKind(StrEnum):
    """Whose events."""

    PROVIDER = "provider"
    EVENT = "event"  # our own


@frozen
class Document:
    """JSON in a table that is not about people but may name them, and what went wrong with it."""

    kind: DocumentKind
    id: UUID
    payload: object = field(repr=False)
    error: str | None = field(repr=False)

    def without(self, words: tuple[str, ...]) -> "Document":
        """The same without the person whom these words name."""
        return evolve(self, payload=scrubbed(self.payload, words), error=scrubbed(self.error, words))


class PrivacyWork(CustomersWork, Protocol):
    """What a transaction about somebody's data may touch: everything."""

    @property
    def traces(self) -> Traces:
        """What is known of a person."""
        ...

    @property
    def guesses(self) -> Guesses:
        """Guesses at their password."""
        ...


@frozen
class PrivacyService:
    """Gives people their data, and forgets them. Both are written down, by whom and about whom, never what."""

    begin: Begin[PrivacyWork]
    policy: AccountPolicy = field(factory=AccountPolicy)

    def export(self, actor: Actor, customer_id: UUID) -> bytes:
        """Everything that is kept about a person, as JSON; secrets are not theirs to have.

        Raises `PermissionDenied`, `CustomerNotFound` or `CustomerErased`.
        """
        actor.must(Permission.CUSTOMERS_PRIVACY)
        return self._export(actor, customer_id)

    def export_own(self, actor: Actor) -> bytes:
        """The same for oneself. Raises `SessionInvalid`."""
        return self._export(_anywhere(actor), self_of(actor))

    @retried
    def _export(self, actor: Actor, customer_id: UUID) -> bytes:
        with self.begin() as work:
            customer = work.customers.lock(customer_id)
            customer.must_be_somebody()
            found = work.traces.export(customer, work.traces.known(customer), work.now)
            work.audit.record(AuditEntry(actor, "customers.exported", "customer", str(customer_id)))
        return found

    def erase(self, actor: Actor, customer_id: UUID) -> None:
        """Forget a person for good. The books stay: what was sold, for how much, where to in the sense of taxes.

        Raises `PermissionDenied`, `CustomerNotFound`, `CustomerErased`, or `CustomerHasOpenOrders` while something is
        still to be paid, sent or given back; then nothing has changed.
        """
        actor.must(Permission.CUSTOMERS_PRIVACY)
        self._erase(actor, customer_id)

    @retried
    def erase_own(self, actor: Actor, token: str) -> None:
        """The same for oneself. Raises `SessionInvalid`, `LoginTooOld` or `CustomerHasOpenOrders`."""
        customer_id = self_of(actor)
        with self.begin() as work:
            session = work.customer_sessions.lock(hash_token(token))
            if session is None or session[0] != customer_id:
                raise SessionInvalid
            if session[1] + self.policy.recent_login < work.now:
                raise LoginTooOld(int(self.policy.recent_login.total_seconds()) // 60)
        self._erase(_anywhere(actor), customer_id)

    @retried
    def _erase(self, actor: Actor, customer_id: UUID) -> None:
        with self.begin() as work:
            customer = work.customers.lock(customer_id)
            customer.must_be_somebody()
            if orders := work.customers.open_orders(customer):
                raise CustomerHasOpenOrders(orders)
            known = work.traces.known(customer)
            for document in work.traces.documents(known):
                left = document.without(known.names)
                if left != document:
                    work.traces.rewrite(left)
            work.traces.erase(customer, known)
            work.customer_sessions.close_all(customer.id)
            for email_key in known.emails:
                work.guesses.forget_account(account_of(REALM, email_key))
            work.customers.save(customer.erased(work.now))
            work.outbox.append(CustomerErasedForGood(customer.id))
            changes: Changes = {"email": (customer.email, None)}
            work.audit.record(AuditEntry(actor, "customers.erased", "customer", str(customer_id), changes))


def _anywhere(actor: Actor) -> Actor:
    """The actor without an address: the audit log never forgets, so it may not learn where a customer was."""
    return evolve(actor, origin=evolve(actor.origin, address=None))
