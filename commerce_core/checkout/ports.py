"""What checkout asks of the database."""

from typing import Protocol

from commerce_core.cart.ports import Carts
from commerce_core.payments.ports import PaymentWork


class CheckoutWork(PaymentWork, Protocol):
    """What one transaction of a checkout touches."""

    @property
    def carts(self) -> Carts:
        """Carts."""
        ...
