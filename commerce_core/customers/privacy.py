"""What a person may ask of whoever keeps data about them: all of it, and to be forgotten (GDPR 15, 17, 20)."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
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

    def export(self, customer: Customer, at: datetime) -> bytes:
        """All of it as one JSON document."""
        ...

    def erase(self, customer: Customer) -> None:
        """Take the person out of orders, carts and their log, mails, stored replies, consents, notes and addresses.

        Amounts, goods, countries and times stay.
        """
        ...

    def documents(self, customer: Customer) -> tuple["Document", ...]:
        """Events, ours and providers', that are about this person."""
        ...

    def rewrite(self, document: "Document", payload: object) -> None:
        """Another content for one of them."""
        ...


@frozen
class Document:
    """JSON in a table that is not about people but may name them."""

    table: str
    id: UUID
    payload: object = field(repr=False)


class PrivacyWork(CustomersWork, Protocol):
    """What a transaction about somebody's data may touch: everything."""

    @property
    def traces(self) -> Traces:
        """What is known of a person."""
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
        return self._export(actor, self_of(actor))

    @retried
    def _export(self, actor: Actor, customer_id: UUID) -> bytes:
        with self.begin() as work:
            customer = work.customers.lock(customer_id)
            customer.must_be_somebody()
            found = work.traces.export(customer, work.now)
            work.audit.record(AuditEntry(actor, "customers.exported", "customer", str(customer_id)))
        return found

    def erase(self, actor: Actor, customer_id: UUID) -> None:
        """Forget a person for good. The books stay: what was sold, for how much, where to in the sense of taxes.

        Raises `PermissionDenied`, `CustomerNotFound`, `CustomerErased`, or `CustomerHasOpenOrders` while something is
        still to be paid or sent; then nothing has changed.
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
        self._erase(actor, customer_id)

    @retried
    def _erase(self, actor: Actor, customer_id: UUID) -> None:
        with self.begin() as work:
            customer = work.customers.lock(customer_id)
            customer.must_be_somebody()
            if orders := work.customers.open_orders(customer):
                raise CustomerHasOpenOrders(orders)
            for document in work.traces.documents(customer):
                payload = scrubbed(document.payload, (customer.email,))
                if payload != document.payload:
                    work.traces.rewrite(document, payload)
            work.traces.erase(customer)
            work.customer_sessions.close_all(customer.id)
            work.customer_proofs.drop(customer)
            work.customers.save(customer.erased(work.now))
            work.outbox.append(CustomerErasedForGood(customer.id))
            work.audit.record(AuditEntry(actor, "customers.erased", "customer", str(customer_id)))
