"""The catalogue as people look at it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.catalog.checks import AttributeValue
from commerce_core.catalog.model import ProductStatus, Seo
from commerce_core.catalog.queries import ProductQuery, StaffProductQuery
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page
from commerce_core.kernel.tax_class import TaxClass


@frozen
class CoverView:
    """A picture in a list."""

    url: str
    alt: str


@frozen
class ProductCard:
    """A product in a list. `description_text` is its beginning, 300 characters at most.

    `lowest_price_30d_from`, beside a former price, is the lowest price of the 30 days before the reduction.
    """

    id: UUID
    slug: str
    title: str
    description_text: str
    price_from: Money
    compare_at_price_from: Money | None
    lowest_price_30d_from: Money | None
    in_stock: bool
    image: CoverView | None
    url: str


@frozen
class FacetValue:
    """One choice, and how many products of the list it would leave."""

    value: str
    label: str
    count: int


@frozen
class FacetView:
    """By what a list can be narrowed down: `category`, `tag`, `in_stock`, `option:Colour`, `attribute:Fabric`."""

    name: str
    values: tuple[FacetValue, ...]


@frozen
class ProductList:
    """A page of products. `next_cursor` leads to the one behind it, `facets` come when they are asked for."""

    items: tuple[ProductCard, ...]
    page: int
    per_page: int
    total: int
    next_cursor: str | None
    facets: tuple[FacetView, ...] | None


@frozen
class Rendered:
    """A read as it is served, and when what it shows was last changed, as far as that is known."""

    body: bytes = field(repr=False)
    changed_at: datetime | None = None


@frozen
class OptionView:
    """An option and its values, in the order of the variants."""

    name: str
    values: tuple[str, ...]


@frozen
class VariantView:
    """One thing to buy. `available` says how many, 100 at most; null when nobody counts them.

    `lowest_price_30d`, beside a former price, is the lowest price of the 30 days before the reduction, which shops in
    the EU have to show (Directive 98/6/EC, article 6a); null when the variant never had another price.
    """

    id: UUID
    sku: str | None
    barcode: str | None
    title: str
    options: dict[str, str]
    price: Money
    compare_at_price: Money | None
    lowest_price_30d: Money | None
    available: int | None
    image_id: UUID | None


@frozen
class StaffVariantView:
    """One thing to buy, as operators see it."""

    id: UUID
    position: int
    sku: str | None
    barcode: str | None
    title: str
    options: dict[str, str]
    price: Money
    compare_at_price: Money | None
    lowest_price_30d: Money | None
    weight_grams: int
    taxable: bool
    tax_class: TaxClass
    requires_shipping: bool
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
    """What belongs into the head of the page; what nobody wrote is taken from what the page shows.

    `open_graph` holds the contents of `<meta property="…" content="…">` by their properties.
    """

    meta_title: str
    meta_description: str
    canonical_url: str
    og_image: str | None
    noindex: bool
    open_graph: dict[str, str]


@frozen
class ProductView:
    """The page of one product. `json_ld`, for a script element (escape `<` there), is a schema.org Product, or a
    ProductGroup where there are several variants. `breadcrumbs` lead from the top to the deepest of its categories;
    `breadcrumbs_json_ld` goes on to the product itself, and is None where there are none.
    """

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
    attributes: dict[str, AttributeValue]
    breadcrumbs: tuple[CategoryRef, ...]
    seo: SeoView
    json_ld: dict[str, Any] = field(repr=False)
    breadcrumbs_json_ld: dict[str, Any] | None = field(repr=False)
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
class CategoryPage:
    """The page of one category. `breadcrumbs` lead from the top to the category itself; `json_ld` tells the same."""

    id: UUID
    slug: str
    title: str
    breadcrumbs: tuple[CategoryRef, ...]
    children: tuple[CategoryRef, ...]
    seo: SeoView
    json_ld: dict[str, Any] = field(repr=False)


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
    variants: tuple[StaffVariantView, ...]
    images: tuple[ImageView, ...]
    categories: tuple[CategoryRef, ...]
    tags: tuple[TagView, ...]
    attributes: dict[str, AttributeValue]
    seo: Seo
    version: int
    created_at: datetime
    updated_at: datetime


class CatalogReader(Protocol):
    """Reads of the catalogue, one statement each. The `_json` twins are served; the others decode the same bytes."""

    def products_json(self, query: ProductQuery) -> Rendered:
        """A page of what shoppers can see."""
        ...

    def products(self, query: ProductQuery) -> ProductList:
        """The same as values."""
        ...

    def product_json(self, slug: str) -> Rendered | None:
        """The page of a product, None when shoppers cannot see it."""
        ...

    def product(self, slug: str) -> ProductView | None:
        """The same as a value."""
        ...

    def categories(self) -> Sequence[CategoryView]:
        """The tree of categories."""
        ...

    def category(self, slug: str) -> CategoryPage | None:
        """The page of a category."""
        ...

    def staff_product(self, product_id: UUID) -> StaffProductView | None:
        """A product in any status."""
        ...

    def product_at(self, slug: str) -> UUID | None:
        """Which product has this slug, in any status."""
        ...

    def staff_products(self, query: StaffProductQuery) -> Page[StaffProductCard]:
        """Products in any status, newest first."""
        ...
