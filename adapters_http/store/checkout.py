"""The last steps of buying."""

from typing import Any, ClassVar
from uuid import UUID

from attrs import field, frozen

from adapters_http.operation import Answer, Idempotent, operation
from adapters_http.policies import Policy
from commerce_core.access.model import Actor
from commerce_core.cart.errors import CartEmpty, CartMerged, CartNotFound, CartNotOpen, ItemsUnavailable
from commerce_core.cart.model import CartId
from commerce_core.checkout.errors import (
    OrderExpired,
    OrderNoLongerPayable,
    PaymentMethodNotOffered,
    ShippingNotChosen,
    TotalChanged,
    UnknownShippingOption,
)
from commerce_core.checkout.model import PaymentMethod, PlaceOrder
from commerce_core.checkout.service import CheckoutService
from commerce_core.checkout.views import CheckoutView, ConfirmationView
from commerce_core.customers.profile import ProfileService
from commerce_core.discounts.refusals import MISFITS
from commerce_core.inventory.errors import OutOfStock
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.views import OrderView
from commerce_core.payments.errors import (
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnavailable,
    PaymentUnknown,
    ProviderNotConfigured,
)

# What asking a payment provider, and believing its answer, may end in.
OF_PROVIDER = (GatewayRefused, GatewayUnavailable, GatewayMisconfigured, ProviderNotConfigured, PaymentUnknown)


@frozen
class StartCheckout:
    """The cart to buy, and who buys it. What is left out is taken from the cart."""

    example: ClassVar[dict[str, Any]] = {
        "cart_id": "4f7c6a4e-8a3f-4f0e-9d0e-0b9a0e6d7c11",
        "email": "camille@example.com",
        "shipping_address": {
            "name": "Camille Durand",
            "line1": "12 rue des Lilas",
            "postal_code": "75011",
            "city": "Paris",
            "country": "FR",
        },
        "shipping_option_id": "standard",
        "payment_method": "card",
    }  # fmt: skip
    cart_id: UUID
    email: str
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_option_id: str | None = None
    payment_method: PaymentMethod = PaymentMethod.CARD
    expected_total: Money | None = None
    marketing_consent: bool | None = None


@frozen
class Checkout:
    """`/v1/store/checkout`."""

    checkout: CheckoutService

    @operation(
        "Check out",
        answers={201: CheckoutView},
        refusals=(
            CartNotFound, CartMerged, CartNotOpen, CartEmpty, ItemsUnavailable, ShippingNotChosen,
            UnknownShippingOption, PaymentMethodNotOffered, TotalChanged, OrderExpired, OutOfStock,
            *MISFITS, *OF_PROVIDER,
        ),
        idempotency=Idempotent.REQUIRED,
        resumable=True,
        policy=Policy.CHECKOUT,
        owner=lambda given: given["body"].cart_id,
    )  # fmt: skip
    def on_post(self, shopper: Actor, body: StartCheckout) -> Answer:
        """Turns the cart into an order and asks for its payment. A repeat for an unchanged cart answers the same order.

        After a 503 the order stands: the same request with the same key goes on from there.
        """
        done = self.checkout.check_out(
            PlaceOrder(
                cart_id=CartId(body.cart_id),
                email=body.email,
                shipping_address=body.shipping_address,
                billing_address=body.billing_address,
                shipping_option_id=body.shipping_option_id,
                payment_method=body.payment_method,
                expected_total=body.expected_total,
                marketing_consent=body.marketing_consent,
            ),
            shopper=shopper,
        )
        return Answer.created(done, f"/v1/store/orders/{done.order.id}")


@frozen
class ConfirmCheckout:
    """The order, and the proof that it is the caller's."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": "01923f6e-1c2d-7a3b-8c4d-5e6f708192a3",
        "order_token": "the token that checkout gave",
    }
    order_id: UUID
    order_token: str = field(repr=False)


@frozen
class CheckoutConfirmation:
    """`/v1/store/checkout/confirm`."""

    checkout: CheckoutService

    @operation(
        "Confirm a checkout",
        answers={200: ConfirmationView},
        refusals=(OrderNotFound, *OF_PROVIDER),
        idempotency=Idempotent.HONOURED,
        resumable=True,
        policy=Policy.CHECKOUT,
        owner=lambda given: given["body"].order_id,
    )
    def on_post(self, body: ConfirmCheckout) -> Answer:
        """Asks the payment provider itself; it never believes the caller. Doing it again is harmless."""
        return Answer(self.checkout.confirm(body.order_id, body.order_token))


@frozen
class OrderToken:
    """The token that checkout gave."""

    x_order_token: str | None = field(default=None, repr=False)


@frozen
class StoreOrder:
    """`/v1/store/orders/{order_id}`."""

    checkout: CheckoutService
    profile: ProfileService

    @operation("Read an order", answers={200: OrderView}, refusals=(OrderNotFound,))
    def on_get(self, shopper: Actor, order_id: UUID, headers: OrderToken) -> Answer:
        """Needs `X-Order-Token`, or the token of the customer whose order it is: an id alone opens nothing."""
        token = self.profile.order_token(shopper, order_id, headers.x_order_token)
        return Answer(self.checkout.order(order_id, token))


@frozen
class StoreOrderPayment:
    """`/v1/store/orders/{order_id}/pay`."""

    checkout: CheckoutService
    profile: ProfileService

    @operation(
        "Pay an order",
        answers={200: ConfirmationView},
        refusals=(OrderNotFound, OrderNoLongerPayable, OutOfStock, PaymentMethodNotOffered, *OF_PROVIDER),
        idempotency=Idempotent.HONOURED,
        resumable=True,
        owner=lambda given: given["order_id"],
        policy=Policy.CHECKOUT,
    )
    def on_post(self, shopper: Actor, order_id: UUID, headers: OrderToken) -> Answer:
        """A payment for an order that staff has placed, or whose last payment came to nothing.

        However often it is asked for, it is the same one until the provider ends it; the price is the one agreed. Needs
        what reading the order does.
        """
        token = self.profile.order_token(shopper, order_id, headers.x_order_token)
        return Answer(self.checkout.pay(order_id, token))
