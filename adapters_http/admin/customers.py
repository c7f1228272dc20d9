"""Customers for operators."""

from typing import Annotated

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.customers.model import CustomerQuery
from commerce_core.customers.service import CustomersService
from commerce_core.customers.views import CustomerView
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest


@frozen
class CustomerListQuery:
    """Which customers, and which page of them."""

    q: Annotated[str, Limits(most=200)] | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminCustomers:
    """`/v1/admin/customers`."""

    customers: CustomersService

    @operation(
        "List customers",
        answers={200: Page[CustomerView]},
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_READ,
    )
    def on_get(self, actor: Actor, query: CustomerListQuery) -> Answer:
        """Newest first. `q` looks into address and name; accents and capitals do not count."""
        wanted = CustomerQuery(query.q, PageRequest(query.page, query.per_page))
        return Answer(self.customers.list_customers(actor, wanted))
