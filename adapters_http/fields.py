"""What an annotation can say beyond a field's type."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from attrs import frozen

from commerce_core.kernel.unset import Unset


@frozen
class Limits:
    """Bounds told once and used twice, for decoding and in the document: `Annotated[int, Limits(1, 999)]`.

    `least` and `most` bound a number, the characters of a text or the length of a list.
    """

    least: int | None = None
    most: int | None = None
    pattern: str | None = None


def limits_of(kind: Any) -> Limits | None:
    """The `Limits` an `Annotated` type carries."""
    if get_origin(kind) is not Annotated:
        return None
    return next((note for note in get_args(kind)[1:] if isinstance(note, Limits)), None)


def union_members(kind: Any) -> tuple[Any, ...]:
    """What a union may be; nothing for any other type."""
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else ()


def plain(kind: Any) -> Any:
    """The type under `Annotated`, and under a union of one type with `None` and `Unset`."""
    if get_origin(kind) is Annotated:
        return plain(get_args(kind)[0])
    real = [member for member in union_members(kind) if member not in {type(None), Unset}]
    return plain(real[0]) if len(real) == 1 else kind
