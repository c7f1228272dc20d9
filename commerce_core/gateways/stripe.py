"""Card payments by Stripe. The SDK costs time and memory, so it is imported when the first call is made."""

import functools
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from commerce_core.gateways import stripe_signature
from commerce_core.gateways.breaker import Breaker
from commerce_core.gateways.stripe_objects import amount_of, event_of, intent_of, refund_of
from commerce_core.payments.errors import GatewayMisconfigured, GatewayRefused, GatewayUnavailable, MalformedEvent
from commerce_core.payments.provider import (
    Intent,
    IntentRequest,
    ProviderEvent,
    ProviderPage,
    ProviderRefund,
    RefundRequest,
)

if TYPE_CHECKING:
    import stripe
    import stripe.params

API_VERSION = "2026-10-28.endive"
_PAUSE = 0.5  # What the SDK waits before its second attempt.
_PAGE = 100  # As many as Stripe lists at once.
_BROKEN = 500
_KEYS = 3  # How many idempotency keys one request may use up.

_log = logging.getLogger(__name__)
T = TypeVar("T")
S = TypeVar("S", bound="stripe.StripeObject")


@frozen
class StripeGateway:
    """Stripe behind the port `PaymentGateway`. Threads share one; each keeps its own connection open between calls.

    `timeout` is the budget of a question: one attempt, a pause, and one retry, which is safe because every change
    carries an idempotency key or can be repeated. While Stripe does not answer, `breaker` keeps threads free for those
    who only look around. Several webhook secrets are accepted while one replaces another.
    """

    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    publishable_key: str | None = None
    api_base: str | None = None
    timeout: float = 10.0
    breaker: Breaker = field(factory=lambda: Breaker(at_once=6), repr=False, eq=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False, eq=False)

    @property
    def name(self) -> str:
        """The provider's name in our tables."""
        return "stripe"

    def create_intent(self, request: IntentRequest) -> Intent:
        """Ask for a payment by whatever methods the dashboard allows. No receipt by mail: the shop sends its own."""
        params: stripe.params.PaymentIntentCreateParams = {
            "amount": amount_of(request.amount),
            "currency": request.amount.currency.lower(),
            "automatic_payment_methods": {"enabled": True},
            "metadata": {"order_id": str(request.order_id), "order_number": str(request.order_number)},
            "description": f"Order {request.order_number}",
        }
        create = self._v1().payment_intents.create
        with self._asking():
            return _decoded(
                _under_a_live_key(request.idempotency_key, lambda key: create(params, {"idempotency_key": key})),
                intent_of,
            )

    def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as Stripe sees it now."""
        with self._asking():
            return _decoded(self._v1().payment_intents.retrieve(intent_id), intent_of)

    def cancel_intent(self, intent_id: str) -> Intent:
        """Make sure it can no longer be paid, or find out that it already was."""
        import stripe  # noqa: PLC0415 - on first use

        with self._asking():
            try:
                return _decoded(self._v1().payment_intents.cancel(intent_id), intent_of)
            except stripe.InvalidRequestError as error:
                if error.code != "payment_intent_unexpected_state":
                    raise
            return _decoded(self._v1().payment_intents.retrieve(intent_id), intent_of)

    def create_refund(self, request: RefundRequest) -> ProviderRefund:
        """Give money back. Stripe forgets keys after a day, so what was made under one is looked for first."""
        params: stripe.params.RefundCreateParams = {
            "payment_intent": request.intent_id,
            "amount": amount_of(request.amount),
            "metadata": {"refund_id": str(request.refund_id), "order_id": str(request.order_id)},
        }

        def create(key: str) -> "stripe.Refund":
            return self._made(request) or self._v1().refunds.create(params, {"idempotency_key": key})

        with self._asking():
            made = _decoded(_under_a_live_key(request.idempotency_key, create), refund_of)
        if made.amount != request.amount:
            raise GatewayRefused(f"The refund {request.refund_id} was made over {made.amount}.")
        return made

    def _made(self, request: RefundRequest) -> "stripe.Refund | None":
        of_this_intent = self._v1().refunds.list({"payment_intent": request.intent_id, "limit": _PAGE})
        ours = (one for one in of_this_intent.auto_paging_iter() if _is_of(one, request))
        return next(ours, None)

    def retrieve_refund(self, refund_id: str) -> ProviderRefund:
        """The refund as Stripe sees it now."""
        with self._asking():
            return _decoded(self._v1().refunds.retrieve(refund_id), refund_of)

    def list_intents(self, since: datetime, cursor: str | None = None) -> ProviderPage[Intent]:
        """The account's intents made since then, the newest first."""
        with self._asking():
            return _page(self._v1().payment_intents.list, intent_of, since, cursor)

    def list_refunds(self, since: datetime, cursor: str | None = None) -> ProviderPage[ProviderRefund]:
        """The account's refunds made since then, the newest first."""
        with self._asking():
            return _page(self._v1().refunds.list, refund_of, since, cursor)

    def verify_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """Check the signature on the raw body and decode it. Raises `InvalidSignature` or `MalformedEvent`."""
        stripe_signature.verify(body, signature, self.webhook_secrets, self.clock())
        return self.read_event(body)

    def read_event(self, body: bytes) -> ProviderEvent:
        """Decode a message whose signature was checked when it came in. Raises `MalformedEvent`."""
        return event_of(body, self.name)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Around every call: not while Stripe is down, and in the port's errors."""
        with _translated(), self.breaker.call(_is_silence):
            yield

    def _v1(self) -> "stripe.V1Services":
        with self._lock:  # Else the first requests of several threads would each build a client.
            return self._client.v1

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


