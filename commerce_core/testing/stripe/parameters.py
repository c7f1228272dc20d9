"""Stripe's request parameters: form fields whose brackets nest, and the checks before an endpoint begins to run."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

from commerce_core.testing.stripe.faults import invalid

Params = dict[str, Any]  # Texts, lists of texts, or the same again one level down.

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_MAX_DEPTH = 5


def parse(encoded: str) -> Params:
    """Read `a=1&b[c]=2&d[]=3&e[0]=4` into nested values. Raises `ApiError`."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise invalid("Invalid request parameters: they are not valid UTF-8 form fields.") from error
    params: Params = {}
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else []
        if not 0 < len(path) <= _MAX_DEPTH:
            raise invalid(f"Invalid parameter name: {name}", param=name)
        _put(params, path, value, name)
    return {name: _listed(value) for name, value in params.items()}


def _put(params: Params, path: list[str], value: str, name: str) -> None:
    *parents, last = path
    for parent in parents:
        params = params.setdefault(parent, {})
        if not isinstance(params, dict):
            raise invalid(f"Invalid object: {name}", param=name)
    key = last or str(len(params))
    if isinstance(params.get(key), dict):
        raise invalid(f"Invalid string: {name}", param=name)
    params[key] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    children = {name: _listed(child) for name, child in value.items()}
    numbered = all(name.isascii() and name.isdigit() for name in children)
    return list(children.values()) if numbered else children


def only(params: Mapping[str, object], known: Collection[str]) -> None:
    """Refuse what this emulator, or Stripe itself, does not know here."""
    unknown = sorted(set(params) - set(known) - {"client_secret"})
    if unknown:
        message = f"Received unknown parameter{'s' * (len(unknown) > 1)}: {', '.join(unknown)}"
        raise invalid(message, param=unknown[0], code="parameter_unknown")


def text(params: Mapping[str, object], name: str) -> str | None:
    """An optional text; an empty one means "take it away", as None."""
    value = params.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"Invalid string: {name}", param=name)
    return value or None


def required(params: Mapping[str, object], name: str) -> str:
    """A text that must be there."""
    value = text(params, name)
    if value is None:
        raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    return value


def whole(value: str, name: str) -> int:
    """A whole number, not negative."""
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise invalid(f"Invalid integer: {value[:50]}", param=name, code="parameter_invalid_integer")
    return int(value)


def boolean(params: Mapping[str, object], name: str) -> bool | None:
    """`true` or `false`, or None when absent."""
    value = text(params, name)
    if value not in {None, "true", "false"}:
        raise invalid(f"Invalid boolean: {value}", param=name)
    return None if value is None else value == "true"


def nested(params: Mapping[str, object], name: str) -> Params | None:
    """An optional object of parameters."""
    value = params.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid("Invalid object", param=name)
    return value


def metadata(params: Mapping[str, object]) -> dict[str, str]:
    """Up to 50 texts by name; an empty one asks for the name's removal."""
    values = nested(params, "metadata") or {}
    for name, value in values.items():
        if not isinstance(value, str) or len(value) > 500 or len(name) > 40:
            raise invalid("Metadata values must be strings of at most 500 characters.", param=f"metadata[{name}]")
    if len(values) > 50:
        raise invalid("Metadata can have at most 50 keys.", param="metadata")
    return values
