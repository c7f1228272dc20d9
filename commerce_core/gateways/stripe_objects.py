"""Stripe's JSON in the shop's words: amounts, payment intents and events. Needs no SDK, so the fake speaks it too."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Never
from uuid import UUID

from commerce_core.kernel.money import Money, exponent
from commerce_core.payments.errors import GatewayRefused, MalformedEvent
from commerce_core.payments.model import Intent, IntentStatus, ProviderEvent

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
    currency = _text(values, "currency")
    secret = values.get("client_secret")
    try:
        return Intent(
            id=_text(values, "id"),
            status=IntentStatus(_text(values, "status")),
            amount=money_of(_whole(values, "amount"), currency),
            received=money_of(_whole(values, "amount_received"), currency),
            order_id=_order_id(values.get("metadata")),
            client_secret=secret if isinstance(secret, str) else None,
            failure=_failure(values.get("last_payment_error")),
        )
    except ValueError as error:
        raise MalformedEvent(str(error)) from error


def event_of(body: bytes, provider: str) -> ProviderEvent:
    """Decode the body of a webhook whose signature was verified. Types the shop does not know are no error.

    Raises `MalformedEvent` for anything but one strict JSON object with an id, a type and a time.
    """
    event = _parse(body)
    try:
        created = datetime.fromtimestamp(_whole(event, "created"), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedEvent("its time is out of range") from error
    type_ = _text(event, "type")
    return ProviderEvent(
        provider=provider,
        id=_text(event, "id"),
        type=type_,
        created=created,
        payload=json.dumps(_kept(event)).encode(),
        intent=_subject(event) if type_.startswith("payment_intent.") else None,
    )


def _kept(value: object) -> object:
    """What the shop stores of a message: no client secret, and no NUL, which PostgreSQL's text cannot hold."""
    if isinstance(value, dict):
        return {_kept(name): _kept(inner) for name, inner in value.items() if name != "client_secret"}
    if isinstance(value, list):
        return [_kept(inner) for inner in value]
    return value.replace("\x00", "") if isinstance(value, str) else value


def _subject(event: Mapping[str, object]) -> Intent:
    data = event.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    if not isinstance(subject, dict) or subject.get("object") != "payment_intent":
        raise MalformedEvent("it carries no payment intent")
    return intent_of(subject)


def _decimals(currency: str) -> int:
    return _DECIMALS.get(currency, exponent(currency))


def _order_id(metadata: object) -> UUID | None:
    value = metadata.get("order_id") if isinstance(metadata, dict) else None
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None  # Somebody else's metadata on an intent that is not ours.


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
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_not_json)
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


def _not_json(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")
