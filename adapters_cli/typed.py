"""What people type, as the values it means. An option that is not given changes nothing; one that is empty clears."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from commerce_core.catalog.checks import AttributeValue
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.unset import UNSET, Unset

T = TypeVar("T")

_INTEGER = re.compile(r"-?[0-9]{1,15}")
_NUMBER = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_TRUTH = {"true": True, "false": False}


def price(option: str, typed: str, currency: str) -> Money:
    """An amount in major units, `19.90`. Raises `InvalidInput`."""
    try:
        return Money.parse(typed, currency)
    except ValueError:
        raise InvalidInput.at(f"/{option}", "invalid-amount", f"Must be an amount of {currency}, like 19.90.") from None


def moment(option: str, typed: str) -> datetime:
    """A time, `2026-11-22` or `2026-11-22T10:15`, in UTC unless it says otherwise. Raises `InvalidInput`."""
    try:
        said = datetime.fromisoformat(typed)
    except ValueError:
        raise InvalidInput.at(f"/{option}", "invalid-value", "Must be like 2026-11-22 or 2026-11-22T10:15.") from None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def given(typed: T | None) -> T | Unset:
    """What an option says, UNSET where it was not given."""
    return UNSET if typed is None else typed


def clearable(typed: str | None) -> str | Unset | None:
    """The same for what can be taken away: None where the option is empty."""
    return UNSET if typed is None else typed or None


def clearable_price(option: str, typed: str | None, currency: str) -> Money | Unset | None:
    """The same for an amount."""
    said = clearable(typed)
    return price(option, said, currency) if isinstance(said, str) else said


def clearable_id(option: str, typed: str | None) -> UUID | Unset | None:
    """The same for an id. Raises `InvalidInput`."""
    said = clearable(typed)
    try:
        return UUID(said) if isinstance(said, str) else said
    except ValueError:
        raise InvalidInput.at(f"/{option}", "invalid-uuid", "Must be a UUID.") from None


def attributes(typed: Iterable[str]) -> dict[str, AttributeValue | None]:
    """`material=oak`, `height=9.5`, `washable=true`; `material=` takes it away. Raises `InvalidInput`."""
    found: dict[str, AttributeValue | None] = {}
    for pair in typed:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidInput.at("/attributes", "invalid-value", "Must be like material=oak.")
        found[name] = _attribute(value)
    return found


def _attribute(value: str) -> AttributeValue | None:
    if value in _TRUTH:
        return _TRUTH[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _NUMBER.fullmatch(value):
        return float(value)
    return value or None
