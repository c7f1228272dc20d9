"""Stripe's JSON in the shop's words: amounts, events and what they are about. Needs no SDK: the fake speaks it, too."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from math import isfinite
from typing import Never
from uuid import UUID

from commerce_core.kernel.money import Money, exponent
from commerce_core.payments.errors import GatewayRefused, MalformedEvent
from commerce_core.payments.provider import (
    DisputeStatus,
    Intent,
    IntentStatus,
    ProviderCharge,
    ProviderDispute,
    ProviderEvent,
    ProviderRefund,
    ProviderRefundStatus,
    Subject,
)

# How many decimals Stripe's integers carry where they differ from ISO 4217. ISK and UGX have no cents, but keep their
# two decimals on the wire; MGA has cents on paper only. Source: https://docs.stripe.com/currencies
_DECIMALS = {"ISK": 2, "UGX": 2, "MGA": 0}
_ID_LIMIT = 255


def amount_of(money: Money) -> int:
    """The integer Stripe expects. Raises `GatewayRefused` when Stripe cannot charge this amount exactly."""
    shift = _decimals(money.currency) - exponent(money.currency)
    amount, rest = divmod(money.amount * 10 ** max(shift, 0), 10 ** max(-shift, 0))
    if rest or (_decimals(money.currency) == 3 and amount % 10):
        raise GatewayRefused(f"{money} is finer than what can be charged in {money.currency}.")
    return int(amount)


def money_of(amount: int, currency: str) -> Money:
    """The money that Stripe's integer means. Raises `ValueError` for what Stripe never sends."""
    code = currency.upper()
    shift = exponent(code) - _decimals(code)
    value, rest = divmod(amount * 10 ** max(shift, 0), 10 ** max(-shift, 0))
    if rest:
        raise ValueError(f"{amount} is not a whole number of {code}")
    return Money(value, code)


def intent_of(values: Mapping[str, object]) -> Intent:
    """Decode a PaymentIntent, whether answered or carried by an event. Raises `MalformedEvent`."""
    secret = values.get("client_secret")
    with _told_as_malformed():
        return Intent(
            id=_text(values, "id"),
            status=IntentStatus(_text(values, "status")),
            amount=_money(values, "amount"),
            received=_money(values, "amount_received"),
            order_id=_ours(values, "order_id"),
            client_secret=secret if isinstance(secret, str) else None,
            failure=_failure(values.get("last_payment_error")),
        )


def refund_of(values: Mapping[str, object]) -> ProviderRefund:
    """Decode a Refund, whether answered or carried by an event. Raises `MalformedEvent`."""
    failure = values.get("failure_reason")
    with _told_as_malformed():
        return ProviderRefund(
            id=_text(values, "id"),
            status=ProviderRefundStatus(_text(values, "status")),
            amount=_money(values, "amount"),
            intent_id=_reference(values, "payment_intent"),
            charge_id=_reference(values, "charge"),
            refund_id=_ours(values, "refund_id"),
            failure=failure if isinstance(failure, str) else None,
        )


def dispute_of(values: Mapping[str, object]) -> ProviderDispute:
    """Decode a Dispute. Raises `MalformedEvent`."""
    evidence = values.get("evidence_details")
    with _told_as_malformed():
        return ProviderDispute(
            id=_text(values, "id"),
            status=DisputeStatus(_text(values, "status")),
            amount=_money(values, "amount"),
            reason=_text(values, "reason"),
            intent_id=_reference(values, "payment_intent"),
            charge_id=_reference(values, "charge"),
            due_by=_time(evidence, "due_by") if isinstance(evidence, dict) and evidence.get("due_by") else None,
        )


def charge_of(values: Mapping[str, object]) -> ProviderCharge:
    """Decode a Charge. Raises `MalformedEvent`."""
    with _told_as_malformed():
        return ProviderCharge(
            id=_text(values, "id"),
            intent_id=_reference(values, "payment_intent"),
            refunded=_money(values, "amount_refunded"),
        )


def event_of(body: bytes, provider: str) -> ProviderEvent:
    """Decode the body of a webhook whose signature was verified. Types the shop does not know are no error.

    Raises `MalformedEvent` for anything but one strict JSON object with an id, a type and a time.
    """
    event = _parse(body)
    type_ = _text(event, "type")
    return ProviderEvent(
        provider=provider,
        id=_text(event, "id"),
        type=type_,
        created=_time(event, "created"),
        payload=json.dumps(_kept(event)).encode(),
        about=_subject(event, type_),
    )


def _kept(value: object) -> object:
    """What the shop stores of a message: no client secret, and no NUL or half a character, which PostgreSQL refuses."""
    if isinstance(value, dict):
        return {_kept(name): _kept(inner) for name, inner in value.items() if name != "client_secret"}
    if isinstance(value, list):
        return [_kept(inner) for inner in value]
    return value.replace("\x00", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value


# What the events of which types carry. Of a charge's life only what is given back concerns the shop: the rest it hears
# from the intent.
_CARRIED: tuple[tuple[str, str, Callable[[Mapping[str, object]], Subject]], ...] = (
    ("payment_intent.", "payment_intent", intent_of),
    ("refund.", "refund", refund_of),
    ("charge.refund.", "refund", refund_of),
    ("charge.dispute.", "dispute", dispute_of),
    ("charge.refunded", "charge", charge_of),
)


def _subject(event: Mapping[str, object], type_: str) -> Subject | None:
    for beginning, kind, decode in _CARRIED:
        if type_.startswith(beginning):
            data = event.get("data")
            subject = data.get("object") if isinstance(data, dict) else None
            if not isinstance(subject, dict) or subject.get("object") != kind:
                raise MalformedEvent(f"it carries no {kind.replace('_', ' ')}")
            return decode(subject)
    return None


def _decimals(currency: str) -> int:
    return _DECIMALS.get(currency, exponent(currency))


def _ours(values: Mapping[str, object], name: str) -> UUID | None:
    """An id of ours in the metadata; None when somebody else made this, or wrote there what they liked."""
    metadata = values.get("metadata")
    value = metadata.get(name) if isinstance(metadata, dict) else None
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _reference(values: Mapping[str, object], name: str) -> str | None:
    """The id of another object, which Stripe gives alone or with the whole object around it."""
    value = values.get(name)
    if value is None:
        return None
    return _text(value, "id") if isinstance(value, dict) else _text(values, name)


def _money(values: Mapping[str, object], name: str) -> Money:
    return money_of(_whole(values, name), _text(values, "currency"))


def _time(values: Mapping[str, object], name: str) -> datetime:
    try:
        return datetime.fromtimestamp(_whole(values, name), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedEvent(f"`{name}` is out of range") from error


@contextmanager
def _told_as_malformed() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise MalformedEvent(str(error)) from error


def _failure(error: object) -> str | None:
    """The machine's word for it: the bank's reason when there is one, else Stripe's."""
    if not isinstance(error, dict):
        return None
    reason = error.get("decline_code") or error.get("code") or error.get("type")
    return reason if isinstance(reason, str) else None


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _ID_LIMIT or not value.isascii() or not value.isprintable():
        raise MalformedEvent(f"`{name}` is not a short text")
    return value


def _whole(values: Mapping[str, object], name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise MalformedEvent(f"`{name}` is not a whole number")
    return value


def _parse(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_not_json, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent("it is not strict JSON") from error
    if not isinstance(value, dict):
        raise MalformedEvent("it is not an object")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name appears twice")
    return values


def _finite(text: str) -> float:
    value = float(text)
    return value if isfinite(value) else _not_json(text)


def _not_json(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")
