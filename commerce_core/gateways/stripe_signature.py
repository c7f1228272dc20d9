"""Stripe's webhook signature scheme, `Stripe-Signature: t=<unix time>,v1=<hex>,…`, without the SDK.

The SDK's own `construct_event` raises `TypeError` for a signature that is not ASCII, accepts timestamps in the future,
and costs 30 MiB of memory in a process that may never call Stripe. Source: https://docs.stripe.com/webhooks/signature
"""

import hmac
from collections.abc import Sequence

from commerce_core.payments.errors import InvalidSignature

TOLERANCE = 300  # Seconds a message may be old, or early by a wrong clock.
_SCHEME = "v1"
_TIMESTAMP_DIGITS = 12


def sign(body: bytes, secret: str, timestamp: int) -> str:
    """The whole header for `body`, as Stripe would send it at `timestamp`."""
    return f"t={timestamp},{_SCHEME}={_mac(body, secret, timestamp)}"


def verify(body: bytes, header: str, secrets: Sequence[str], now: float, tolerance: int = TOLERANCE) -> None:
    """Make sure that the holder of one of `secrets` signed exactly these bytes at about `now`.

    Several secrets are accepted while one is being replaced, and several signatures, as Stripe sends then.
    Raises `InvalidSignature`.
    """
    timestamp, signatures = _parse(header)
    if abs(now - timestamp) > tolerance:
        raise InvalidSignature
    expected = [_mac(body, secret, timestamp) for secret in secrets if secret.strip()]
    # Every pair is compared before the decision, so that the time taken tells nothing.
    matches = sum(hmac.compare_digest(mine, theirs) for mine in expected for theirs in signatures)
    if not matches:
        raise InvalidSignature


def _parse(header: str) -> tuple[int, list[str]]:
    if not header.isascii():
        raise InvalidSignature
    pairs = [(key.strip(), value) for key, _, value in (item.partition("=") for item in header.split(","))]
    timestamps = [value for key, value in pairs if key == "t"]
    if len(timestamps) != 1 or not timestamps[0].isdigit() or len(timestamps[0]) > _TIMESTAMP_DIGITS:
        raise InvalidSignature
    return int(timestamps[0]), [value for key, value in pairs if key == _SCHEME]


def _mac(body: bytes, secret: str, timestamp: int) -> str:
    return hmac.new(secret.encode(), b"%d." % timestamp + body, "sha256").hexdigest()
