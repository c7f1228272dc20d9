"""What is wrong with a field, as an error that names it, or None: the checks that drafts and the model share."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.slug import LIMIT, slugify
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import Unset

MAX_OPTIONS = 3
MAX_OPTION_VALUE = 100  # characters; the values of a variant stand in one index entry together
MAX_TAGS = 250
MAX_ATTRIBUTES = 100
MAX_ATTRIBUTE_NAME = 64
MAX_ATTRIBUTE_TEXT = 1_000
MAX_ATTRIBUTE_NUMBER = 10**15  # Beyond this a float no longer tells whole numbers apart.

AttributeValue = str | int | float | bool

T = TypeVar("T")

_GTIN_LENGTHS = {8, 12, 13, 14}


def said(value: T | Unset) -> T | None:
    """What a change says, None also where it says nothing."""
    return None if isinstance(value, Unset) else value


def same_spelling(text: str) -> str:
    """What two spellings of one option value, or of one option, have in common: to a shopper `blue` is `Blue`."""
    return text.casefold()


def refuse(*errors: FieldError | None) -> None:
    """Raises `InvalidInput` with every error there is."""
    if found := tuple(error for error in errors if error is not None):
        raise InvalidInput(found)


def address_error(pointer: str, value: str) -> FieldError | None:
    """What is wrong with the address of a picture or a page, or None: a web address, or a path on this server."""
    if error := text_error(pointer, value, limit=2_000, least=1):
        return error
    if not value.startswith(("https://", "http://", "/")) or value.startswith("//") or " " in value or "\\" in value:
        return FieldError(pointer, "invalid-address", "Must start with https://, http:// or a single slash.")
    return None


def slug_error(slug: str | None, title: str, pointer: str = "/slug") -> FieldError | None:
    """Neither a slug nor a title to make one of."""
    if slug is None:
        return None if slugify(title) else FieldError(pointer, "required", "Cannot be made from this title.")
    if slug and len(slug) <= LIMIT and slugify(slug) == slug:
        return None
    return FieldError(pointer, "invalid-slug", "May hold lower-case letters, digits and single hyphens only.")


def gtin_error(pointer: str, value: str) -> FieldError | None:
    """Not a GTIN-8, -12 (UPC), -13 (EAN, ISBN) or -14, by length and check digit (GS1 General Specifications, 7.9)."""
    if len(value) not in _GTIN_LENGTHS or not value.isascii() or not value.isdigit():
        return FieldError(pointer, "invalid-barcode", "Must be a GTIN of 8, 12, 13 or 14 digits.")
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(value)))
    if weighted % 10:
        return FieldError(pointer, "invalid-barcode", "Has a wrong check digit.")
    return None


def line_errors(pointer: str, values: Sequence[str], limit: int) -> Iterator[FieldError | None]:
    """Of several single lines, each between one character and `limit`."""
    return (text_error(f"{pointer}/{n}", value, limit=limit, least=1) for n, value in enumerate(values))


def range_error(pointer: str, value: int, most: int, least: int = 0) -> FieldError | None:
    """A number out of bounds."""
    if least <= value <= most:
        return None
    return FieldError(pointer, "out-of-range", f"Must be from {least} to {most}.")


def position_error(position: int | None, most: int) -> FieldError | None:
    """A place before the first or far beyond the last."""
    return None if position is None else range_error("/position", position, most, least=1)


def count_error(pointer: str, values: Sequence[object], most: int) -> FieldError | None:
    """A list that is too long."""
    return FieldError(pointer, "too-many", f"May hold at most {most}.") if len(values) > most else None


def price_errors(price: Money, compare_at: Money | None) -> Iterator[FieldError | None]:
    """A price below nothing, or a former price that is not above the price."""
    yield range_error("/price", price.amount, MAX_AMOUNT)
    if compare_at is None:
        return
    if compare_at.currency != price.currency:
        yield FieldError("/compare_at_price", "wrong-currency", "Must be in the currency of the price.")
    elif not price < compare_at or compare_at.amount > MAX_AMOUNT:
        yield FieldError("/compare_at_price", "out-of-range", f"Must be above the price, at most {MAX_AMOUNT}.")


def option_errors(names: Sequence[str]) -> Iterator[FieldError | None]:
    """More options than a product may have, one without a name, or one twice."""
    yield count_error("/option_names", names, MAX_OPTIONS)
    yield from line_errors("/option_names", names, 255)
    yield from repeated("/option_names/{}", [same_spelling(name) for name in names], "duplicate-option")


def spelling_errors(pointer: str, rows: Sequence[Sequence[str]]) -> Iterator[FieldError]:
    """An option value that stands in capitals in one variant and not in another; they would be two to choose from."""
    spelt: dict[tuple[int, str], str] = {}
    for n, values in enumerate(rows):
        for place, value in enumerate(values):
            first = spelt.setdefault((place, same_spelling(value)), value)
            if first != value:
                yield FieldError(pointer.format(n), "spelt-differently", f"Is spelt {first!r} in another variant.")


def tag_errors(tags: Sequence[str]) -> Iterator[FieldError | None]:
    """Words that cannot be tags."""
    yield count_error("/tags", tags, MAX_TAGS)
    for n, tag in enumerate(tags):
        yield text_error(f"/tags/{n}", tag, limit=255, least=1)
        if not slugify(tag):
            yield FieldError(f"/tags/{n}", "invalid-tag", "Must hold a letter or a digit.")


def attribute_errors(attributes: Mapping[str, AttributeValue | None]) -> Iterator[FieldError | None]:
    """Names and values that cannot be kept; None stands for an attribute that shall go."""
    yield count_error("/attributes", tuple(attributes), MAX_ATTRIBUTES)
    for name, value in attributes.items():
        pointer = f"/attributes/{name.replace('~', '~0').replace('/', '~1')}"
        yield text_error(pointer, name, limit=MAX_ATTRIBUTE_NAME, least=1)
        if isinstance(value, str):
            yield text_error(pointer, value, limit=MAX_ATTRIBUTE_TEXT)
        elif value is not None and not abs(value) <= MAX_ATTRIBUTE_NUMBER:  # Said this way round, NaN is refused too.
            yield FieldError(pointer, "out-of-range", f"Must be within {MAX_ATTRIBUTE_NUMBER} of zero.")


def repeated(pointer: str, values: Iterable[Hashable | None], code: str) -> Iterator[FieldError]:
    """An error for each value that was there before; None may be there as often as it likes."""
    seen: set[Hashable] = set()
    for n, value in enumerate(values):
        if value is not None and value in seen:
            yield FieldError(pointer.format(n), code, "Is there twice.")
        seen.add(value)
