"""What a checkout is asked for and how long it waits."""

from datetime import timedelta
from enum import StrEnum

from attrs import evolve, frozen

from commerce_core.cart.model import Cart, CartId
from commerce_core.checkout.errors import ShippingNotChosen, TotalChanged
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.text import email_error
from commerce_core.orders.model import Buyer, Order
from commerce_core.payments.model import Payment
from commerce_core.pricing.model import Totals


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

    def details(self, cart: Cart) -> tuple[Buyer, str | None]:
        """Who buys, and the way of shipping they chose; None when nothing is sent. Raises `ShippingNotChosen`."""
        address = self.shipping_address or cart.shipping_address
        buyer = Buyer(self.email, cart.locale, address, self.billing_address, cart.customer_id)
        if not cart.ships():
            return buyer, None
        option_id = self.shipping_option_id or cart.shipping_option_id
        if address is None or option_id is None:
            raise ShippingNotChosen
        return buyer, option_id

    def must_expect(self, cart: Cart, totals: Totals) -> None:
        """Raises `TotalChanged` for another total than the buyer has seen, or dearer lines where they said none."""
        expected = self.expected_total
        if expected != totals.total if expected is not None else cart.raised():
            raise TotalChanged(totals.total, expected)

    def checked_out(self, cart: Cart) -> Cart:
        """The cart with what its buyer has said at the checkout."""
        consent = cart.marketing_consent if self.marketing_consent is None else self.marketing_consent
        return evolve(cart, email=self.email, marketing_consent=consent)


@frozen
class Placed:
    """An order and the attempt to pay it; None when there is nothing to pay."""

    order: Order
    payment: Payment | None
