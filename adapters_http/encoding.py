"""From frozen views to JSON bytes."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

import attrs
import orjson

# Times are told in UTC with a Z and in whole seconds, whatever the database knows beyond.
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def to_json(value: object) -> bytes:
    """Encode attrs values and what the standard types hold; anything else is a bug and raises `TypeError`."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def _plain(value: object) -> object:
    kind: Any = type(value)
    return _reader(kind)(value)


@cache
def _reader(kind: Any) -> Callable[[Any], object]:
    """How to take a value of this class apart; found out once for each class."""
    if issubclass(kind, Decimal):
        return str
    if issubclass(kind, frozenset):
        return sorted
    if not attrs.has(kind):
        raise TypeError(f"{kind.__name__} has no JSON form")
    names = tuple(field.name for field in attrs.fields(kind))
    if len(names) == 1:
        return lambda value: {names[0]: getattr(value, names[0])}
    read = attrgetter(*names)
    return lambda value: dict(zip(names, read(value), strict=True))
