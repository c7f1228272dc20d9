"""Ids that say all there is to know, for providers that keep no state: `manual_<order>_1999EUR_<key>`.

Whoever holds the id can tell the order and the amount without asking anybody, in any process and after any restart. A
refund's id holds that of its intent: `manual_re_<refund>_500EUR_<order>_1999EUR_<key>`.
"""

import hashlib
import re
from uuid import UUID

from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused
from commerce_core.payments.provider import IntentRequest, ProviderRefund, ProviderRefundStatus, RefundRequest

_ID = re.compile(r"_([0-9a-f]{32})_([0-9]{1,15})([A-Z]{3})_[0-9a-f]{12}")
_REFUND_ID = re.compile(r"_re_([0-9a-f]{32})_([0-9]{1,15})([A-Z]{3})(_.+)")


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


def refund_id(prefix: str, request: RefundRequest) -> str:
    """The one id for this request."""
    paid = request.intent_id.removeprefix(prefix)
    return f"{prefix}_re_{request.refund_id.hex}_{request.amount.amount}{request.amount.currency}{paid}"


def read_refund_id(prefix: str, value: str) -> ProviderRefund:
    """The refund an id was made for, which has succeeded. Raises `GatewayRefused` when it is none of ours."""
    match = _REFUND_ID.fullmatch(value.removeprefix(prefix)) if value.startswith(prefix) else None
    if match is None:
        raise GatewayRefused(f"No such refund: {value[:100]!r}")
    refund, amount, currency, paid = match.groups()
    _, taken = read_intent_id(prefix, prefix + paid)
    wanted = Money(int(amount), currency)
    if wanted.currency != taken.currency or not 0 < wanted.amount <= taken.amount:
        raise GatewayRefused(f"{wanted} is more than was paid.")
    return ProviderRefund(
        id=value,
        status=ProviderRefundStatus.SUCCEEDED,
        amount=wanted,
        intent_id=prefix + paid,
        charge_id=None,
        refund_id=UUID(refund),
    )