def _under_a_live_key(key: str, create: "Callable[[str], T]") -> "T":
    """Create under `key`, or under the next one when Stripe only repeats, as it would all day, that it broke once.

    Every process takes the same keys in the same order, so they still end with one object.
    """
    import stripe  # noqa: PLC0415 - on first use

    for attempt in range(1, _KEYS):
        try:
            return create(key if attempt == 1 else f"{key}-{attempt}")
        except stripe.APIError as error:
            if not _is_replayed(error):
                raise
    return create(f"{key}-{_KEYS}")


def _is_replayed(error: "stripe.StripeError") -> bool:
    return (error.headers or {}).get("Idempotent-Replayed") == "true"


def _is_silence(error: Exception) -> bool:
    """Whether Stripe is down, which a failure that belongs to one key does not show, nor a key that is in use."""
    import stripe  # noqa: PLC0415 - on first use

    if not isinstance(error, stripe.StripeError):
        return False
    broken = (error.http_status or 0) >= _BROKEN and not _is_replayed(error)
    return broken or isinstance(error, stripe.APIConnectionError)


def _is_of(refund: "stripe.Refund", request: RefundRequest) -> bool:
    return refund.metadata is not None and refund.metadata.to_dict().get("refund_id") == str(request.refund_id)


def _page(
    ask: "Callable[..., stripe.ListObject[S]]",
    decode: Callable[[Mapping[str, object]], T],
    since: datetime,
    cursor: str | None,
) -> ProviderPage[T]:
    """What could be read of it: one strange object must not hide the rest of the account."""
    going_on = {"starting_after": cursor} if cursor else {}
    found = ask({"created": {"gte": int(since.timestamp())}, "limit": _PAGE, **going_on})
    items = []
    for one in found.data:
        try:
            items.append(decode(one.to_dict()))
        except MalformedEvent as error:
            _log.warning("Stripe lists what the shop cannot read", extra={"object": one["id"], "error": error.reason})
    return ProviderPage(tuple(items), str(found.data[-1]["id"]) if found.has_more and found.data else None)


def _decoded(found: "stripe.StripeObject", decode: Callable[[Mapping[str, object]], T]) -> T:
    try:
        return decode(found.to_dict())
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
