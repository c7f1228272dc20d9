"""Stripe's webhooks."""

from attrs import field, frozen

from adapters_http.operation import Answer, operation
from adapters_http.policies import Policy
from commerce_core.payments.errors import InvalidSignature, MalformedEvent, ProviderNotConfigured
from commerce_core.payments.service import PaymentService


@frozen
class StripeSignature:
    """Stripe's proof that it sent this."""

    stripe_signature: str = field(default="", repr=False)


@frozen
class Accepted:
    """The event is stored; it is applied now or by the worker."""

    received: bool = True


@frozen
class StripeWebhook:
    """`/v1/webhooks/stripe`."""

    payments: PaymentService

    @operation(
        "Receive a Stripe event",
        answers={200: Accepted},
        refusals=(InvalidSignature, MalformedEvent, ProviderNotConfigured),
        body_limit=1024 * 1024,
        policy=Policy.WEBHOOKS,
    )
    def on_post(self, body: bytes, headers: StripeSignature) -> Answer:
        """Checked on the raw body, stored by event id and committed, then applied. What fails is tried again by us."""
        self.payments.receive("stripe", body, headers.stripe_signature)
        return Answer(Accepted())
