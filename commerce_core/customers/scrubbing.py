"""Taking a person out of JSON that others wrote: pure, because what counts as personal is a decision, not a query."""

from collections.abc import Iterable, Mapping
from typing import Any

ERASED = "[erased]"

# Members whose value is about a person, whoever wrote the document: ours, Stripe's, a mail provider's.
_PERSONAL = frozenset({
    "address", "billing_address", "billing_details", "cardholder_name", "customer_address", "customer_details",
    "customer_email", "customer_name", "customer_phone", "customer_tax_ids", "email", "first_name", "ip", "ip_address",
    "last_name", "name", "phone", "receipt_email", "recipient", "recipients", "shipping", "shipping_address",
    "shipping_details", "to", "vat_number",
})  # fmt: skip


def scrubbed(document: Any, traces: Iterable[str]) -> Any:
    """The document without personal members, and without every text that holds one of `traces`, such as an address.

    Numbers, truth and shape stay, so that whoever reads it still finds amounts and states.
    """
    return _scrubbed(document, tuple(trace.casefold() for trace in traces if trace))


def _scrubbed(value: Any, traces: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _hidden(inner) if name.casefold() in _PERSONAL else _scrubbed(inner, traces)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_scrubbed(inner, traces) for inner in value]
    if isinstance(value, str) and any(trace in value.casefold() for trace in traces):
        return ERASED
    return value


def _hidden(value: Any) -> Any:
    """What is in the place of something personal: nothing stays nothing, and anything else says that it was there."""
    return value if value is None or value in ("", [], {}) else ERASED
