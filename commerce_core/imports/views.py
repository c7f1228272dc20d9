"""Products as a file has them."""

from collections.abc import Sequence
from typing import Protocol

from attrs import field, frozen

from commerce_core.catalog.model import ProductStatus
from commerce_core.kernel.money import Money


@frozen
class ExportedVariant:
    """One thing to buy. `on_hand` is what is on the shelf, held or not, None where nobody counts."""

    option_values: tuple[str, ...]
    sku: str | None
    barcode: str | None
    price: Money
    compare_at_price: Money | None
    weight_grams: int
    taxable: bool
    requires_shipping: bool
    image_url: str | None
    on_hand: int | None
    backordered: bool  # whether it sells when none is left


@frozen
class ExportedImage:
    """A picture."""

    url: str
    alt: str


@frozen
class ExportedTag:
    """A tag."""

    slug: str
    title: str


@frozen
class ExportedProduct:
    """A product with its variants and pictures in their order.

    `category` is the title of one of its categories by which an import finds that very category again.
    """

    slug: str
    title: str
    description_html: str = field(repr=False)
    vendor: str | None
    status: ProductStatus
    category: str | None
    tags: tuple[ExportedTag, ...]
    option_names: tuple[str, ...]
    variants: tuple[ExportedVariant, ...]
    images: tuple[ExportedImage, ...]
    meta_title: str | None
    meta_description: str | None


class ProductExport(Protocol):
    """Reads the whole catalogue, page by page, each in one statement."""

    def page(self, after: str, limit: int) -> Sequence[ExportedProduct]:
        """The products whose slugs come after this one, in that order."""
        ...
