"""Remembering who bought, and showing them to operators."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.customers.model import CustomerQuery
from commerce_core.customers.ports import CustomersWork
from commerce_core.customers.views import CustomerReader, CustomerView
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page
from commerce_core.kernel.transaction import Begin, retried


@frozen
class CustomersService:
    """The customers of the shop."""

    begin: Begin[CustomersWork]
    new_id: NewId
    read: CustomerReader

    @retried
    def remember_buyer(self, order_id: UUID) -> None:
        """Have a customer for the address of this order. Twice is once; an order that is gone is nobody's.

        The order stays a guest's: whoever typed an address has not proved that it is theirs. For the same reason a
        later order fills in what is unknown about a customer and changes nothing that is known.
        """
        with self.begin() as work:
            buyer = work.customers.buyer_of(order_id)
            if buyer:
                work.customers.remember(self.new_id(), buyer)

    def list_customers(self, actor: Actor, query: CustomerQuery) -> Page[CustomerView]:
        """A page of customers, newest first."""
        actor.must(Permission.CUSTOMERS_READ)
        return self.read.page(query)
