"""Customers for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.customers.errors import (
    CustomerAccountsBoth,
    CustomerErased,
    CustomerHasOpenOrders,
    CustomerNotFound,
    CustomersAreTheSame,
    CustomerVersionStale,
)
from commerce_core.customers.model import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS, CustomerQuery
from commerce_core.customers.privacy import PrivacyService
from commerce_core.customers.service import CustomersService
from commerce_core.customers.views import CustomerDetailsView, CustomerView
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.orders.views import OrderSummary

_NOBODY = (CustomerNotFound, CustomerErased)


@frozen
class CustomerListQuery:
    """Which customers, and which page of them."""

    q: Annotated[str, Limits(most=200)] | None = None
    tag: Annotated[str, Limits(most=LONGEST_TAG)] | None = None
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
        wanted = CustomerQuery(query.q, PageRequest(query.page, query.per_page), query.tag)
        return Answer(self.customers.list_customers(actor, wanted))


@frozen
class TagCustomer:
    """All tags from now on."""

    example: ClassVar[dict[str, Any]] = {"tags": ["press", "wholesale"]}
    tags: Annotated[tuple[str, ...], Limits(most=MOST_TAGS)]


@frozen
class AdminCustomer:
    """`/v1/admin/customers/{customer_id}`."""

    customers: CustomersService

    @operation(
        "Read a customer",
        answers={200: CustomerDetailsView},
        refusals=(CustomerNotFound,),
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_READ,
    )
    def on_get(self, actor: Actor, customer_id: UUID) -> Answer:
        """With spend, open carts, addresses and notes."""
        found = self.customers.show(actor, customer_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Tag a customer",
        answers={200: CustomerDetailsView},
        refusals=(*_NOBODY, CustomerVersionStale),
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_WRITE,
    )
    def on_patch(self, actor: Actor, customer_id: UUID, body: TagCustomer, if_match: int | None) -> Answer:
        """Everything else about a person is theirs to change."""
        self.customers.set_tags(actor, customer_id, body.tags, if_match)
        found = self.customers.show(actor, customer_id)
        return Answer(found).at_version(found.version)


@frozen
class AdminCustomerOrders:
    """`/v1/admin/customers/{customer_id}/orders`."""

    customers: CustomersService

    @operation(
        "List a customer's orders",
        answers={200: Page[OrderSummary]},
        refusals=(CustomerNotFound,),
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_READ,
        also=(Permission.ORDERS_READ,),
    )
    def on_get(self, actor: Actor, customer_id: UUID, query: CustomerListQuery) -> Answer:
        """The latest first."""
        return Answer(self.customers.orders(actor, customer_id, PageRequest(query.page, query.per_page)))


@frozen
class AddNote:
    """What to remember."""

    example: ClassVar[dict[str, Any]] = {"text": "Prefers to be called in the afternoon."}
    text: Annotated[str, Limits(1, LONGEST_NOTE)]


@frozen
class AdminCustomerNotes:
    """`/v1/admin/customers/{customer_id}/notes`."""

    customers: CustomersService

    @operation(
        "Add a note",
        answers={201: CustomerDetailsView},
        refusals=_NOBODY,
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, customer_id: UUID, body: AddNote) -> Answer:
        """It is theirs to read, too: an export of their data holds it."""
        self.customers.add_note(actor, customer_id, body.text)
        return Answer.created(self.customers.show(actor, customer_id), f"/v1/admin/customers/{customer_id}")


@frozen
class MergeCustomer:
    """Who stays."""

    example: ClassVar[dict[str, Any]] = {"into": "01890000-0000-7000-8000-000000000000"}
    into: UUID


@frozen
class AdminCustomerMerge:
    """`/v1/admin/customers/{customer_id}/merge`."""

    customers: CustomersService

    @operation(
        "Merge a customer into another",
        answers={200: CustomerDetailsView},
        refusals=(*_NOBODY, CustomersAreTheSame, CustomerAccountsBoth),
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_PRIVACY,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, customer_id: UUID, body: MergeCustomer) -> Answer:
        """Orders, carts, addresses, notes and tags move; the answer is the one that stays."""
        self.customers.merge(actor, customer_id, body.into)
        return Answer(self.customers.show(actor, body.into))


@frozen
class AdminCustomerExport:
    """`/v1/admin/customers/{customer_id}/export`."""

    privacy: PrivacyService

    @operation(
        "Export a customer's data",
        answers={200: dict[str, Any]},
        refusals=_NOBODY,
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_PRIVACY,
    )
    def on_get(self, actor: Actor, customer_id: UUID) -> Answer:
        """Everything that is kept about the person, as JSON. That it was asked for is written down."""
        return Answer(self.privacy.export(actor, customer_id))


@frozen
class AdminCustomerErasure:
    """`/v1/admin/customers/{customer_id}/erase`."""

    privacy: PrivacyService

    @operation(
        "Erase a customer",
        answers={204: None},
        refusals=(*_NOBODY, CustomerHasOpenOrders),
        access=Access.STAFF,
        permission=Permission.CUSTOMERS_PRIVACY,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, customer_id: UUID) -> Answer:
        """For good: the person is taken out of everything that names them, and the books stay."""
        self.privacy.erase(actor, customer_id)
        return Answer.nothing()
