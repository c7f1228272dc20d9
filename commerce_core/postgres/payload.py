"""Events and mails as JSON columns, and back: one encoding for what is written today and read by a later release."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from cattrs import Converter
from psycopg.types.json import Jsonb

from commerce_core.catalog.checks import AttributeValue

T = TypeVar("T")


def encode(value: object) -> Jsonb:
    """An attrs value as JSON: its fields by name, `Money` as amount and currency."""
    return Jsonb(_converter().unstructure(value))


def decode(kind: type[T], payload: Mapping[str, object]) -> T:
    """The value `encode` was given; fields of a later release are ignored. Raises what cattrs raises."""
    return _converter().structure(payload, kind)


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(UUID, str)
    converter.register_structure_hook(UUID, _uuid)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(date, _date)
    converter.register_structure_hook(datetime, _datetime)
    converter.register_structure_hook(AttributeValue, _as_it_is)
    return converter


def _as_it_is(value: Any, _kind: object) -> Any:
    """JSON's own types, told apart already."""
    return value


def _uuid(value: Any, _kind: object) -> UUID:
    return UUID(value)


def _date(value: Any, _kind: object) -> date:
    return date.fromisoformat(value)


def _datetime(value: Any, _kind: object) -> datetime:
    return datetime.fromisoformat(value)
