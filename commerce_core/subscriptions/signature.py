"""Signing, as the Standard Webhooks specification 1.0.0 has it (standardwebhooks.com): symmetric, scheme `v1`."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from commerce_core.kernel.token import SecretKey

_PREFIX = "whsec_"
_BYTES = 32  # The specification wants 24 to 64.


def new_secret() -> str:
    """A secret for one endpoint: `whsec_` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(message_id: str, at: datetime, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """The headers that prove where a body comes from, with one signature for each secret, the newest first.

    What is signed is `id.timestamp.body`, with HMAC-SHA256 and the bytes that the secret stands for.
    """
    timestamp = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = [hmac.digest(base64.b64decode(key.removeprefix(_PREFIX)), content, "sha256") for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }


def sealed(key: SecretKey, subscription_id: UUID, secret: str) -> bytes:
    """What the database keeps of a secret. In the row of another subscription it opens nothing."""
    return key.seal(_purpose(subscription_id), secret.encode())


def unsealed(key: SecretKey, subscription_id: UUID, kept: bytes) -> str:
    """The secret again. Raises `InvalidToken` of `cryptography` when the shop's secret is another one by now."""
    return key.unseal(_purpose(subscription_id), kept).decode()


def _purpose(subscription_id: UUID) -> str:
    return f"subscription {subscription_id}"
