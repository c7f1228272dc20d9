"""Refusals at checkout."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Gone, Invalid
from commerce_core.kernel.money import Money


@frozen
class TotalChanged(Conflict):
    """The buyer saw another total than the one that counts now."""

    code = "total-changed"
    detail = "The total is now {total}."
    total: Money
    expected_total: Money | None


@frozen
class ShippingNotChosen(Invalid):
    """Something has to be sent, and we do not know where or how."""

    code = "shipping-required"
    detail = "This cart is sent: it needs a shipping address and one of its shipping options."


@frozen
class UnknownShippingOption(Invalid):
    """The shipping option is not offered for this cart."""

    code = "unknown-shipping-option"
    detail = "The shipping option {shipping_option_id} is not offered for this cart."
    shipping_option_id: str


@frozen
class PaymentMethodNotOffered(Invalid):
    """The shop takes no payments of this kind."""

    code = "payment-method-not-offered"
    detail = "This shop does not take payments by {payment_method}."
    payment_method: str


@frozen
class OrderExpired(Conflict):
    """The order waited for its payment for too long; its cart will be open again in a moment."""

    code = "order-expired"
    detail = "The time to pay this order is over. Its cart opens again in a moment."
    order_id: UUID


@frozen
class OrderNoLongerPayable(Gone):
    """The order was called off, or waited for its payment for too long."""

    code = "order-no-longer-payable"
    detail = "This order can no longer be paid."
    order_id: UUID


@frozen
class PaymentUnderWay(Conflict):
    """The buyer's bank is at work; the order can be cancelled once it has answered."""

    code = "payment-under-way"
    detail = "A payment of this order is under way."
    order_id: UUID
