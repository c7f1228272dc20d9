"""What a file says about products, checked cell by cell but not yet in the shop."""

from enum import StrEnum

from attrs import field, frozen

from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug

MAX_OPTIONS = 3
MAX_VARIANTS = 250
MAX_IMAGES = 250
MAX_TAGS = 250


class ImportedStatus(StrEnum):
    """Whether the merchant wants the product to be seen."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


@frozen
class RowProblem:
    """Why a product was left out: one cell, by the number of its row's first line and its column's name in the file."""

    line: int
    column: str
    code: str
    message: str


@frozen
class ImportedVariant:
    """One thing to buy. `option_values` stand in the order of the product's `option_names`.

    `quantity` is None when the file does not tell; it may be told although the variant is not `tracked`.
    `image_src` is always the `src` of one of the product's images.
    """

    line: int
    option_values: tuple[str, ...]
    sku: str | None
    barcode: str | None
    price: Money
    compare_at_price: Money | None
    grams: int
    tracked: bool
    quantity: int | None
    sells_when_out_of_stock: bool
    requires_shipping: bool
    taxable: bool
    image_src: str | None


@frozen
class ImportedImage:
    """A picture: a web address, or a path relative to the file, which never leaves the file's folder."""

    line: int
    src: str
    position: int  # From 1, without gaps.
    alt: str


@frozen
class ImportedProduct:
    """A product with at least one variant, none of them twice. Without options there is exactly one.

    `description_html` is what the file holds: sanitise it before it is stored or shown.
    """

    line: int
    handle: str
    title: str
    description_html: str = field(repr=False)
    vendor: str
    type: str
    tags: tuple[str, ...]
    status: ImportedStatus
    option_names: tuple[str, ...]
    variants: tuple[ImportedVariant, ...]
    images: tuple[ImportedImage, ...]
    seo_title: str
    seo_description: str

    @property
    def slug(self) -> Slug:
        """The address here. Handles may hold what slugs may not (`My_Shirt--blue`), so the two can differ."""
        return Slug.of(self.handle)
