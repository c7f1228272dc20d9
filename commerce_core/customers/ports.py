"""What customers asks of the database."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.customers.addresses import SavedAddress
from commerce_core.customers.model import Buyer, Customer, Proof
from commerce_core.emails.consent import Consents
from commerce_core.emails.ports import EmailQueue
from commerce_core.kernel.transaction import Work
from commerce_core.outbox.ports import Outbox


class Customers(Protocol):
    """The people who bought or have an account, within a transaction."""

    def buyer_of(self, order_id: UUID) -> Buyer | None:
        """What an order tells about its buyer; None when there is no such order."""
        ...

    def remember(self, customer_id: UUID, buyer: Buyer) -> None:
        """Add a customer under this id, or fill in what is not known yet of the one with this address."""
        ...

    def lock(self, customer_id: UUID) -> Customer:
        """One customer, ours until the transaction ends. Raises `CustomerNotFound`."""
        ...

    def lock_address(self, email_key: str) -> Customer | None:
        """The customer with this address, ours until the transaction ends; None when there is none.

        Whoever else asks for the same address, known or not, waits.
        """
        ...

    def add(self, customer: Customer) -> None:
        """Somebody new."""
        ...

    def save(self, customer: Customer) -> None:
        """Write everything about them. Raises `CustomerEmailTaken`."""
        ...

    def claim_orders(self, customer: Customer) -> None:
        """Guests' orders and open carts of this address are theirs from now on."""
        ...

    def claim_order(self, order_id: UUID, email_key: str) -> None:
        """A guest's order is the customer's who has proved this address, or whose it became by a merge."""
        ...

    def open_orders(self, customer: Customer) -> int:
        """How many of their orders wait for money, for the goods to leave, or for money to be back."""
        ...

    def hand_over(self, source: Customer, target: Customer) -> None:
        """Carts, orders, addresses, notes and former e-mail addresses of `source` are `target`'s from now on."""
        ...

    def leave_email(self, customer_id: UUID, email_key: str) -> None:
        """Remember an address that was theirs until now."""
        ...

    def add_note(self, note_id: UUID, customer_id: UUID, text: str, author: str) -> None:
        """What staff wants to remember."""
        ...


class CustomerSessions(Protocol):
    """Who is logged in. Only a hash of each token is kept."""

    def open(self, token_hash: bytes, customer_id: UUID, logged_in_at: datetime, expires_at: datetime) -> None:
        """Start a session, and forget the customer's expired ones."""
        ...

    def lock(self, token_hash: bytes) -> tuple[UUID, datetime] | None:
        """Whose running session this is and since when, ours until the transaction ends."""
        ...

    def close(self, token_hash: bytes, customer_id: UUID) -> None:
        """End a session of this customer."""
        ...

    def close_all(self, customer_id: UUID) -> None:
        """End every session of a customer."""
        ...


class Proofs(Protocol):
    """What tokens in mails stand for."""

    def add(self, proof: Proof) -> None:
        """One that waits."""
        ...

    def lock(self, proof_id: UUID) -> Proof | None:
        """One, ours until the transaction ends; None when there is none."""
        ...

    def use(self, proof_id: UUID) -> None:
        """It has opened what it opens."""
        ...

    def forget(self, proof_id: UUID) -> None:
        """There was nobody to send it to."""
        ...

    def mailed_lately(self, proof: Proof, pause: timedelta) -> bool:
        """Whether another of this purpose and address was asked for so shortly before."""
        ...

    def drop(self, customer: Customer) -> None:
        """Every one of this customer and of their address."""
        ...


class AddressBook(Protocol):
    """The addresses of a customer."""

    def lock_all(self, customer_id: UUID) -> tuple[SavedAddress, ...]:
        """All of them, the oldest first, while nobody else changes any."""
        ...

    def write(self, customer_id: UUID, before: Iterable[SavedAddress], after: Iterable[SavedAddress]) -> None:
        """What is different."""
        ...


class CustomersWork(Work, Protocol):
    """What a transaction of this feature may touch."""

    @property
    def customers(self) -> Customers:
        """The people."""
        ...

    @property
    def customer_sessions(self) -> CustomerSessions:
        """Who is logged in."""
        ...

    @property
    def customer_proofs(self) -> Proofs:
        """What waits for a token."""
        ...

    @property
    def customer_addresses(self) -> AddressBook:
        """Where they live."""
        ...

    @property
    def consents(self) -> Consents:
        """What they allowed."""
        ...

    @property
    def emails(self) -> EmailQueue:
        """Mail to them."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What happened."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
