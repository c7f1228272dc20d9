"""What people ask of the catalogue."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from commerce_core.catalog.cursor import Cursor, Sort
from commerce_core.catalog.model import ProductStatus
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.text import text_error

DEEPEST = 10_000  # rows that pages reach; a cursor goes on beyond
MAX_CHOICES = 50
MAX_CHOICE = 500  # characters of a name and a value, with a colon between


@frozen
class Choice:
    """A name and the values of it that are welcome."""

    name: str
    wanted: tuple[str, ...]


@frozen
class ProductQuery:
    """What a shopper is looking for. Prices are minor units; without `sort` words go by relevance, the rest by age.

    `option` and `attribute` hold `Colour:Blue` and the like: several of one name are alternatives, several names have
    to be met together, options by one and the same variant. `cursor` is the `next_cursor` of the page before; then
    `page` stays 1. Raises `InvalidInput`.
    """

    category: str | None = None  # its slug; what is below it counts as well
    tag: str | None = None
    q: str | None = None
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool | None = None
    option: tuple[str, ...] = ()
    attribute: tuple[str, ...] = ()
    sort: Sort | None = None
    page: int = 1
    per_page: int = 24
    cursor: str | None = None
    facets: bool = False

    def __attrs_post_init__(self) -> None:
        errors = [
            *_text_errors(category=self.category, tag=self.tag, q=self.q),
            *_price_errors(min_price=self.min_price, max_price=self.max_price),
            *_choice_errors("/option", self.option),
            *_choice_errors("/attribute", self.attribute),
        ]
        if self.cursor is not None and self.page != 1:
            errors.append(FieldError("/page", "not-with-cursor", "A cursor stands for a page already."))
        if errors:
            raise InvalidInput(tuple(errors))
        if self.paging.offset + self.per_page > DEEPEST:
            raise InvalidInput.at("/page", "beyond-pages", f"Pages end after {DEEPEST} products; next_cursor goes on.")
        if self.cursor is not None:
            Cursor.read(self.cursor, self.order)

    @property
    def paging(self) -> PageRequest:
        """Which page of the list."""
        return PageRequest(self.page, self.per_page)

    @property
    def order(self) -> Sort:
        """The order asked for, or the one that makes sense. Nothing is relevant where nothing was looked for."""
        if self.q is None:
            return Sort.NEWEST if self.sort in {None, Sort.RELEVANCE} else self.sort or Sort.NEWEST
        return self.sort or Sort.RELEVANCE

    @property
    def after(self) -> Cursor | None:
        """Behind which product the page begins."""
        return None if self.cursor is None else Cursor.read(self.cursor, self.order)

    @property
    def on_a_shelf(self) -> bool:
        """Whether the shop, or a category, is asked for as it stands: all of it, or what is in stock."""
        narrowing = (self.tag, self.q, self.min_price, self.max_price)
        chosen = self.option or self.attribute or self.facets
        return all(f is None for f in narrowing) and not chosen and self.in_stock is not False

    @property
    def options(self) -> tuple[Choice, ...]:
        """The options one variant has to have."""
        return _choices(self.option)

    @property
    def attributes(self) -> tuple[Choice, ...]:
        """The attributes the product has to have."""
        return _choices(self.attribute)


@frozen
class StaffProductQuery:
    """What an operator is looking for: words of the product, or a SKU or barcode as it is."""

    status: ProductStatus | None = None
    q: str | None = None
    category: str | None = None  # its slug; what is below it counts as well
    in_stock: bool | None = None
    page: int = 1
    per_page: int = 24

    def __attrs_post_init__(self) -> None:
        if errors := tuple(_text_errors(category=self.category, q=self.q)):
            raise InvalidInput(errors)
        PageRequest(self.page, self.per_page)

    @property
    def paging(self) -> PageRequest:
        """Which page of the list."""
        return PageRequest(self.page, self.per_page)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the status is asked for."""
        return any(f is not None for f in (self.q, self.category, self.in_stock))


def _choices(given: Sequence[str]) -> tuple[Choice, ...]:
    found: dict[str, tuple[str, ...]] = {}
    for choice in given:
        name, _, value = choice.partition(":")
        found[name] = (*found.get(name, ()), value)
    return tuple(Choice(name, values) for name, values in found.items())


def _text_errors(**texts: str | None) -> Iterator[FieldError]:
    for name, value in texts.items():
        if value is not None and (error := text_error(f"/{name}", value, limit=200)):
            yield error


def _price_errors(**prices: int | None) -> Iterator[FieldError]:
    for name, value in prices.items():
        if value is not None and not 0 <= value <= MAX_AMOUNT:
            yield FieldError(f"/{name}", "out-of-range", f"Must be from 0 to {MAX_AMOUNT}.")


def _choice_errors(pointer: str, choices: Sequence[str]) -> Iterator[FieldError]:
    if len(choices) > MAX_CHOICES:
        yield FieldError(pointer, "too-many", f"May stand at most {MAX_CHOICES} times.")
    for n, choice in enumerate(choices):
        name, _, value = choice.partition(":")
        if error := text_error(f"{pointer}/{n}", choice, limit=MAX_CHOICE):
            yield error
        elif not name or not value:
            yield FieldError(f"{pointer}/{n}", "invalid-choice", "Must be a name, a colon and a value.")
