"""The cattrs converters: exact types and no unknown names, where cattrs alone would turn 2.9 into 2 and "3" into 3."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

import attrs
from attrs import frozen
from cattrs import Converter
from cattrs.cols import (
    homogenous_tuple_structure_factory,
    is_mapping,
    is_sequence,
    list_structure_factory,
    mapping_structure_factory,
)
from cattrs.gen import make_dict_structure_fn

from adapters_http.fields import Limits, limits_of, union_members
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.unset import Unset

Hook = Callable[[Any, Any], Any]

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DATE.pattern + r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


class WrongValueError(Exception):
    """One value that is not what its place needs."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@cache
def json_converter() -> Converter:
    """For values that come from JSON."""
    converter = Converter(detailed_validation=True, forbid_extra_keys=True)
    for kind, name in ((int, "an integer"), (bool, "true or false")):
        converter.register_structure_hook(kind, _only(kind, name, lambda value, _: value))
    converter.register_structure_hook(str, _string)
    values = {float: _number, UUID: _uuid, datetime: _datetime, date: _date, Decimal: _decimal, Money: _money}
    for value_kind, hook in values.items():
        converter.register_structure_hook(value_kind, hook)
    converter.register_structure_hook_factory(attrs.has, _object_hook)
    converter.register_structure_hook_factory(is_mapping, _mapping_hook)
    converter.register_structure_hook_factory(is_sequence, _sequence_hook)
    converter.register_structure_hook_factory(_is_enum, _enum_hook)
    converter.register_structure_hook_factory(_is_literal, _literal_hook)
    converter.register_structure_hook_factory(lambda kind: Unset in union_members(kind), _unset_hook)
    converter.register_structure_hook_factory(_is_scalar, _scalar_hook)
    converter.register_structure_hook_factory(lambda kind: limits_of(kind) is not None, _limited_hook)
    converter.register_structure_hook(Money, _money)
    return converter


@cache
def text_converter() -> Converter:
    """For values that arrive as text: `page=2` is the integer 2."""
    converter = json_converter().copy()
    converter.register_structure_hook(int, _integer_text)
    converter.register_structure_hook(bool, _boolean_text)
    return converter


# --- single values ----------------------------------------------------------------------------------------------------


def _only(kind: type, name: str, build: Hook) -> Hook:
    def check(value: Any, target: Any) -> Any:
        if type(value) is not kind:  # Not isinstance: true is no integer.
            raise WrongValueError("wrong-type", f"Must be {name}.")
        return build(value, target)

    return check


def _string(value: Any, target: Any) -> str:
    if target is not str:  # cattrs dispatches by class first, and a StrEnum is a str.
        return cast("str", _enum_hook(target)(value, target))
    if type(value) is not str:
        raise WrongValueError("wrong-type", "Must be a text.")
    return value


def _number(value: Any, _: Any) -> float:
    if type(value) not in {int, float}:
        raise WrongValueError("wrong-type", "Must be a number.")
    return float(value)


def _integer_text(value: Any, _: Any) -> int:
    if not _INTEGER.fullmatch(value):
        raise WrongValueError("wrong-type", "Must be an integer.")
    return int(value)


def _boolean_text(value: Any, _: Any) -> bool:
    if value not in {"true", "false"}:
        raise WrongValueError("wrong-type", "Must be true or false.")
    return bool(value == "true")


def _text(value: Any, pattern: re.Pattern[str], refusal: WrongValueError) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise refusal
    return value


def _uuid(value: Any, _: Any) -> UUID:
    return UUID(_text(value, _UUID, WrongValueError("invalid-uuid", "Must be a UUID.")))


