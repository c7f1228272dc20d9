"""Values that travel as JSON columns."""

from collections.abc import Mapping
from typing import Any

from attrs import asdict
from psycopg.types.json import Jsonb

from commerce_core.kernel.address import Address


def address_column(address: Address | None) -> Jsonb | None:
    """An address as its column wants it, empty fields left out."""
    return Jsonb({k: v for k, v in asdict(address).items() if v is not None}) if address else None


def address_value(column: Mapping[str, Any] | None) -> Address | None:
    """The address in a column."""
    return Address(**column) if column else None
