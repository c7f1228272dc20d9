"""What a file says about products, checked cell by cell but not yet in the shop, and what became of it."""

from enum import StrEnum
from functools import cached_property

from attrs import field, frozen

from commerce_core.imports.rows import Layout, Row
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.unset import Unset

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
class Source:
    """The rows of one product as the file has them."""

    layout: Layout
    rows: tuple[Row, ...]


@frozen
class LeftOut:
    """A product that stays out, with everything that is wrong, and with all its rows: to be mended and sent again."""

    source: Source = field(repr=False)
    problems: tuple[RowProblem, ...]


@frozen
class ImportedVariant:
    """One thing to buy. `option_values` stand in the order of the product's `option_names`.

    `UNSET` is what the file does not say: it stays as it is in the shop. `quantity` is None when the file does not
    tell; it may be told although the variant is not `tracked`. `image_src` is always the `src` of one of the product's
    images.
    """

    line: int
    option_values: tuple[str, ...]
    sku: str | None
    barcode: str | None
    price: Money
    compare_at_price: Money | Unset | None
    grams: int | Unset
    tracked: bool
    quantity: int | None
    sells_when_out_of_stock: bool
    requires_shipping: bool | Unset
    taxable: bool | Unset
    image_src: str | None


@frozen
class ImportedImage:
    """A picture: a web address, a path relative to the file, which never leaves the file's folder, or one of ours."""

    line: int
    src: str
    position: int  # From 1, without gaps.
    alt: str

    @property
    def ours(self) -> bool:
        """Whether it is a picture that this shop serves already."""
        return self.src.startswith("/")


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
    status: ImportedStatus | Unset
    option_names: tuple[str, ...]
    variants: tuple[ImportedVariant, ...]
    images: tuple[ImportedImage, ...]
    seo_title: str
    seo_description: str
    source: Source = field(repr=False, eq=False)

    @cached_property
    def slug(self) -> Slug:
        """The address here. Handles may hold what slugs may not (`My_Shirt--blue`), so the two can differ."""
        return Slug.of(self.handle)

    def left_out(self, line: int, column: str, code: str, message: str) -> LeftOut:
        """The same as a product that stays out because of one cell; `column` by our name."""
        return LeftOut(self.source, (RowProblem(line, self.source.layout.name(column), code, message),))


@frozen
class ImportReport:
    """What an import did, or would do, in products. `variants`, `images` and `units` (opening stock) count what is new.

    `problems` tells the first thousand, `problem_count` says how many there are.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    variants: int = 0
    images: int = 0
    units: int = 0
    problem_count: int = 0
    problems: tuple[RowProblem, ...] = ()
