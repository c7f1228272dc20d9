"""Intent ids that say all there is to know, for providers that keep no state: `manual_<order>_1999EUR_<key>`.

Whoever holds the id can tell the order and the amount without asking anybody, in any process and after any restart.
"""

import hashlib
import re
from uuid import UUID

from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused
from commerce_core.payments.model import IntentRequest

_ID = re.compile(r"_([0-9a-f]{32})_([0-9]{1,15})([A-Z]{3})_[0-9a-f]{12}")


def intent_id(prefix: str, request: IntentRequest) -> str:
    """The one id for this request: the same key always gives the same id, another key another."""
    key = hashlib.sha256(request.idempotency_key.encode()).hexdigest()[:12]
    return f"{prefix}_{request.order_id.hex}_{request.amount.amount}{request.amount.currency}_{key}"


def read_intent_id(prefix: str, value: str) -> tuple[UUID, Money]:
    """The order and the amount an id was made for. Raises `GatewayRefused` when it is none of ours."""
    match = _ID.fullmatch(value.removeprefix(prefix)) if value.startswith(prefix) else None
    if match is None:
        raise GatewayRefused(f"No such payment intent: {value[:100]!r}")
    order, amount, currency = match.groups()
    return UUID(order), Money(int(amount), currency)
