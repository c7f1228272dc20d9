"""What customers asks of the database."""

from typing import Protocol
from uuid import UUID

from commerce_core.customers.model import Buyer
from commerce_core.kernel.transaction import Work


class Customers(Protocol):
    """The people who bought, within a transaction."""

    def buyer_of(self, order_id: UUID) -> Buyer | None:
        """What an order tells about its buyer; None when there is no such order."""
        ...

    def remember(self, customer_id: UUID, buyer: Buyer) -> None:
        """Add a customer under this id, or fill in what is not known yet of the one with this address."""
        ...


class CustomersWork(Work, Protocol):
    """What a transaction of this feature may touch."""

    @property
    def customers(self) -> Customers:
        """The people who bought."""
        ...
