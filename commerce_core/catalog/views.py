"""The catalogue as people look at it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.catalog.model import ProductStatus
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.text import text_error


class Sort(StrEnum):
    """In which order a list comes."""

    NEWEST = "newest"
    PRICE = "price"
    PRICE_DESCENDING = "-price"
    TITLE = "title"
    RELEVANCE = "relevance"


@frozen
class ProductQuery:
    """What a shopper is looking for. Prices are minor units; without `sort` words go by relevance, the rest by age."""

    category: str | None = None  # its slug; what is below it counts as well
    tag: str | None = None
    q: str | None = None
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool | None = None
    sort: Sort | None = None
    page: int = 1
    per_page: int = 24

    def __attrs_post_init__(self) -> None:
        errors = [
            text_error(f"/{name}", value, limit=200)
            for name, value in (("category", self.category), ("tag", self.tag), ("q", self.q))
            if value is not None
        ]
        errors += [
            FieldError(f"/{name}", "out-of-range", f"Must be from 0 to {MAX_AMOUNT}.")
            for name, value in (("min_price", self.min_price), ("max_price", self.max_price))
            if value is not None and not 0 <= value <= MAX_AMOUNT
        ]
        if found := tuple(error for error in errors if error is not None):
            raise InvalidInput(found)
        PageRequest(self.page, self.per_page)

    @property
    def paging(self) -> PageRequest:
        """Which page of the list."""
        return PageRequest(self.page, self.per_page)

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the list down."""
        return any(
            f is not None for f in (self.category, self.tag, self.q, self.min_price, self.max_price, self.in_stock)
        )

    @property
    def order(self) -> Sort:
        """The order asked for, or the one that makes sense. Nothing is relevant where nothing was looked for."""
        if self.q is None:
            return Sort.NEWEST if self.sort in {None, Sort.RELEVANCE} else self.sort or Sort.NEWEST
        return self.sort or Sort.RELEVANCE


@frozen
class CoverView:
    """A picture in a list."""

    url: str
    alt: str


@frozen
class ProductCard:
    """A product in a list. `description_text` is its beginning, 300 characters at most."""

    id: UUID
    slug: str
    title: str
    description_text: str
    price_from: Money
    compare_at_price_from: Money | None
    in_stock: bool
    image: CoverView | None
    url: str


@frozen
class OptionView:
    """An option and its values, in the order of the variants."""

    name: str
    values: tuple[str, ...]


@frozen
class VariantView:
    """One thing to buy. `available` says how many, 100 at most; null when nobody counts them."""

    id: UUID
    sku: str | None
    barcode: str | None
    title: str
    options: dict[str, str]
    price: Money
    compare_at_price: Money | None
    available: int | None
    image_id: UUID | None


@frozen
class ImageView:
    """A picture of a product."""

    id: UUID
    url: str
    alt: str
    position: int


@frozen
class CategoryRef:
    """A category something is in."""

    id: UUID
    slug: str
    title: str


@frozen
class TagView:
    """A tag."""

    slug: str
    title: str


@frozen
class SeoView:
    """What belongs into the head of the page; what nobody wrote is taken from the product."""

    meta_title: str
    meta_description: str
    canonical_url: str
    og_image: str | None
    noindex: bool


@frozen
class ProductView:
    """The page of one product. `json_ld` is a schema.org Product, ready for a script element (escape `<` there)."""

    id: UUID
    slug: str
    title: str
    description_html: str = field(repr=False)
    status: ProductStatus
    options: tuple[OptionView, ...]
    variants: tuple[VariantView, ...]
    images: tuple[ImageView, ...]
    categories: tuple[CategoryRef, ...]
    tags: tuple[TagView, ...]
    seo: SeoView
    json_ld: dict[str, Any] = field(repr=False)
    version: int


@frozen
class CategoryView:
    """A category and what is below it."""

    id: UUID
    slug: str
    title: str
    children: "tuple[CategoryView, ...]" = ()


@frozen
class CategoryTree:
    """All categories, the top ones first."""

    items: tuple[CategoryView, ...]


@frozen
class StaffProductCard:
    """A product in the list of operators."""

    id: UUID
    slug: str
    title: str
    status: ProductStatus
    vendor: str | None
    price_from: Money
    image: str | None
    version: int
    created_at: datetime
    updated_at: datetime


@frozen
class StaffProductView:
    """A product as operators see it, in any status."""

    id: UUID
    slug: str
    title: str
    description_html: str = field(repr=False)
    status: ProductStatus
    vendor: str | None
    options: tuple[OptionView, ...]
    variants: tuple[VariantView, ...]
    images: tuple[ImageView, ...]
    categories: tuple[CategoryRef, ...]
    tags: tuple[TagView, ...]
    version: int
    created_at: datetime
    updated_at: datetime


@frozen
class StaffProductQuery:
    """What an operator is looking for: words of the product, or a SKU."""

    status: ProductStatus | None = None
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


class CatalogReader(Protocol):
    """Reads of the catalogue, one statement each. The `_json` twins are served; the others decode the same bytes."""

    def products_json(self, query: ProductQuery) -> bytes:
        """A page of what shoppers can see."""
        ...

    def products(self, query: ProductQuery) -> Page[ProductCard]:
        """The same as values."""
        ...

    def product_json(self, slug: str) -> bytes | None:
        """The page of a product, None when shoppers cannot see it."""
        ...

    def product(self, slug: str) -> ProductView | None:
        """The same as a value."""
        ...

    def categories(self) -> Sequence[CategoryView]:
        """The tree of categories."""
        ...

    def staff_product(self, product_id: UUID) -> StaffProductView | None:
        """A product in any status."""
        ...

    def staff_products(self, query: StaffProductQuery) -> Page[StaffProductCard]:
        """Products in any status, newest first."""
        ...
