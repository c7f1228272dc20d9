"""What operators read of the catalogue beside its products."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.catalog.model import RedirectKind, Seo
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.text import text_error


@frozen
class WordQuery:
    """A page of tags or redirects; `q` is how they begin."""

    q: str | None = None
    page: int = 1
    per_page: int = 24

    def __attrs_post_init__(self) -> None:
        if self.q is not None and (error := text_error("/q", self.q, limit=200)):
            raise InvalidInput((error,))
        PageRequest(self.page, self.per_page)

    @property
    def paging(self) -> PageRequest:
        """Which page of the list."""
        return PageRequest(self.page, self.per_page)


@frozen
class StaffCategoryView:
    """A category as operators see it. `products` counts those in this very category."""

    id: UUID
    slug: str
    title: str
    parent_id: UUID | None
    position: int
    products: int
    seo: Seo
    version: int


@frozen
class StaffCategories:
    """All categories, parents before their children."""

    items: tuple[StaffCategoryView, ...]


@frozen
class StaffTagView:
    """A tag as operators see it, and how many products have it."""

    id: UUID
    slug: str
    title: str
    products: int
    version: int


@frozen
class RedirectView:
    """An old address and where it leads. `manual` is one that somebody made, not a renaming."""

    id: UUID
    entity_type: RedirectKind
    slug: str
    target_type: RedirectKind
    target_slug: str
    manual: bool
    version: int
    created_at: datetime


@frozen
class Address:
    """Where a page is: of what, and its slug."""

    type: RedirectKind
    slug: str


@frozen
class VariantPlace:
    """A variant and its product."""

    product_id: UUID
    variant_id: UUID


@frozen
class PriceView:
    """What a variant cost from a time on."""

    at: datetime
    price: Money
    compare_at_price: Money | None


@frozen
class PriceHistory:
    """Prices, the present one first."""

    items: tuple[PriceView, ...]


class VariantReader(Protocol):
    """Reads about variants."""

    def by_sku(self, sku: str) -> VariantPlace | None:
        """The variant with this SKU."""
        ...

    def by_id(self, variant_id: UUID) -> VariantPlace | None:
        """The variant with this id."""
        ...

    def prices(self, product_id: UUID, variant_id: UUID) -> Sequence[PriceView]:
        """The last 100 prices of a variant of this product, the present one first."""
        ...


class CategoryReader(Protocol):
    """Reads of categories for operators."""

    def categories(self) -> Sequence[StaffCategoryView]:
        """Every category, parents before their children."""
        ...

    def category(self, category_id: UUID) -> StaffCategoryView | None:
        """One of them."""
        ...


class TagReader(Protocol):
    """Reads of tags for operators."""

    def tags(self, query: WordQuery) -> Page[StaffTagView]:
        """Tags by title."""
        ...

    def tag(self, tag_id: UUID) -> StaffTagView | None:
        """One of them."""
        ...


class RedirectReader(Protocol):
    """Reads of redirects, for operators and for whoever comes to an old address."""

    def redirects(self, query: WordQuery) -> Page[RedirectView]:
        """Redirects, the newest first."""
        ...

    def redirect(self, redirect_id: UUID) -> RedirectView | None:
        """One of them."""
        ...

    def target(self, kind: RedirectKind, slug: str) -> Address | None:
        """The live page this address leads to."""
        ...
