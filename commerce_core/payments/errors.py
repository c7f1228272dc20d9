"""What can go wrong with being paid."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from commerce_core.kernel.money import Money


@frozen
class GatewayUnavailable(Unavailable):
    """The payment provider did not answer in time, or answered that it could not. Nothing is known about the call."""

    code = "payment-provider-unavailable"
    detail = "The payment provider cannot be reached, so how the payment stands is not known. Try again."


@frozen
class GatewayRefused(Conflict):
    """The provider understood and said no."""

    code = "payment-refused"
    detail = "The payment provider refused: {reason}"
    reason: str


@frozen
class InvalidSignature(Invalid):
    """A webhook that the provider did not sign, or signed too long ago or in the future."""

    code = "invalid-signature"
    detail = "The webhook's signature is not valid."


@frozen
class GatewayMisconfigured(Unavailable):
    """The provider rejects our keys. An operator has to act; a buyer cannot."""

    code = "payment-provider-misconfigured"
    detail = "The payment provider rejects the configured keys."


@frozen
class MalformedEvent(Invalid):
    """A webhook that was signed, but is not an event as the provider documents it."""

    code = "malformed-event"
    detail = "The webhook's body is not an event: {reason}"
    reason: str


@frozen
class PaymentUnknown(Conflict):
    """The provider tells of a payment that none of ours is."""

    code = "payment-unknown"
    detail = "The payment {intent_id} belongs to none of the order's attempts."
    intent_id: str


@frozen
class ManualPaymentNotFound(Conflict):
    """The order does not wait for a payment that a person could confirm."""

    code = "no-manual-payment"
    detail = "This order does not wait for a manual payment."


@frozen
class ProviderNotConfigured(Unavailable):
    """A payment was made with a provider whose keys this process does not have."""

    code = "payment-provider-not-configured"
    detail = "The payment provider {provider} is not configured here."
    provider: str


@frozen
class RefundTooLarge(Conflict):
    """More would go back than is left of the payment."""

    code = "refund-too-large"
    detail = "{amount} is more than what is left of this payment."
    payment_id: UUID
    amount: Money


@frozen
class PaymentCaseNotFound(NotFound):
    """There is no such case."""

    code = "payment-case-not-found"
    detail = "There is no such case."
    case_id: UUID


@frozen
class PaymentCaseResolved(Conflict):
    """Somebody has resolved it before."""

    code = "payment-case-resolved"
    detail = "This case was resolved before."
    case_id: UUID


@frozen
class NothingToRefund(Conflict):
    """No money of this order is left to go back, or what was asked for cost nothing."""

    code = "nothing-to-refund"
    detail = "There is no money to give back."
    order_id: UUID


@frozen
class RefundQuantityTooLarge(Conflict):
    """More units would go back than are left of the line."""

    code = "refund-quantity-too-large"
    detail = "{wanted} units are more than the {left} that are left of this line."
    item_id: UUID | None
    wanted: int
    left: int


@frozen
class RefundShippingTooLarge(Conflict):
    """More would go back than is left of the shipping. Both are minor units."""

    code = "refund-shipping-too-large"
    detail = "{wanted} is more than the {left} that are left of the shipping."
    wanted: int
    left: int


@frozen
class OrderIsSent(Conflict):
    """Some of the order has left: what comes back is refunded by the line."""

    code = "order-is-sent"
    detail = "Some of this order has been sent. Refund what comes back instead of cancelling it."
    order_id: UUID
