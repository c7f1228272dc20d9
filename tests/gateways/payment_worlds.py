"""Payment providers and what surrounds them, as tests see them."""

import json
import queue
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest
import stripe
from attrs import field, frozen

from commerce_core.gateways.stripe import StripeGateway
from commerce_core.gateways.stripe_objects import amount_of
from commerce_core.gateways.stripe_signature import sign
from commerce_core.kernel.money import Money
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.provider import Intent, IntentRequest, RefundRequest
from commerce_core.testing.fake_gateway import FakeGateway

NOW = 1_795_000_000
SECRET = "whsec_contract"


def request_for(amount: Money, key: str | None = None) -> IntentRequest:
    return IntentRequest(uuid4(), 1001, amount, "buyer@example.com", key or uuid4().hex)


def refund_request(intent: Intent, amount: Money, refund_id: UUID | None = None) -> RefundRequest:
    assert intent.order_id
    return RefundRequest(refund_id or uuid4(), intent.order_id, intent.id, amount)


class World(Protocol):
    """A provider, seen from the shop (`gateway`), from the buyer, from its dashboard and from its own postman."""

    gateway: PaymentGateway

    def pay(self, intent_id: str) -> None: ...
    def decline(self, intent_id: str) -> None: ...
    def refund_by_hand(self, intent_id: str, amount: Money) -> None: ...
    def webhook(self, id_: str, type_: str) -> tuple[bytes, str]: ...


@frozen
class FakeWorld:
    gateway: FakeGateway = field(factory=lambda: FakeGateway(clock=lambda: NOW))

    def pay(self, intent_id: str) -> None:
        self.gateway.pay(intent_id)

    def decline(self, intent_id: str) -> None:
        self.gateway.decline(intent_id)

    def refund_by_hand(self, intent_id: str, amount: Money) -> None:
        self.gateway.refund_by_hand(intent_id, amount)

    def webhook(self, id_: str, type_: str) -> tuple[bytes, str]:
        return self.gateway.event(id_, type_)


@frozen
class StripeWorld:
    gateway: StripeGateway
    client: stripe.StripeClient

    def pay(self, intent_id: str) -> None:
        self._confirm(intent_id, "pm_card_visa")

    def decline(self, intent_id: str) -> None:
        with pytest.raises(stripe.CardError):
            self._confirm(intent_id, "pm_card_visa_chargeDeclinedInsufficientFunds")

    def refund_by_hand(self, intent_id: str, amount: Money) -> None:
        self.client.v1.refunds.create({"payment_intent": intent_id, "amount": amount_of(amount)})

    def webhook(self, id_: str, type_: str) -> tuple[bytes, str]:
        """What Stripe wrote in its log, signed as a webhook would be: nobody can be called from a test machine."""
        events = [e.to_dict(for_json=True) for e in self.client.v1.events.list({"type": type_, "limit": 50}).data]
        event = next(e for e in events if id_ in (e["data"]["object"]["id"], e["data"]["object"].get("payment_intent")))
        body = json.dumps(event).encode()
        return body, sign(body, SECRET, NOW)

    def _confirm(self, intent_id: str, payment_method: str) -> None:
        self.client.v1.payment_intents.confirm(
            intent_id, {"payment_method": payment_method, "return_url": "https://shop.example/return"}
        )


def stripe_world(key: str, url: str | None) -> StripeWorld:
    gateway = StripeGateway(key, (SECRET,), None, url, clock=lambda: NOW)
    client = stripe.StripeClient(key, base_addresses={"api": url} if url else None)
    return StripeWorld(gateway, client)


@frozen
class Receiver:
    """A shop's webhook endpoint that keeps what it gets and answers what it is told to."""

    url: str
    received: "queue.Queue[tuple[bytes, str]]"
    answers: "queue.Queue[str]"

    def next(self) -> tuple[bytes, str]:
        return self.received.get(timeout=10)

    def until(self, type_: str) -> dict[str, Any]:
        while (event := json.loads(self.next()[0]))["type"] != type_:
            pass
        return event
