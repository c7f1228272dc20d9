"""Customers in PostgreSQL."""

from uuid import UUID

from attrs import frozen

from commerce_core.customers.addresses import SavedAddress
from commerce_core.customers.errors import CustomerEmailTaken, CustomerNotFound
from commerce_core.customers.model import Buyer, Customer, CustomerQuery, Proof
from commerce_core.customers.views import (
    AccountView,
    CustomerCartView,
    CustomerDetailsView,
    CustomerNoteView,
    CustomerView,
)
from commerce_core.emails.model import Locale
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.transaction import TransactionConflict
from commerce_core.orders.views import OrderSummary
from commerce_core.postgres.customer_accounts import proof_value, saved_address
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.order_lists import summary


@frozen
class PostgresCustomers:
    """The people who bought or have an account, within the transaction of the session."""

    session: Session

    def buyer_of(self, order_id: UUID) -> Buyer | None:
        """What an order tells about its buyer; None when there is no such order."""
        row = self.session.row("customers.buyer_of", order_id=order_id)
        return Buyer(row[0], row[1], Locale(row[2]), row[3], row[4]) if row else None

    def remember(self, customer_id: UUID, buyer: Buyer) -> None:
        """Add a customer under this id, or fill in what is not known yet of the one with this address."""
        self.session.send(
            "customers.remember",
            id=customer_id,
            email=buyer.email,
            email_key=buyer.email_key,
            name=buyer.name,
            locale=buyer.locale.value,
            search_text=buyer.search_text,
        )

    def lock(self, customer_id: UUID) -> Customer:
        """One customer, ours until the transaction ends."""
        row = self.session.locked(self.session.send("customers.lock", customer_id=customer_id))
        if row is None:
            raise CustomerNotFound(customer_id)
        return _customer(row)

    def lock_address(self, email_key: str) -> Customer | None:
        """The customer with this address; whoever else asks for it waits."""
        self.session.send("customers.wait_for_address", email_key=email_key)
        row = self.session.locked(self.session.send("customers.lock_address", email_key=email_key))
        return _customer(row) if row else None

    def add(self, customer: Customer) -> None:
        """Somebody new."""
        added = self.session.row(
            "customers.add",
            id=customer.id,
            email=customer.email,
            email_key=customer.email_key,
            name=customer.name,
            locale=customer.locale.value,
            search_text=customer.search_text,
            password_hash=customer.password_hash,
            email_verified_at=customer.email_verified_at,
            created_at=customer.created_at,
        )
        if added is None:
            raise TransactionConflict

    def save(self, customer: Customer) -> None:
        """Write everything about them."""
        with self.session.refusing({"customers_email_key": CustomerEmailTaken()}):
            self.session.row(
                "customers.save",
                id=customer.id,
                email=customer.email,
                email_key=customer.email_key,
                name=customer.name,
                locale=customer.locale.value,
                search_text=customer.search_text,
                tags=list(customer.tags),
                password_hash=customer.password_hash,
                email_verified_at=customer.email_verified_at,
                merged_into_id=customer.merged_into_id,
                erased_at=customer.erased_at,
                version=customer.version,
            )

    def claim_orders(self, customer: Customer) -> None:
        """Guests' orders of this address are theirs from now on."""
        self.session.send("customers.claim_orders", customer_id=customer.id, email_key=customer.email_key)

    def claim_order(self, order_id: UUID, email_key: str) -> None:
        """A guest's order is the customer's who has proved this address."""
        self.session.send("customers.claim_order", order_id=order_id, email_key=email_key)

    def open_orders(self, customer: Customer) -> int:
        """How many of their orders wait for money, for the goods to leave, or for money to be back."""
        count: int = self.session.value("customers.open_orders", customer_id=customer.id, email_key=customer.email_key)
        return count

    def hand_over(self, source: Customer, target: Customer) -> None:
        """Carts, orders, addresses, notes and former e-mail addresses of `source` are `target`'s from now on."""
        send, ids = self.session.send, {"source_id": source.id, "target_id": target.id}
        send("customers.hand_over_carts", **ids)
        send("customers.hand_over_orders", source_key=source.email_key, **ids)
        send("customers.hand_over_addresses", **ids)
        send("customers.hand_over_notes", **ids)
        send("customers.hand_over_former_emails", **ids)

    def leave_email(self, customer_id: UUID, email_key: str) -> None:
        """Remember an address that was theirs until now."""
        self.session.send("customers.leave_email", customer_id=customer_id, email_key=email_key, at=self.session.now)

    def add_note(self, note_id: UUID, customer_id: UUID, text: str, author: str) -> None:
        """What staff wants to remember."""
        self.session.send(
            "customers.add_note",
            id=note_id, customer_id=customer_id, text=text, author=author, at=self.session.now,
        )  # fmt: skip


