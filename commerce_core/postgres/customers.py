"""Customers in PostgreSQL."""

from uuid import UUID

from attrs import frozen

from commerce_core.customers.model import Buyer, CustomerQuery
from commerce_core.customers.views import CustomerView
from commerce_core.emails.model import Locale
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page
from commerce_core.postgres.database import Database, Row, Session


@frozen
class PostgresCustomers:
    """The people who bought, within the transaction of the session."""

    session: Session

    def buyer_of(self, order_id: UUID) -> Buyer | None:
        """What an order tells about its buyer; None when there is no such order."""
        row = self.session.row("customers.buyer_of", order_id=order_id)
        return Buyer(email=row[0], name=row[1], locale=Locale(row[2])) if row else None

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
                "customers.page", search_text=query.search_text, limit=request.per_page, offset=request.offset
            )
        items = tuple(self._view(row[1:]) for row in rows if row[1])
        return Page(items, request.page, request.per_page, total=rows[0][0])

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
