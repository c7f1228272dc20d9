"""Customers as operators see them, and accounts as their owners do."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.cart.views import MergedView
from commerce_core.customers.addresses import SavedAddress
from commerce_core.customers.model import Customer, CustomerQuery, Proof
from commerce_core.emails.model import Locale
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.orders.views import OrderSummary


@frozen
class CustomerView:
    """A person and what they bought.

    `orders_count` and `last_order_at` leave out cancelled orders; `total_spent` adds up those that were paid for.
    """

    id: UUID
    email: str
    name: str
    locale: Locale
    orders_count: int
    total_spent: Money
    last_order_at: datetime | None
    created_at: datetime


@frozen
class CustomerNoteView:
    """What somebody of the staff wanted to remember."""

    id: UUID
    text: str
    author: str
    created_at: datetime


@frozen
class CustomerCartView:
    """One of their carts that is no order."""

    id: UUID
    status: str
    items_count: int
    subtotal: Money
    updated_at: datetime


@frozen
class CustomerDetailsView:
    """Everything staff sees of one person, of the notes the last hundred.

    `marketing`: whether they may be written to about more than their orders.
    """

    id: UUID
    email: str
    name: str
    locale: Locale
    tags: tuple[str, ...]
    has_account: bool
    marketing: bool
    orders_count: int
    total_spent: Money
    last_order_at: datetime | None
    addresses: tuple[SavedAddress, ...]
    carts: tuple[CustomerCartView, ...]
    notes: tuple[CustomerNoteView, ...]
    erased_at: datetime | None
    version: int
    created_at: datetime


@frozen
class AccountView:
    """One's own account. `cart_id` is the open cart, wherever it was filled."""

    id: UUID
    email: str
    name: str
    locale: Locale
    marketing: bool
    cart_id: UUID | None
    version: int
    created_at: datetime


@frozen
class AccountSession:
    """An open session. The token is shown this once; the database keeps its hash.

    `cart` is what became of the cart that was brought along; `cart_refused` is the code of why it could not be.
    """

    access_token: str = field(repr=False)
    expires_at: datetime
    customer: AccountView
    cart: MergedView | None = None
    cart_refused: str | None = None
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - its type, not a secret


class CustomerReader(Protocol):
    """Reads that need no transaction."""

    def page(self, query: CustomerQuery) -> Page[CustomerView]:
        """One page, newest first, in one statement."""
        ...

    def details(self, customer_id: UUID) -> CustomerDetailsView:
        """One person. Raises `CustomerNotFound`."""
        ...

    def id_of(self, email_key: str) -> UUID | None:
        """Who has this normalised address."""
        ...

    def orders(self, customer_id: UUID, page: PageRequest) -> Page[OrderSummary]:
        """A page of their orders, latest first."""
        ...

    def credentials(self, email_key: str) -> Customer | None:
        """Who logs in with this normalised address; None when nobody does."""
        ...

    def customer(self, customer_id: UUID) -> Customer | None:
        """One customer."""
        ...

    def session_owner(self, token_hash: bytes) -> UUID | None:
        """Whose running session this is."""
        ...

    def account(self, customer_id: UUID) -> AccountView:
        """One's own account. Raises `CustomerNotFound`."""
        ...

    def addresses(self, customer_id: UUID) -> tuple[SavedAddress, ...]:
        """All of them, the oldest first."""
        ...

    def proof(self, proof_id: UUID) -> Proof | None:
        """What a token stands for."""
        ...
