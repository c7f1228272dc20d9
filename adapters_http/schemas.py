"""JSON Schemas of attrs classes."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from inspect import getdoc
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
from attrs import define, field

from adapters_http.fields import Limits, limits_of, union_members
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.unset import Unset

Schema = dict[str, Any]

_PRIMITIVES: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer", "format": "int64"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    bytes: {"type": "string", "format": "binary"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}
_MONEY: Schema = {
    "type": "object",
    "description": "Whole minor units (cents) of one currency.",
    "properties": {
        "amount": {"type": "integer", "minimum": -MAX_AMOUNT, "maximum": MAX_AMOUNT, "examples": [1999]},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}


@define
class Schemas:
    """Collects the named schemas of a document. Answers first, then requests: a class in both has two shapes."""

    components: dict[str, Schema] = field(factory=dict)
    _names: dict[tuple[Any, bool], str] = field(factory=dict)

    def of(self, kind: Any, *, sent: bool = False) -> Schema:
        """The schema of a type as answered (every field is there), or as `sent` (defaults make optional, no others)."""
        if kind in _PRIMITIVES:
            return dict(_PRIMITIVES[kind])
        arguments = get_args(kind)
        if get_origin(kind) is Annotated:
            return self.of(arguments[0], sent=sent) | _limits(limits_of(kind), arguments[0])
        if members := union_members(kind):
            return self._union([member for member in members if member is not Unset], sent=sent)
        if get_origin(kind) is Literal:
            return {"enum": list(arguments)}
        return self._of_class(kind, get_origin(kind) or kind, arguments, sent=sent)

    def _of_class(self, kind: Any, plain: type, arguments: tuple[Any, ...], *, sent: bool) -> Schema:
        schema: Schema
        if attrs.has(plain):
            schema = {"$ref": f"#/components/schemas/{self._component(kind, plain, sent=sent)}"}
        elif issubclass(plain, Enum):
            schema = {"type": "string", "enum": [member.value for member in plain]}
        elif issubclass(plain, Mapping):
            schema = {"type": "object", "additionalProperties": self.of(arguments[1], sent=sent) if arguments else {}}
        elif issubclass(plain, Sequence | Set):
            schema = {"type": "array", "items": self.of(arguments[0], sent=sent) if arguments else {}}
        else:
            raise TypeError(f"{kind!r} has no JSON Schema")
        return schema

    def _union(self, members: list[Any], *, sent: bool) -> Schema:
        schemas = [self.of(member, sent=sent) for member in members]
        if len(schemas) == 1:
            return schemas[0]
        if len(schemas) == 2 and schemas[1] == {"type": "null"} and isinstance(schemas[0].get("type"), str):
            nullable = {**schemas[0], "type": [schemas[0]["type"], "null"]}
            return {**nullable, "enum": [*nullable["enum"], None]} if "enum" in nullable else nullable
        return {"anyOf": schemas}

    def _component(self, kind: Any, plain: type, *, sent: bool) -> str:
        if plain is Money:
            self.components["Money"] = _MONEY
            return "Money"
        if (kind, sent) not in self._names:
            name = self._free_name(kind, plain, sent=sent)
            self._names[kind, sent] = name
            self.components[name] = {}  # Keeps the name while the fields, which may refer to it, are looked at.
            self.components[name] = self._object(kind, plain, sent=sent)
        return self._names[kind, sent]

    def _free_name(self, kind: Any, plain: type, *, sent: bool) -> str:
        name = "".join(argument.__name__ for argument in get_args(kind)) + plain.__name__
        if name in self.components and sent:
            name = f"{name}Input"
        if name in self.components:
            name = f"{plain.__module__.split('.')[-2].capitalize()}{name}"
        if name in self.components:
            raise TypeError(f"two classes want to be called {name} in the document")
        return name

    def _object(self, kind: Any, plain: type, *, sent: bool) -> Schema:
        hints = get_type_hints(plain, include_extras=True)
        given = dict(zip(getattr(plain, "__parameters__", ()), get_args(kind), strict=True)) if get_args(kind) else {}
        properties, required = {}, []
        for attribute in attrs.fields(plain):
            schema = self.of(_substituted(hints[attribute.name], given), sent=sent)
            if sent and attribute.default is not attrs.NOTHING:
                schema |= _default(attribute.default)
            else:
                required.append(attribute.name)
            properties[attribute.name] = schema
        described: Schema = {"type": "object", "properties": properties, "description": getdoc(plain) or ""}
        return (
            described | ({"required": required} if required else {}) | ({"additionalProperties": False} if sent else {})
        )


def _substituted(hint: Any, given: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return given[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given[parameter] for parameter in parameters)] if parameters and given else hint


def _default(value: object) -> Schema:
    if isinstance(value, Enum) and not isinstance(value, Unset):
        return {"default": value.value}
    return {"default": value} if type(value) in {int, str, bool} else {}


def _limits(limits: Limits | None, kind: Any) -> Schema:
    if limits is None:
        return {}
    if kind is int:
        names = ("minimum", "maximum")
    elif kind is str:
        names = ("minLength", "maxLength")
    else:
        names = ("minItems", "maxItems")
    bounds = {name: bound for name, bound in zip(names, (limits.least, limits.most), strict=True) if bound is not None}
    return bounds | ({"pattern": f"^(?:{limits.pattern})$"} if limits.pattern else {})
