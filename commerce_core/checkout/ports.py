"""What checkout asks of the database."""

from typing import Protocol

from commerce_core.cart.ports import Carts
from commerce_core.payments.ports import PaymentWork
from commerce_core.pricing.ports import Charges, Rules


class CheckoutWork(PaymentWork, Protocol):
    """What one transaction of a checkout touches."""

    @property
    def carts(self) -> Carts:
        """Carts."""
        ...

    @property
    def rules(self) -> Rules:
        """The rules of pricing."""
        ...

    @property
    def charges(self) -> Charges:
        """How the totals of orders were made."""
        ...
