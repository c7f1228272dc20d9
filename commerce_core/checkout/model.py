"""What a checkout is asked for and how long it waits."""

from datetime import timedelta
from enum import StrEnum

from attrs import frozen

from commerce_core.cart.model import CartId
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.text import email_error
from commerce_core.orders.model import Order
from commerce_core.payments.model import Payment


class PaymentMethod(StrEnum):
    """How the buyer wants to pay: online now, or by a transfer that a person confirms."""

    CARD = "card"
    MANUAL = "manual"


@frozen
class CheckoutPolicy:
    """How long an order waits for its money before it gives everything back."""

    payment_window: timedelta = timedelta(minutes=30)
    manual_window: timedelta = timedelta(days=14)
    reference_format: str = "{number}"  # what people call an order
    look_again: timedelta = timedelta(minutes=10)  # at an order that could not be let go

    def window(self, method: PaymentMethod) -> timedelta:
        """The one for this way of paying."""
        return self.manual_window if method is PaymentMethod.MANUAL else self.payment_window


@frozen
class PlaceOrder:
    """Turn this cart into an order. What is not said here is taken from the cart. Raises `InvalidInput`."""

    cart_id: CartId
    email: str
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_option_id: str | None = None
    payment_method: PaymentMethod = PaymentMethod.CARD
    expected_total: Money | None = None
    marketing_consent: bool | None = None

    def __attrs_post_init__(self) -> None:
        if error := email_error("/email", self.email):
            raise InvalidInput((error,))


@frozen
class Placed:
    """An order and the attempt to pay it; None when there is nothing to pay."""

    order: Order
    payment: Payment | None
