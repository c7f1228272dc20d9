"""What the fake provider's events carry: the least that the shop reads of Stripe's objects."""

import json
from uuid import uuid4

from commerce_core.gateways.stripe_objects import amount_of
from commerce_core.kernel.money import Money
from commerce_core.payments.provider import Intent, IntentStatus, ProviderDispute, ProviderRefund

_STATUS_OF_EVENT = {
    "payment_intent.created": IntentStatus.REQUIRES_PAYMENT_METHOD,
    "payment_intent.payment_failed": IntentStatus.REQUIRES_PAYMENT_METHOD,
    "payment_intent.requires_action": IntentStatus.REQUIRES_ACTION,
    "payment_intent.processing": IntentStatus.PROCESSING,
    "payment_intent.succeeded": IntentStatus.SUCCEEDED,
    "payment_intent.canceled": IntentStatus.CANCELED,
}


def event(type_: str, subject: dict[str, object], now: int) -> bytes:
    """The body of a webhook."""
    return json.dumps(
        {
            "id": f"evt_fake_{uuid4().hex}",
            "object": "event",
            "type": type_,
            "created": now,
            "data": {"object": subject},
        }
    ).encode()


def intent(known: Intent, type_: str) -> dict[str, object]:
    """The intent as an event of this type shows it, whatever has become of it since."""
    status = _STATUS_OF_EVENT[type_]
    received = known.amount if status is IntentStatus.SUCCEEDED else Money.zero(known.amount.currency)
    subject: dict[str, object] = {
        "id": known.id,
        "object": "payment_intent",
        "status": status,
        "amount_received": amount_of(received),
        "metadata": {"order_id": str(known.order_id)},
        **_amount(known.amount),
    }
    if type_ == "payment_intent.payment_failed":
        subject["last_payment_error"] = {"code": known.failure or "card_declined"}
    return subject


def charge_id(intent_id: str) -> str:
    """The one charge of an intent."""
    return intent_id.replace("pi_", "ch_", 1)


def charge(known: Intent, given_back: Money) -> dict[str, object]:
    """The intent's charge."""
    return {
        "id": charge_id(known.id),
        "object": "charge",
        "payment_intent": known.id,
        "amount_refunded": amount_of(given_back),
        **_amount(known.amount),
    }


def refund(known: ProviderRefund) -> dict[str, object]:
    """The refund as it stands."""
    return {
        "id": known.id,
        "object": "refund",
        "status": known.status,
        "payment_intent": known.intent_id,
        "charge": known.charge_id,
        "failure_reason": known.failure,
        "metadata": {"refund_id": str(known.refund_id)} if known.refund_id else {},
        **_amount(known.amount),
    }


def dispute(known: ProviderDispute) -> dict[str, object]:
    """The dispute as it stands."""
    return {
        "id": known.id,
        "object": "dispute",
        "status": known.status,
        "reason": known.reason,
        "payment_intent": known.intent_id,
        "charge": known.charge_id,
        "evidence_details": {"due_by": known.due_by and int(known.due_by.timestamp())},
        **_amount(known.amount),
    }


def _amount(money: Money) -> dict[str, object]:
    return {"amount": amount_of(money), "currency": money.currency.lower()}