@frozen
class PostgresCustomerReader:
    """Reads that need no transaction. A shop has one currency."""

    database: Database
    currency: str

    def page(self, query: CustomerQuery) -> Page[CustomerView]:
        """One page, newest first, in one statement."""
        request = query.page
        with self.database.read() as session:
            rows = session.rows(
                "customers.page",
                search_text=query.search_text, tag=query.tag, limit=request.per_page, offset=request.offset,
            )  # fmt: skip
        items = tuple(self._view(row[1:]) for row in rows if row[1])
        return Page(items, request.page, request.per_page, total=rows[0][0])

    def details(self, customer_id: UUID) -> CustomerDetailsView:
        """One person, as they are in one moment."""
        with self.database.begin() as session:
            head = session.send("customers.details", customer_id=customer_id)
            addresses = session.send("customer_accounts.addresses", customer_id=customer_id)
            carts = session.send("customers.carts", customer_id=customer_id)
            notes = session.send("customers.notes", customer_id=customer_id)
            row = head.fetchone()
            if row is None:
                raise CustomerNotFound(customer_id)
            return CustomerDetailsView(
                id=row[0],
                email=row[1],
                name=row[2],
                locale=Locale(row[3]),
                tags=tuple(row[4]),
                has_account=row[5],
                marketing=row[6],
                orders_count=row[7],
                total_spent=Money(row[8], self.currency),
                last_order_at=row[9],
                addresses=tuple(saved_address(one) for one in addresses.fetchall()),
                carts=tuple(
                    CustomerCartView(one[0], one[1], one[2], Money(one[3], one[4]), one[5]) for one in carts.fetchall()
                ),
                notes=tuple(CustomerNoteView(*one) for one in notes.fetchall()),
                erased_at=row[10],
                version=row[11],
                created_at=row[12],
            )

    def id_of(self, email_key: str) -> UUID | None:
        """Who has this normalised address."""
        with self.database.read() as session:
            row = session.row("customers.id_of", email_key=email_key)
        return row[0] if row else None

    def orders(self, customer_id: UUID, page: PageRequest) -> Page[OrderSummary]:
        """A page of their orders, latest first."""
        with self.database.begin() as session:
            rows = session.send("customers.orders", customer_id=customer_id, limit=page.per_page, offset=page.offset)
            total = session.send("customers.orders_total", customer_id=customer_id)
            found = [summary(row) for row in rows.fetchall()]
            count = total.fetchone()
        return Page(found, page.page, page.per_page, count[0] if count else 0)

    def credentials(self, email_key: str) -> Customer | None:
        """Who logs in with this normalised address."""
        with self.database.read() as session:
            row = session.row("customers.credentials", email_key=email_key)
        return _customer(row) if row else None

    def customer(self, customer_id: UUID) -> Customer | None:
        """One customer."""
        with self.database.read() as session:
            row = session.row("customers.by_id", customer_id=customer_id)
        return _customer(row) if row else None

    def session_owner(self, token_hash: bytes) -> UUID | None:
        """Whose running session this is."""
        with self.database.read() as session:
            row = session.row("customer_accounts.session_owner", token_hash=token_hash)
        return row[0] if row else None

    def account(self, customer_id: UUID) -> AccountView:
        """One's own account."""
        with self.database.read() as session:
            row = session.row("customer_accounts.account", customer_id=customer_id)
        if row is None:
            raise CustomerNotFound(customer_id)
        return AccountView(row[0], row[1], row[2], Locale(row[3]), row[4], row[5], row[6], row[7])

    def addresses(self, customer_id: UUID) -> tuple[SavedAddress, ...]:
        """All of them, the oldest first."""
        with self.database.read() as session:
            return tuple(
                saved_address(row) for row in session.rows("customer_accounts.addresses", customer_id=customer_id)
            )

    def proof(self, proof_id: UUID) -> Proof | None:
        """What a token stands for."""
        with self.database.read() as session:
            row = session.row("customer_accounts.proof", id=proof_id)
        return proof_value(row) if row else None

    def _view(self, row: Row) -> CustomerView:
        customer_id, email, name, locale, orders_count, spent, last_order_at, created_at = row
        return CustomerView(
            id=customer_id,
            email=email,
            name=name,
            locale=Locale(locale),
            orders_count=orders_count,
            total_spent=Money(spent, self.currency),
            last_order_at=last_order_at,
            created_at=created_at,
        )


def _customer(row: Row) -> Customer:
    return Customer(row[0], row[1], row[2], Locale(row[3]), tuple(row[4]), *row[5:])
