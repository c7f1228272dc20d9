"""Sessions, proofs and addresses of customers in PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.customers.addresses import SavedAddress
from commerce_core.customers.model import Customer, Proof, ProofPurpose
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.postgres.database import Row, Session
from commerce_core.postgres.values import address_column
from commerce_core.staff.errors import SessionInvalid


@frozen
class PostgresCustomerSessions:
    """Who is logged in, within the transaction of the session."""

    session: Session

    def open(self, token_hash: bytes, customer_id: UUID, logged_in_at: datetime, expires_at: datetime) -> None:
        """Start a session, and forget the customer's expired ones."""
        self.session.send("customer_accounts.forget_expired_sessions", customer_id=customer_id, at=self.session.now)
        self.session.send(
            "customer_accounts.open_session",
            token_hash=token_hash, customer_id=customer_id, logged_in_at=logged_in_at, expires_at=expires_at,
        )  # fmt: skip

    def lock(self, token_hash: bytes) -> tuple[UUID, datetime] | None:
        """Whose running session this is and since when."""
        row = self.session.locked(self.session.send("customer_accounts.lock_session", token_hash=token_hash))
        return (row[0], row[1]) if row else None

    def close(self, token_hash: bytes, customer_id: UUID) -> None:
        """End a session of this customer."""
        self.session.send("customer_accounts.close_session", token_hash=token_hash, customer_id=customer_id)

    def close_all(self, customer_id: UUID) -> None:
        """End every session of a customer."""
        self.session.send("customer_accounts.close_all_sessions", customer_id=customer_id)


@frozen
class PostgresProofs:
    """What tokens in mails stand for, within the transaction of the session."""

    session: Session

    def add(self, proof: Proof) -> None:
        """One that waits."""
        self.session.send(
            "customer_accounts.add_proof",
            id=proof.id,
            purpose=proof.purpose.value,
            email=proof.email,
            email_key=proof.email_key,
            customer_id=proof.customer_id,
            partner_id=proof.partner_id,
            password_hash=proof.password_hash,
            name=proof.name,
            locale=proof.locale.value,
            marketing=proof.marketing,
            created_at=self.session.now,
            expires_at=proof.expires_at,
        )

    def lock(self, proof_id: UUID) -> Proof | None:
        """One, ours until the transaction ends."""
        row = self.session.locked(self.session.send("customer_accounts.lock_proof", id=proof_id))
        return proof_value(row) if row else None

    def use(self, proof_id: UUID) -> None:
        """It has opened what it opens."""
        self.session.send("customer_accounts.use_proof", id=proof_id, at=self.session.now)

    def forget(self, proof_id: UUID) -> None:
        """There was nobody to send it to."""
        self.session.send("customer_accounts.forget_proof", id=proof_id)

    def mailed_lately(self, proof: Proof, pause: timedelta) -> bool:
        """Whether another of this purpose and address was asked for so shortly before."""
        lately: bool = self.session.value(
            "customer_accounts.mailed_lately",
            id=proof.id, email_key=proof.email_key, purpose=proof.purpose.value, pause=pause,
        )  # fmt: skip
        return lately

    def drop(self, customer: Customer) -> None:
        """Every one of this customer and of their address."""
        self.session.send("customer_accounts.drop_proofs", customer_id=customer.id, email_key=customer.email_key)


@frozen
class PostgresAddressBook:
    """The addresses of a customer, within the transaction of the session."""

    session: Session

    def lock_all(self, customer_id: UUID) -> tuple[SavedAddress, ...]:
        """All of them, the oldest first, while nobody else changes any."""
        owner = self.session.locked(self.session.send("customer_accounts.lock_book", customer_id=customer_id))
        if owner is None:
            raise SessionInvalid
        rows = self.session.rows("customer_accounts.addresses", customer_id=customer_id)
        return tuple(saved_address(row) for row in rows)

    def write(self, customer_id: UUID, before: Iterable[SavedAddress], after: Iterable[SavedAddress]) -> None:
        """What is different."""
        known, wanted = {one.id: one for one in before}, {one.id: one for one in after}
        for address_id in known.keys() - wanted.keys():
            self.session.send("customer_accounts.remove_address", id=address_id, customer_id=customer_id)
        self.session.send("customer_accounts.no_defaults", customer_id=customer_id)
        for one in wanted.values():
            self.session.send(
                "customer_accounts.write_address",
                id=one.id,
                customer_id=customer_id,
                address=address_column(one.address),
                default_shipping=one.default_shipping,
                default_billing=one.default_billing,
                version=one.version,
                at=self.session.now,
            )


def saved_address(row: Row) -> SavedAddress:
    """An address of a book."""
    return SavedAddress(row[0], Address(**row[1]), row[2], row[3], row[4])


def proof_value(row: Row) -> Proof:
    """What a token stands for."""
    return Proof(
        id=row[0],
        purpose=ProofPurpose(row[1]),
        email=row[2],
        locale=Locale(row[3]),
        expires_at=row[4],
        customer_id=row[5],
        partner_id=row[6],
        password_hash=row[7],
        name=row[8],
        marketing=row[9],
        used_at=row[10],
    )
