"""Remembering who bought, and what operators do about customers."""

from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission, hidden
from commerce_core.customers.errors import CustomerAccountsBoth, CustomersAreTheSame
from commerce_core.customers.merge import merged
from commerce_core.customers.model import LONGEST_NOTE, AccountPolicy, Customer, CustomerQuery
from commerce_core.customers.ports import CustomersWork
from commerce_core.customers.views import CustomerDetailsView, CustomerReader, CustomerView
from commerce_core.emails.consent import Consent, ConsentSource
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.text import text_error
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.views import OrderSummary


@frozen
class CustomersService:
    """The customers of the shop."""

    begin: Begin[CustomersWork]
    new_id: NewId
    read: CustomerReader
    policy: AccountPolicy = field(factory=AccountPolicy)

    @retried
    def remember_buyer(self, order_id: UUID) -> None:
        """Have a customer for the address of this order. Twice is once; an order that is gone is nobody's.

        The order stays a guest's until the address is proved: whoever typed it has not shown that it is theirs. Then it
        is found in the account. For the same reason a later order fills in what is unknown about a customer and changes
        nothing that is known. Leave to write, given at checkout, is written down with the order as its cause.
        """
        with self.begin() as work:
            buyer = work.customers.buyer_of(order_id)
            if buyer is None:
                return
            work.customers.remember(self.new_id(), buyer)
            work.customers.claim_order(order_id, buyer.email_key)
            if buyer.marketing:
                source, version = ConsentSource.CHECKOUT, self.policy.marketing_text
                work.consents.record(Consent(buyer.email, source, version, order_id, buyer.ordered_at, granted=True))

    def list_customers(self, actor: Actor, query: CustomerQuery) -> Page[CustomerView]:
        """A page of customers, newest first. Raises `PermissionDenied`."""
        actor.must(Permission.CUSTOMERS_READ)
        return self.read.page(query)

    def show(self, actor: Actor, customer_id: UUID) -> CustomerDetailsView:
        """One customer with spend, carts, addresses and notes. Raises `PermissionDenied` or `CustomerNotFound`."""
        actor.must(Permission.CUSTOMERS_READ)
        return self.read.details(customer_id)

    def id_of(self, actor: Actor, email_key: str) -> UUID | None:
        """Who has this normalised address. Raises `PermissionDenied`."""
        actor.must(Permission.CUSTOMERS_READ)
        return self.read.id_of(email_key)

    def orders(self, actor: Actor, customer_id: UUID, page: PageRequest) -> Page[OrderSummary]:
        """A page of a customer's orders, latest first. Raises `PermissionDenied` or `CustomerNotFound`."""
        actor.must(Permission.CUSTOMERS_READ)
        actor.must(Permission.ORDERS_READ)
        self.read.details(customer_id)
        return self.read.orders(customer_id, page)

    @retried
    def set_tags(
        self, actor: Actor, customer_id: UUID, tags: tuple[str, ...], expected_version: int | None = None
    ) -> None:
        """Exactly these tags from now on.

        Raises `PermissionDenied`, `CustomerNotFound`, `CustomerErased`, `CustomerVersionStale` or `InvalidInput`.
        """
        actor.must(Permission.CUSTOMERS_WRITE)
        with self.begin() as work:
            before = work.customers.lock(customer_id)
            before.must_be_somebody(expected_version)
            after = before.tagged(tags)
            if after is not before:
                work.customers.save(after)
                changes: Changes = {"tags": hidden(before.tags or None, after.tags or None)}
                work.audit.record(AuditEntry(actor, "customers.tagged", "customer", str(customer_id), changes))

    @retried
    def add_note(self, actor: Actor, customer_id: UUID, text: str) -> UUID:
        """Remember something; returns the note's id.

        Raises `PermissionDenied`, `CustomerNotFound`, `CustomerErased` or `InvalidInput`.
        """
        actor.must(Permission.CUSTOMERS_WRITE)
        if error := text_error("/text", text, limit=LONGEST_NOTE, least=1, lines=True):
            raise InvalidInput((error,))
        note_id = self.new_id()
        with self.begin() as work:
            work.customers.lock(customer_id).must_be_somebody()
            work.customers.add_note(note_id, customer_id, text, actor.name)
            changes: Changes = {"note": (None, str(note_id))}
            work.audit.record(AuditEntry(actor, "customers.noted", "customer", str(customer_id), changes))
        return note_id

    @retried
    def merge(self, actor: Actor, source_id: UUID, target_id: UUID) -> None:
        """Two rows were one person: orders, carts, addresses, notes and tags of `source` are `target`'s from now on.

        Raises `PermissionDenied`, `CustomerNotFound`, `CustomerErased`, `CustomersAreTheSame`, or
        `CustomerAccountsBoth` when `source` can log in: what somebody opens with their password stays theirs.
        """
        actor.must(Permission.CUSTOMERS_PRIVACY)
        if source_id == target_id:
            raise CustomersAreTheSame
        with self.begin() as work:
            both = {customer_id: work.customers.lock(customer_id) for customer_id in sorted((source_id, target_id))}
            source, target = both[source_id], both[target_id]
            _must_be_mergeable(source, target)
            merged(work, source, target)
            changes: Changes = {"merged_into": (None, str(target_id))}
            work.audit.record(AuditEntry(actor, "customers.merged", "customer", str(source_id), changes))


def _must_be_mergeable(source: Customer, target: Customer) -> None:
    source.must_be_somebody()
    target.must_be_somebody()
    if source.has_account:
        raise CustomerAccountsBoth
