"""What one transaction may touch. Each use case sees only the ports its own `Work` names."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property

from attrs import frozen

from commerce_core.checkout.reopening import PlacedOrders
from commerce_core.kernel.idempotency import running_key
from commerce_core.postgres.access import PostgresAuditLog
from commerce_core.postgres.audit import PostgresAuditChain
from commerce_core.postgres.cart import PostgresCarts
from commerce_core.postgres.catalog import PostgresProducts
from commerce_core.postgres.catalog_search import PostgresSearchIndex
from commerce_core.postgres.categories import PostgresCategories
from commerce_core.postgres.charges import PostgresCharges
from commerce_core.postgres.consents import PostgresConsents
from commerce_core.postgres.customer_accounts import PostgresAddressBook, PostgresCustomerSessions, PostgresProofs
from commerce_core.postgres.customer_privacy import PostgresPruning, PostgresTraces
from commerce_core.postgres.customers import PostgresCustomers
from commerce_core.postgres.database import Database, Session
from commerce_core.postgres.discounts import PostgresDiscounts
from commerce_core.postgres.doorbell import Doorbell
from commerce_core.postgres.draft_orders import PostgresDraftOrders
from commerce_core.postgres.emails import PostgresEmailClaims, PostgresEmailQueue
from commerce_core.postgres.imports import PostgresHandles
from commerce_core.postgres.inbox import PostgresInbox
from commerce_core.postgres.inventory import PostgresStock
from commerce_core.postgres.invoices import PostgresInvoices, PostgresSales
from commerce_core.postgres.keys import PostgresKeyRing
from commerce_core.postgres.logins import PostgresGuesses
from commerce_core.postgres.media import PostgresRemoteImages, PostgresUploads
from commerce_core.postgres.merchant import PostgresMerchant
from commerce_core.postgres.orders import PostgresOrders
from commerce_core.postgres.outbox import PostgresOutbox, PostgresOutboxClaims
from commerce_core.postgres.payment_books import PostgresBooks
from commerce_core.postgres.payment_cases import PostgresPaymentCases
from commerce_core.postgres.payments import PostgresPayments
from commerce_core.postgres.pricing import KeptRules, PostgresRules
from commerce_core.postgres.redirects import PostgresRedirects
from commerce_core.postgres.refunds import PostgresDisputes, PostgresRefunds
from commerce_core.postgres.rule_revision import PostgresRuleRevision
from commerce_core.postgres.shipments import PostgresShipments
from commerce_core.postgres.shipping import PostgresZones
from commerce_core.postgres.staff import PostgresStaffRegister, PostgresStaffSessions
from commerce_core.postgres.staff_mails import PostgresInvitations, PostgresPasswordResets
from commerce_core.postgres.subscriptions import PostgresDeliveries, PostgresSubscriptions
from commerce_core.postgres.tags import PostgresTags
from commerce_core.postgres.taxes import PostgresTaxRates


class PostgresWork:
    """Every port of a transaction, on one session. Satisfies the `Work` of each feature."""

    def __init__(self, session: Session, rules: KeptRules | None) -> None:
        self._session = session
        self._kept_rules = rules
        self._doorbell = Doorbell(session)

    @property
    def now(self) -> datetime:
        """The shop's time in this transaction."""
        return self._session.now

    def finish(self) -> None:
        """What is sent last: the mark of the request's idempotency key, and the wake-up of the worker."""
        if running := running_key():
            self._session.send(
                "kernel.mark_idempotency_effect", scope=running.scope, key=running.key, owner=running.owner
            )
        self._doorbell.ring()

    @cached_property
    def outbox(self) -> PostgresOutbox:
        return PostgresOutbox(self._session, self._doorbell)

    @cached_property
    def outbox_claims(self) -> PostgresOutboxClaims:
        return PostgresOutboxClaims(self._session, self._doorbell)

    @cached_property
    def subscriptions(self) -> PostgresSubscriptions:
        return PostgresSubscriptions(self._session)

    @cached_property
    def deliveries(self) -> PostgresDeliveries:
        return PostgresDeliveries(self._session)

    @cached_property
    def emails(self) -> PostgresEmailQueue:
        return PostgresEmailQueue(self._session, self._doorbell)

    @cached_property
    def email_claims(self) -> PostgresEmailClaims:
        return PostgresEmailClaims(self._session, self._doorbell)

    @cached_property
    def products(self) -> PostgresProducts:
        return PostgresProducts(self._session)

    @cached_property
    def categories(self) -> PostgresCategories:
        return PostgresCategories(self._session)

    @cached_property
    def tags(self) -> PostgresTags:
        return PostgresTags(self._session)

    @cached_property
    def redirects(self) -> PostgresRedirects:
        return PostgresRedirects(self._session)

    @cached_property
    def handles(self) -> PostgresHandles:
        return PostgresHandles(self._session)

    @cached_property
    def uploads(self) -> PostgresUploads:
        return PostgresUploads(self._session)

    @cached_property
    def remote_images(self) -> PostgresRemoteImages:
        return PostgresRemoteImages(self._session)

    @cached_property
    def search_index(self) -> PostgresSearchIndex:
        return PostgresSearchIndex(self._session)

    @cached_property
    def stock(self) -> PostgresStock:
        return PostgresStock(self._session, self.outbox)

    @cached_property
    def carts(self) -> PostgresCarts:
        return PostgresCarts(self._session, self.rules)

    @cached_property
    def orders(self) -> PostgresOrders:
        return PostgresOrders(self._session)

    @cached_property
    def placed(self) -> PlacedOrders:
        return PlacedOrders(self)

    @cached_property
    def payments(self) -> PostgresPayments:
        return PostgresPayments(self._session)

    @cached_property
    def refunds(self) -> PostgresRefunds:
        return PostgresRefunds(self._session)

    @cached_property
    def shipments(self) -> PostgresShipments:
        return PostgresShipments(self._session)

    @cached_property
    def disputes(self) -> PostgresDisputes:
        return PostgresDisputes(self._session)

    @cached_property
    def payment_cases(self) -> PostgresPaymentCases:
        return PostgresPaymentCases(self._session)

    @cached_property
    def books(self) -> PostgresBooks:
        return PostgresBooks(self._session)

    @cached_property
    def sales(self) -> PostgresSales:
        return PostgresSales(self._session)

    @cached_property
    def invoices(self) -> PostgresInvoices:
        return PostgresInvoices(self._session)

    @cached_property
    def inbox(self) -> PostgresInbox:
        return PostgresInbox(self._session)

    @cached_property
    def rules(self) -> PostgresRules:
        if self._kept_rules is None:
            raise RuntimeError("these transactions were opened without rules to price by")
        return PostgresRules(self._session, self._kept_rules)

    @cached_property
    def draft_orders(self) -> PostgresDraftOrders:
        return PostgresDraftOrders(self._session, self.carts)

    @cached_property
    def charges(self) -> PostgresCharges:
        return PostgresCharges(self._session)

    @cached_property
    def rule_revision(self) -> PostgresRuleRevision:
        return PostgresRuleRevision(self._session)

    @cached_property
    def discounts(self) -> PostgresDiscounts:
        return PostgresDiscounts(self._session)

    @cached_property
    def tax_rates(self) -> PostgresTaxRates:
        return PostgresTaxRates(self._session)

    @cached_property
    def zones(self) -> PostgresZones:
        return PostgresZones(self._session)

    @cached_property
    def merchant(self) -> PostgresMerchant:
        return PostgresMerchant(self._session)

    @cached_property
    def audit(self) -> PostgresAuditLog:
        return PostgresAuditLog(self._session)

    @cached_property
    def audit_chain(self) -> PostgresAuditChain:
        return PostgresAuditChain(self._session)

    @cached_property
    def guesses(self) -> PostgresGuesses:
        return PostgresGuesses(self._session)

    @cached_property
    def staff(self) -> PostgresStaffRegister:
        return PostgresStaffRegister(self._session)

    @cached_property
    def staff_sessions(self) -> PostgresStaffSessions:
        return PostgresStaffSessions(self._session)

    @cached_property
    def staff_invitations(self) -> PostgresInvitations:
        return PostgresInvitations(self._session)

    @cached_property
    def staff_resets(self) -> PostgresPasswordResets:
        return PostgresPasswordResets(self._session)

    @cached_property
    def keys(self) -> PostgresKeyRing:
        return PostgresKeyRing(self._session)

    @cached_property
    def customers(self) -> PostgresCustomers:
        return PostgresCustomers(self._session)

    @cached_property
    def customer_sessions(self) -> PostgresCustomerSessions:
        return PostgresCustomerSessions(self._session)

    @cached_property
    def customer_proofs(self) -> PostgresProofs:
        return PostgresProofs(self._session)

    @cached_property
    def customer_addresses(self) -> PostgresAddressBook:
        return PostgresAddressBook(self._session)

    @cached_property
    def traces(self) -> PostgresTraces:
        return PostgresTraces(self._session)

    @cached_property
    def pruning(self) -> PostgresPruning:
        return PostgresPruning(self._session)

    @cached_property
    def consents(self) -> PostgresConsents:
        return PostgresConsents(self._session)


@frozen
class PostgresBegin:
    """Opens transactions; the `begin` of every service."""

    database: Database
    rules: KeptRules | None = None  # where nothing is priced

    @contextmanager
    def __call__(self) -> Iterator[PostgresWork]:
        with self.database.begin() as session:
            work = PostgresWork(session, self.rules)
            yield work
            work.finish()

    @contextmanager
    def single(self) -> Iterator[PostgresWork]:
        """For one statement, which is a transaction by itself: it saves BEGIN, COMMIT and waiting for them.

        Not where an idempotency key has to be marked, which is a second statement.
        """
        if running_key():
            with self() as work:
                yield work
        else:
            with self.database.read() as session:
                yield PostgresWork(session, self.rules)