def _datetime(value: Any, _: Any) -> datetime:
    refusal = WrongValueError("invalid-time", "Must be a time with its zone, like 2026-11-22T10:15:00Z.")
    try:
        return datetime.fromisoformat(_text(value, _TIME, refusal).upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise refusal from None


def _date(value: Any, _: Any) -> date:
    refusal = WrongValueError("invalid-date", "Must be a date, like 2026-11-22.")
    try:
        return date.fromisoformat(_text(value, _DATE, refusal))
    except ValueError:
        raise refusal from None


def _decimal(value: Any, _: Any) -> Decimal:
    return Decimal(_text(value, _DECIMAL, WrongValueError("invalid-decimal", 'Must be a decimal text like "20.00".')))


@frozen
class _Amount:
    amount: int
    currency: str


def _money(value: Any, _: Any) -> Money:
    read = json_converter().structure(value, _Amount)
    if not -MAX_AMOUNT <= read.amount <= MAX_AMOUNT:
        raise InvalidInput.at("/amount", "out-of-range", f"May be at most {MAX_AMOUNT}.")
    try:
        return Money(read.amount, read.currency)
    except ValueError:
        raise InvalidInput.at("/currency", "invalid-currency", "Must be an ISO 4217 code like EUR.") from None


# --- composed ones ----------------------------------------------------------------------------------------------------


def _object_hook(kind: Any, converter: Converter) -> Hook:
    build = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=True)
    return _only(dict, "an object", build)


def _mapping_hook(kind: Any, converter: Converter) -> Hook:
    return _only(dict, "an object", mapping_structure_factory(kind, converter, detailed_validation=True))


def _sequence_hook(kind: Any, converter: Converter) -> Hook:
    make = homogenous_tuple_structure_factory if get_origin(kind) is tuple else list_structure_factory
    return _only(list, "a list", make(kind, converter))


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _is_literal(kind: Any) -> bool:
    origin: object = get_origin(kind)
    return origin is Literal


@cache
def _enum_hook(kind: type[Enum]) -> Hook:
    return _choice({member.value: member for member in kind})


def _literal_hook(kind: Any) -> Hook:
    return _choice({value: value for value in get_args(kind)})


def _choice(known: dict[Any, Any]) -> Hook:
    def choose(value: Any, _: Any) -> Any:
        if not isinstance(value, str) or value not in known:
            raise WrongValueError("unknown-value", f"Must be one of {', '.join(known)}.")
        return known[value]

    return choose


_SCALARS = {str: "a text", int: "a number", float: "a number", bool: "true or false", type(None): "null"}


def _is_scalar(kind: Any) -> bool:
    """A union of JSON's own types, which the value itself tells apart."""
    members = set(union_members(kind))
    return len(members - {type(None)}) > 1 and members <= set(_SCALARS)


def _scalar_hook(kind: Any) -> Hook:
    members = union_members(kind)
    names = ", ".join(dict.fromkeys(_SCALARS[member] for member in members))
    return _one_of(frozenset(members), WrongValueError("wrong-type", f"Must be one of {names}."))


def _one_of(kinds: frozenset[type], refusal: WrongValueError) -> Hook:
    def check(value: Any, _: Any) -> Any:
        if type(value) not in kinds:
            raise refusal
        return value

    return check


def _unset_hook(kind: Any, converter: Converter) -> Hook:
    rest: Any = Union[tuple(member for member in union_members(kind) if member is not Unset)]  # noqa: UP007 - made here
    return lambda value, _: converter.structure(value, rest)


def _limited_hook(kind: Any, converter: Converter) -> Hook:
    limits = limits_of(kind) or Limits()
    inner = get_args(kind)[0]

    def check(value: Any, _: Any) -> Any:
        built = converter.structure(value, inner)
        if refusal := _beyond(built, limits):
            raise refusal
        return built

    return check


def _beyond(value: Any, limits: Limits) -> WrongValueError | None:
    if value is None:
        return None
    size, unit = (value, "") if isinstance(value, int) else (len(value), " entries")
    if isinstance(value, str):
        unit = " characters"
    if limits.least is not None and size < limits.least:
        return WrongValueError("too-short" if unit else "out-of-range", f"Must be at least {limits.least}{unit}.")
    if limits.most is not None and size > limits.most:
        return WrongValueError("too-long" if unit else "out-of-range", f"Must be at most {limits.most}{unit}.")
    if limits.pattern and isinstance(value, str) and not re.fullmatch(limits.pattern, value):
        return WrongValueError("invalid-format", f"Must match {limits.pattern}.")
    return None
