"""What can go wrong with being paid."""

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Invalid, Unavailable


@frozen
class GatewayUnavailable(Unavailable):
    """The payment provider did not answer in time, or answered that it could not. Nothing is known about the call."""

    code = "payment-provider-unavailable"
    detail = "The payment provider cannot be reached. Nothing was charged; try again with the same Idempotency-Key."


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
class PaymentMismatch(Conflict):
    """The provider took another amount than the order asks for. A person has to look."""

    code = "payment-mismatch"
    detail = "The payment {intent_id} is over {received}, not {expected}."
    intent_id: str
    expected: str
    received: str


@frozen
class PaymentUnknown(Conflict):
    """The provider tells of a payment that none of ours is."""

    code = "payment-unknown"
    detail = "The payment {intent_id} belongs to none of the order's attempts."
    intent_id: str


@frozen
class PaidTooLate(Conflict):
    """The money came for an order or an attempt that no longer waited for it. A person has to look."""

    code = "paid-too-late"
    detail = "The payment {intent_id} succeeded, but what it was for is {status}."
    intent_id: str
    status: str


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
