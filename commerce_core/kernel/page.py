"""Lists come in pages."""

from typing import Generic, TypeVar

from attrs import field, frozen

from commerce_core.kernel.errors import FieldError, InvalidInput

T = TypeVar("T")

MAX_PER_PAGE = 100
MAX_PAGE = 1_000_000


@frozen
class PageRequest:
    """Which page: `page` counts from 1, `per_page` is 1 to 100. Raises `InvalidInput`."""

    page: int = 1
    per_page: int = 24

    def __attrs_post_init__(self) -> None:
        errors = []
        if not 1 <= self.page <= MAX_PAGE:
            errors.append(FieldError("/page", "out-of-range", f"Must be from 1 to {MAX_PAGE}."))
        if not 1 <= self.per_page <= MAX_PER_PAGE:
            errors.append(FieldError("/per_page", "out-of-range", f"Must be from 1 to {MAX_PER_PAGE}."))
        if errors:
            raise InvalidInput(tuple(errors))

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page


@frozen
class Page(Generic[T]):
    """One page of a list and how many there are in all."""

    items: tuple[T, ...] = field(converter=tuple)
    page: int
    per_page: int
    total: int


@frozen
class CursorPage(Generic[T]):
    """A page of a list that grows while it is read: asking with `next_cursor` skips nothing and repeats nothing."""

    items: tuple[T, ...] = field(converter=tuple)
    page: int
    per_page: int
    total: int
    next_cursor: str | None
