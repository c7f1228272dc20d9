"""Whether an answer has the shape that Stripe's own SDK declares for it: its fields, their types, their statuses."""

import types
import typing
from typing import Any, ClassVar, ForwardRef, Literal, Union

import stripe

CLASSES: dict[str, Any] = {
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "payment_method": stripe.PaymentMethod,
    "event": stripe.Event,
}


def check_object(values: dict[str, Any]) -> None:
    """Every field is declared, every value is of its type, and every field that must be there is."""
    cls = CLASSES[values["object"]]
    check_fields(values, cls, values["object"])
    missing = {name for name, type_ in fields(cls).items() if not optional(type_)} - set(values)
    assert not missing, f"{values['object']} lacks {missing}"


def check_fields(values: dict[str, Any], cls: Any, path: str) -> None:
    declared = fields(cls)
    for name, value in values.items():
        assert name in declared, f"{path}.{name} is no field of {cls.__qualname__}"
        check_value(value, declared[name], f"{path}.{name}")


def check_value(value: Any, type_: Any, path: str) -> None:
    if value is None:
        assert optional(type_), f"{path} may not be null"
        return
    literals = [v for t in alternatives(type_) if typing.get_origin(t) is Literal for v in typing.get_args(t)]
    assert not literals or value in literals, f"{path}: {value!r} is not one of {literals}"
    if isinstance(value, dict):
        check_dict(value, type_, path)
    elif isinstance(value, list):
        assert any(typing.get_origin(t) is list for t in alternatives(type_)), f"{path} is no list"
    elif not literals:
        named = any(isinstance(t, ForwardRef) for t in alternatives(type_))
        assert named or type(value) in alternatives(type_), f"{path}: {value!r} is no {type_}"


def check_dict(value: dict[str, Any], type_: Any, path: str) -> None:
    if isinstance(value.get("object"), str) and value["object"] in CLASSES:
        check_object(value)
        return
    classes = [t for t in alternatives(type_) if isinstance(t, type) and fields(t)]
    if classes:
        check_fields(value, classes[0], path)
    else:
        assert any(typing.get_origin(t) or t is dict for t in alternatives(type_)), f"{path} is no object"


def fields(cls: Any) -> dict[str, Any]:
    """The fields an SDK class declares, its own and inherited; constants of the class are none."""
    declared = [pair for c in reversed(cls.__mro__) for pair in vars(c).get("__annotations__", {}).items()]
    return {name: t for name, t in declared if name[0] != "_" and typing.get_origin(t) is not ClassVar}


def alternatives(type_: Any) -> list[Any]:
    if typing.get_origin(type_) in {Union, types.UnionType}:
        return [inner for outer in typing.get_args(type_) for inner in alternatives(outer)]
    return [type_]


def optional(type_: Any) -> bool:
    return type(None) in alternatives(type_)
