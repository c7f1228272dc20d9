"""From JSON values, query strings and headers to frozen attrs classes. What is wrong is told with JSON Pointers."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, get_type_hints
from urllib.parse import parse_qsl

import attrs
from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.cols import is_sequence

from adapters_http.body import escape, is_storable, unstorable
from adapters_http.fields import plain
from adapters_http.strict import WrongValueError, json_converter, text_converter
from commerce_core.kernel.errors import CommerceError, FieldError, InvalidInput

T = TypeVar("T")

MAX_QUERY_FIELDS = 100


def decode(value: object, kind: type[T]) -> T:
    """Build `kind` from a JSON value. Raises `InvalidInput` that names every field that is wrong."""
    return _structured(json_converter(), value, kind)


def decode_query(query: str, kind: type[T]) -> T:
    """Build `kind` from a query string.

    Unknown parameters are left alone (advertisers add theirs), empty ones count as absent. Raises `InvalidInput`, also
    for a known parameter that stands twice and is not a list.
    """
    if not query:
        return _structured(text_converter(), {}, kind)
    try:
        pairs = parse_qsl(query, encoding="utf-8", errors="strict", max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        raise InvalidInput.at("", "malformed-query", "The query string cannot be read.") from None
    known = _parameters(kind)
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in known:
            _add(found, name, value, many=known[name])
    return _structured(text_converter(), found, kind)


def decode_headers(read: Callable[[str], str | None], kind: type[T]) -> T:
    """Build `kind` from request headers: its field `x_order_token` is the header `X-Order-Token`."""
    found = {name: value for name in _parameters(kind) if (value := read(header_name(name))) is not None}
    return _structured(text_converter(), found, kind)


def decode_part(value: str, kind: Any) -> Any:
    """Build a value from a part of the path. Raises `InvalidInput`."""
    return _structured(text_converter(), value, kind)


def header_name(field: str) -> str:
    """The header behind a field's name."""
    return "-".join(word.capitalize() for word in field.split("_"))


def _parameters(kind: Any) -> dict[str, bool]:
    """The parameters a class knows, and whether each may stand more than once."""
    return _read_parameters(kind)


@cache
def _read_parameters(kind: Any) -> dict[str, bool]:
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: is_sequence(plain(hints[field.name])) for field in attrs.fields(kind)}


def _add(found: dict[str, Any], name: str, value: str, *, many: bool) -> None:
    if not is_storable(value):
        raise InvalidInput((unstorable(f"/{name}"),))
    if many:
        found.setdefault(name, []).append(value)
    elif name in found:
        raise InvalidInput.at(f"/{name}", "duplicate", "Stands more than once.")
    else:
        found[name] = value


def _structured(converter: Converter, value: object, kind: type[T]) -> T:
    try:
        return converter.structure(value, kind)
    except (BaseValidationError, WrongValueError) as error:
        raise InvalidInput(tuple(_field_errors(error, ""))) from None


def _field_errors(error: BaseException, pointer: str) -> list[FieldError]:
    if isinstance(error, BaseValidationError):
        return [found for inner in error.exceptions for found in _field_errors(inner, pointer + _step(inner))]
    if isinstance(error, ForbiddenExtraKeysError):
        names = sorted(error.extra_fields)
        return [FieldError(f"{pointer}/{escape(name)}", "unknown-field", "There is no such field.") for name in names]
    if isinstance(error, InvalidInput):
        return [attrs.evolve(found, pointer=pointer + found.pointer) for found in error.errors]
    if isinstance(error, CommerceError | WrongValueError):
        return [FieldError(pointer, error.code, str(error))]
    if isinstance(error, KeyError):
        return [FieldError(pointer, "required", "Is missing.")]
    if isinstance(error, ValueError):
        return [FieldError(pointer, "invalid-value", "Is not a value this field can hold.")]
    raise error  # A bug of ours, not the client's.


def _step(error: BaseException) -> str:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return f"/{escape(note.name)}"
        if isinstance(note, IterableValidationNote):
            return f"/{escape(str(note.index))}"
    return ""
