"""Customers as an operator sees them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.customers.model import CustomerQuery
from commerce_core.emails.model import Locale
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page


@frozen
class CustomerView:
    """A person and what they bought under their address.

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


class CustomerReader(Protocol):
    """Reads that need no transaction."""

    def page(self, query: CustomerQuery) -> Page[CustomerView]:
        """One page, newest first, in one statement."""
        ...
