"""Card payments by Stripe. The SDK costs time and memory, so it is imported when the first call is made."""

import functools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from attrs import field, frozen

from commerce_core.gateways import stripe_signature
from commerce_core.gateways.stripe_objects import amount_of, event_of, intent_of
from commerce_core.payments.errors import GatewayMisconfigured, GatewayRefused, GatewayUnavailable, MalformedEvent
from commerce_core.payments.model import Intent, IntentRequest, ProviderEvent

if TYPE_CHECKING:
    import stripe

API_VERSION = "2026-10-28.endive"
_PAUSE = 0.5  # What the SDK waits before its second attempt.


@frozen
class StripeGateway:
    """Stripe behind the port `PaymentGateway`. Threads share one; each keeps its own connection open between calls.

    `timeout` is the budget of a call: one attempt, a pause, and one retry, which is safe because every change carries
    an idempotency key or can be repeated. Several webhook secrets are accepted while one replaces another.
    """

    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    publishable_key: str | None = None
    api_base: str | None = None
    timeout: float = 10.0
    clock: Callable[[], float] = field(default=time.time, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False, eq=False)

    @property
    def name(self) -> str:
        """The provider's name in our tables."""
        return "stripe"

    def create_intent(self, request: IntentRequest) -> Intent:
        """Ask for a payment by whatever methods the dashboard allows. No receipt by mail: the shop sends its own."""
        amount = amount_of(request.amount)
        with _translated():
            return _decoded(
                self._intents().create(
                    {
                        "amount": amount,
                        "currency": request.amount.currency.lower(),
                        "automatic_payment_methods": {"enabled": True},
                        "metadata": {"order_id": str(request.order_id), "order_number": str(request.order_number)},
                        "description": f"Order {request.order_number}",
                    },
                    {"idempotency_key": request.idempotency_key},
                )
            )

    def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as Stripe sees it now."""
        with _translated():
            return _decoded(self._intents().retrieve(intent_id))

    def cancel_intent(self, intent_id: str) -> Intent:
        """Make sure it can no longer be paid, or find out that it already was."""
        import stripe  # noqa: PLC0415 - on first use

        with _translated():
            try:
                return _decoded(self._intents().cancel(intent_id))
            except stripe.InvalidRequestError as error:
                if error.code != "payment_intent_unexpected_state":
                    raise
            return _decoded(self._intents().retrieve(intent_id))

    def verify_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """Check the signature on the raw body and decode it. Raises `InvalidSignature` or `MalformedEvent`."""
        stripe_signature.verify(body, signature, self.webhook_secrets, self.clock())
        return self.read_event(body)

    def read_event(self, body: bytes) -> ProviderEvent:
        """Decode a message whose signature was checked when it came in. Raises `MalformedEvent`."""
        return event_of(body, self.name)

    def _intents(self) -> "stripe.PaymentIntentService":
        with self._lock:  # Else the first requests of several threads would each build a client.
            return self._client.v1.payment_intents

    @functools.cached_property
    def _client(self) -> "stripe.StripeClient":
        import stripe  # noqa: PLC0415 - on first use

        # At DEBUG the SDK logs whole answers, client secrets included.
        logging.getLogger("stripe").setLevel(logging.INFO)
        return stripe.StripeClient(
            self.secret_key,
            base_addresses={"api": self.api_base} if self.api_base else None,
            http_client=stripe.RequestsClient(timeout=max(self.timeout - _PAUSE, _PAUSE) / 2),
            max_network_retries=1,
            stripe_version=API_VERSION,
        )


def _decoded(intent: "stripe.PaymentIntent") -> Intent:
    try:
        return intent_of(intent.to_dict())
    except MalformedEvent as error:
        raise GatewayUnavailable from error  # Not an answer we understand, so nothing is known.


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's errors into the port's."""
    import stripe  # noqa: PLC0415 - on first use

    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise GatewayMisconfigured from error
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise GatewayRefused(error.user_message or error.code or "no reason given") from error
    except stripe.StripeError as error:
        # Time-outs, broken connections, 429, 5xx, and 409: another request with the same key is still running.
        raise GatewayUnavailable from error
