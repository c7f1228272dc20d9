"""A payment provider in the same process: Stripe's semantics, the standard library only. For tests and benchmarks."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from threading import Lock
from uuid import uuid4

from attrs import evolve, field, frozen

from commerce_core.gateways import stripe_signature
from commerce_core.gateways.self_describing import intent_id as self_describing_id
from commerce_core.gateways.self_describing import read_intent_id
from commerce_core.gateways.stripe_objects import amount_of, event_of
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused
from commerce_core.payments.model import FINAL, Intent, IntentRequest, IntentStatus, ProviderEvent

_PREFIX = "pi_fake"
_STATUS_OF_EVENT = {
    "payment_intent.created": IntentStatus.REQUIRES_PAYMENT_METHOD,
    "payment_intent.payment_failed": IntentStatus.REQUIRES_PAYMENT_METHOD,
    "payment_intent.requires_action": IntentStatus.REQUIRES_ACTION,
    "payment_intent.processing": IntentStatus.PROCESSING,
    "payment_intent.succeeded": IntentStatus.SUCCEEDED,
    "payment_intent.canceled": IntentStatus.CANCELED,
}


@frozen
class FakeGateway:
    """Behaves as Stripe does behind the port `PaymentGateway`; `pay` and `decline` play the buyer.

    An intent's id says its order and amount, so several processes need to share nothing: an intent that this process
    has heard nothing about waits for its payment, and an authentic event is how it hears. Keep one instance per
    process, and the same `webhook_secret` everywhere.
    """

    webhook_secret: str = field(default="whsec_fake", repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)
    name: str = "stripe"  # Whom it stands for, in our tables and addresses.
    publishable_key: str | None = "pk_test_fake"
    _lock: Lock = field(factory=Lock, init=False, repr=False, eq=False)
    _requests: dict[str, IntentRequest] = field(factory=dict, init=False, repr=False, eq=False)
    _heard: dict[str, Intent] = field(factory=dict, init=False, repr=False, eq=False)

    def create_intent(self, request: IntentRequest) -> Intent:
        """An intent that waits for its payment, or what became of it if this key made it before."""
        amount_of(request.amount)  # Refuses what Stripe would refuse.
        with self._lock:
            if self._requests.setdefault(request.idempotency_key, request) != request:
                raise GatewayRefused("This idempotency key was used with other parameters.")
        return self._made(self_describing_id(_PREFIX, request))

    def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as far as this process has heard."""
        made = self._made(intent_id)
        with self._lock:
            return self._heard.get(intent_id, made)

    def cancel_intent(self, intent_id: str) -> Intent:
        """Cancel it, unless it was paid or cancelled before: the answer's status tells."""
        return self._hear(evolve(self._made(intent_id), status=IntentStatus.CANCELED))

    def verify_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """Check the signature on the raw body and decode it. Raises `InvalidSignature` or `MalformedEvent`."""
        stripe_signature.verify(body, signature, (self.webhook_secret,), self.clock())
        return self.read_event(body)

    def read_event(self, body: bytes) -> ProviderEvent:
        """Decode a message whose signature was checked when it came in, and hear its news. Raises `MalformedEvent`."""
        event = event_of(body, self.name)
        if event.intent is not None and event.intent.id.startswith(_PREFIX):
            told = event.intent
            made = self._made(told.id)
            self._hear(evolve(made, status=told.status, received=told.received, failure=told.failure))
        return event

    def pay(self, intent_id: str) -> Intent:
        """The buyer pays. The answer tells whether that was still possible."""
        made = self._made(intent_id)
        return self._hear(evolve(made, status=IntentStatus.SUCCEEDED, received=made.amount))

    def decline(self, intent_id: str, reason: str = "generic_decline") -> Intent:
        """The buyer tries, and the bank says no; trying again stays possible."""
        return self._hear(evolve(self._made(intent_id), failure=reason))

    def event(self, intent_id: str, type_: str) -> tuple[bytes, str]:
        """A signed webhook about an intent, made in whatever process: its body and its signature.

        The body is the least that `verify_webhook` accepts, so a load generator may write it by itself.
        """
        intent, status = self._made(intent_id), _STATUS_OF_EVENT[type_]
        received = intent.amount if status is IntentStatus.SUCCEEDED else Money.zero(intent.amount.currency)
        now = int(self.clock())
        subject: dict[str, object] = {
            "id": intent.id,
            "object": "payment_intent",
            "status": status,
            "amount": amount_of(intent.amount),
            "amount_received": amount_of(received),
            "currency": intent.amount.currency.lower(),
            "metadata": {"order_id": str(intent.order_id)},
        }
        if type_ == "payment_intent.payment_failed":
            subject["last_payment_error"] = {"code": self.retrieve_intent(intent_id).failure or "card_declined"}
        event = {
            "id": f"evt_fake_{uuid4().hex}",
            "object": "event",
            "type": type_,
            "created": now,
            "data": {"object": subject},
        }
        body = json.dumps(event).encode()
        return body, stripe_signature.sign(body, self.webhook_secret, now)

    def _made(self, intent_id: str) -> Intent:
        """The intent as it was when made. Raises `GatewayRefused` for an id that is none."""
        order_id, amount = read_intent_id(_PREFIX, intent_id)
        secret = hmac.new(self.webhook_secret.encode(), intent_id.encode(), hashlib.sha256).hexdigest()[:24]
        return Intent(
            id=intent_id,
            status=IntentStatus.REQUIRES_PAYMENT_METHOD,
            amount=amount,
            received=Money.zero(amount.currency),
            order_id=order_id,
            client_secret=f"{intent_id}_secret_{secret}",
        )

    def _hear(self, news: Intent) -> Intent:
        """Believe the news, unless the end was heard before. Return what is now so."""
        with self._lock:
            known = self._heard.get(news.id)
            if known is None or known.status not in FINAL:
                self._heard[news.id] = news
            return self._heard[news.id]
