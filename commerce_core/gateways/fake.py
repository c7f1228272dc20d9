"""A payment provider in the same process: Stripe's semantics, the standard library only. For tests and benchmarks."""

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from uuid import uuid4

from attrs import evolve, field, frozen

from commerce_core.gateways import fake_events, stripe_signature
from commerce_core.gateways.self_describing import intent_id as self_describing_id
from commerce_core.gateways.self_describing import read_intent_id
from commerce_core.gateways.stripe_objects import amount_of, event_of
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused
from commerce_core.payments.provider import (
    FINAL,
    DisputeStatus,
    Intent,
    IntentRequest,
    IntentStatus,
    ProviderDispute,
    ProviderEvent,
    ProviderPage,
    ProviderRefund,
    ProviderRefundStatus,
    RefundRequest,
)

_PREFIX = "pi_fake"
_GONE = {ProviderRefundStatus.FAILED, ProviderRefundStatus.CANCELED}


@frozen
class FakeGateway:
    """Behaves as Stripe does behind the port `PaymentGateway`; `pay`, `decline` and `process` play buyer and bank.

    An intent's id says its order and amount, so several processes need to share nothing: an intent that this process
    has heard nothing about waits for its payment, and an authentic event is how it hears. Keep one instance per
    process, and the same `webhook_secret` everywhere. `refunds_become` is what a new refund is at first.
    """

    webhook_secret: str = field(default="whsec_fake", repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)
    name: str = "stripe"  # Whom it stands for, in our tables and addresses.
    publishable_key: str | None = "pk_test_fake"
    refunds_become: ProviderRefundStatus = ProviderRefundStatus.SUCCEEDED
    _lock: Lock = field(factory=Lock, init=False, repr=False, eq=False)
    _requests: dict[str, IntentRequest] = field(factory=dict, init=False, repr=False, eq=False)
    _heard: dict[str, Intent] = field(factory=dict, init=False, repr=False, eq=False)
    _made_at: dict[str, float] = field(factory=dict, init=False, repr=False, eq=False)
    _refunds: dict[str, ProviderRefund] = field(factory=dict, init=False, repr=False, eq=False)
    _disputes: dict[str, ProviderDispute] = field(factory=dict, init=False, repr=False, eq=False)

    def create_intent(self, request: IntentRequest) -> Intent:
        """An intent that waits for its payment, or what became of it if this key made it before."""
        amount_of(request.amount)  # Refuses what Stripe would refuse.
        made = self._made(self_describing_id(_PREFIX, request))
        with self._lock:
            if self._requests.setdefault(request.idempotency_key, request) != request:
                raise GatewayRefused("This idempotency key was used with other parameters.")
            self._made_at.setdefault(made.id, self.clock())
        return made

    def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as far as this process has heard."""
        made = self._made(intent_id)
        with self._lock:
            return self._heard.get(intent_id, made)

    def cancel_intent(self, intent_id: str) -> Intent:
        """Cancel it, unless it was paid or cancelled before: the answer's status tells."""
        return self._hear(evolve(self._made(intent_id), status=IntentStatus.CANCELED))

    def create_refund(self, request: RefundRequest) -> ProviderRefund:
        """Give money back, as far as this process has heard that it was paid."""
        asked = self._refund(f"re_fake_{request.refund_id.hex}", request.intent_id, request.amount)
        made = evolve(asked, refund_id=request.refund_id)
        with self._lock:
            known = self._refunds.get(made.id)
            if known is None:
                return self._give_back(made)
            if (known.intent_id, known.amount) != (made.intent_id, made.amount):
                raise GatewayRefused("This idempotency key was used with other parameters.")
            return known

    def retrieve_refund(self, refund_id: str) -> ProviderRefund:
        """The refund as far as this process has heard."""
        with self._lock:
            if refund_id not in self._refunds:
                raise GatewayRefused(f"No such refund: {refund_id[:100]!r}")
            return self._refunds[refund_id]

    def list_intents(self, since: datetime, cursor: str | None = None) -> ProviderPage[Intent]:  # noqa: ARG002 - one page
        """What this process made since then."""
        return ProviderPage(tuple(self.retrieve_intent(id_) for id_ in self._newest("pi_", since)))

    def list_refunds(self, since: datetime, cursor: str | None = None) -> ProviderPage[ProviderRefund]:  # noqa: ARG002 - one page
        """What this process gave back since then."""
        return ProviderPage(tuple(self.retrieve_refund(id_) for id_ in self._newest("re_", since)))

    def verify_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """Check the signature on the raw body and decode it. Raises `InvalidSignature` or `MalformedEvent`."""
        stripe_signature.verify(body, signature, (self.webhook_secret,), self.clock())
        return self.read_event(body)

    def read_event(self, body: bytes) -> ProviderEvent:
        """Decode a message whose signature was checked when it came in, and hear its news. Raises `MalformedEvent`."""
        event = event_of(body, self.name)
        told = event.about
        if isinstance(told, Intent) and told.id.startswith(_PREFIX):
            made = self._made(told.id)
            self._hear(evolve(made, status=told.status, received=told.received, failure=told.failure))
        elif isinstance(told, ProviderRefund):
            with self._lock:
                self._refunds.setdefault(told.id, told)
        return event

    # --- what buyers, banks and people at the dashboard do -----------------------------------------------------------

    def pay(self, intent_id: str) -> Intent:
        """The buyer pays. The answer tells whether that was still possible."""
        made = self._made(intent_id)
        return self._hear(evolve(made, status=IntentStatus.SUCCEEDED, received=made.amount))

    def process(self, intent_id: str) -> Intent:
        """The buyer pays by a method that takes days."""
        return self._hear(evolve(self._made(intent_id), status=IntentStatus.PROCESSING))

    def decline(self, intent_id: str, reason: str = "generic_decline") -> Intent:
        """The buyer tries, and the bank says no; trying again stays possible."""
        return self._hear(evolve(self._made(intent_id), failure=reason))

    def refund_by_hand(self, intent_id: str, amount: Money) -> ProviderRefund:
        """Somebody refunds at the provider's own dashboard. Raises `GatewayRefused` for more than is left."""
        with self._lock:
            return self._give_back(self._refund(f"re_fake_{uuid4().hex}", intent_id, amount))

    def settle_refund(self, refund_id: str, status: ProviderRefundStatus) -> ProviderRefund:
        """The bank's word on a refund, which may come after it had succeeded."""
        known = self.retrieve_refund(refund_id)
        failure = "declined" if status is ProviderRefundStatus.FAILED else None
        with self._lock:
            self._refunds[refund_id] = settled = evolve(known, status=status, failure=failure)
        return settled

    def dispute(self, intent_id: str, status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE) -> ProviderDispute:
        """The buyer's bank wants the money back, or has decided: an intent has one dispute, and this is its state."""
        made = self._made(intent_id)
        due_by = datetime.fromtimestamp(int(self.clock()) + 7 * 86_400, UTC)
        id_ = intent_id.replace(_PREFIX, "dp_fake")
        charge = fake_events.charge_id(intent_id)
        with self._lock:
            self._disputes[id_] = told = ProviderDispute(
                id_, status, made.amount, "fraudulent", intent_id, charge, due_by
            )
        return told

    def event(self, id_: str, type_: str) -> tuple[bytes, str]:
        """A signed webhook about an intent, refund or dispute, made in whatever process: its body and its signature.

        The body is the least that `verify_webhook` accepts, so a load generator may write it by itself. An intent's
        event shows what its type says; the others show how things stand. `charge.refunded` takes the intent's id.
        """
        now = int(self.clock())
        body = fake_events.event(type_, self._shown(id_, type_), now)
        return body, stripe_signature.sign(body, self.webhook_secret, now)

    def _shown(self, id_: str, type_: str) -> dict[str, object]:
        if type_.startswith("charge.dispute."):
            with self._lock:
                return fake_events.dispute(self._disputes[id_])
        if type_.startswith(("refund.", "charge.refund.")):
            return fake_events.refund(self.retrieve_refund(id_))
        intent = self.retrieve_intent(id_)
        if type_ == "charge.refunded":
            with self._lock:
                return fake_events.charge(intent, self._given_back(intent))
        return fake_events.intent(intent, type_)

    # --- what is known -----------------------------------------------------------------------------------------------

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

    def _refund(self, id_: str, intent_id: str, amount: Money) -> ProviderRefund:
        amount_of(amount)
        return ProviderRefund(id_, self.refunds_become, amount, intent_id, fake_events.charge_id(intent_id), None)

    def _give_back(self, refund: ProviderRefund) -> ProviderRefund:
        """Keep a new refund, while the lock is held. Raises `GatewayRefused` for more than is left."""
        intent = self._heard.get(str(refund.intent_id), self._made(str(refund.intent_id)))
        left = intent.received - self._given_back(intent)
        if refund.amount.currency != left.currency or not 0 < refund.amount.amount <= left.amount:
            raise GatewayRefused(f"{refund.amount} is more than the {left} that are left.")
        self._made_at[refund.id] = self.clock()
        self._refunds[refund.id] = refund
        return refund

    def _given_back(self, intent: Intent) -> Money:
        ours = (r for r in self._refunds.values() if r.intent_id == intent.id and r.status not in _GONE)
        return sum((refund.amount for refund in ours), Money.zero(intent.amount.currency))

    def _newest(self, prefix: str, since: datetime) -> list[str]:
        with self._lock:
            made = list(self._made_at.items())
        return [id_ for id_, at in reversed(made) if id_.startswith(prefix) and at >= int(since.timestamp())]
