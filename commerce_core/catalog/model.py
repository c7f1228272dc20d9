"""What a product is, and what it refuses to become."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.catalog.errors import ProductStatusConflict, ProductVersionStale, TooManyImages
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.text import text_error

ProductId = NewType("ProductId", UUID)
VariantId = NewType("VariantId", UUID)
CategoryId = NewType("CategoryId", UUID)

MAX_IMAGES = 250


class ProductStatus(StrEnum):
    """Who may see a product: operators, everybody, or nobody any more."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


# What is brought back from the archive is looked at again before anybody can buy it.
NEXT: dict[ProductStatus, frozenset[ProductStatus]] = {
    ProductStatus.DRAFT: frozenset({ProductStatus.ACTIVE, ProductStatus.ARCHIVED}),
    ProductStatus.ACTIVE: frozenset({ProductStatus.DRAFT, ProductStatus.ARCHIVED}),
    ProductStatus.ARCHIVED: frozenset({ProductStatus.DRAFT}),
}


@frozen
class Variant:
    """One thing to buy. `option_values` stand in the order of the product's option names."""

    id: VariantId
    position: int
    sku: str | None
    barcode: str | None
    option_values: tuple[str, ...]
    price: Money
    compare_at_price: Money | None
    weight_grams: int
    taxable: bool
    requires_shipping: bool
    image_id: UUID | None = None

    @property
    def title(self) -> str:
        """What tells it from its siblings: `M / blue`. Empty when it has none."""
        return " / ".join(self.option_values)


@frozen
class ProductImage:
    """A picture, where it is and what it shows."""

    id: UUID
    url: str
    alt: str
    position: int


@frozen
class Seo:
    """What search engines are told in place of title and description."""

    meta_title: str | None = None
    meta_description: str | None = None
    canonical_url: str | None = None
    og_image: str | None = None
    noindex: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/meta_title", self.meta_title or "", limit=255),
            text_error("/meta_description", self.meta_description or "", limit=1_000, lines=True),
            address_error("/canonical_url", self.canonical_url) if self.canonical_url else None,
            address_error("/og_image", self.og_image) if self.og_image else None,
        )


@frozen
class Product:
    """A product with everything that belongs to it. At least one variant, no two with the same options or SKU."""

    id: ProductId
    slug: Slug
    title: str
    description: SafeHtml = field(repr=False)
    status: ProductStatus
    vendor: str | None
    option_names: tuple[str, ...]
    variants: tuple[Variant, ...]
    images: tuple[ProductImage, ...] = ()
    category_ids: frozenset[UUID] = frozenset()
    tag_ids: frozenset[UUID] = frozenset()
    seo: Seo = field(factory=Seo)
    version: int = 1

    @property
    def cheapest(self) -> Variant:
        """The variant that gives the product its "from" price; the first of several."""
        return min(self.variants, key=lambda variant: (variant.price.amount, variant.position))

    @property
    def cover(self) -> ProductImage | None:
        """The picture shown in lists."""
        return min(self.images, key=lambda image: image.position, default=None)

    def expect(self, version: int | None) -> None:
        """Raises `ProductVersionStale` when the caller has seen another version."""
        if version is not None and version != self.version:
            raise ProductVersionStale(self.version)

    def must_become(self, status: ProductStatus) -> None:
        """Raises `ProductStatusConflict` unless `status` is the present one or may follow it."""
        if status is not self.status and status not in NEXT[self.status]:
            raise ProductStatusConflict(self.status.value, status.value)

    def with_image(self, image_id: UUID, url: str, alt: str, position: int | None) -> "Product":
        """The product with one picture more, at `position` (the others move on) or at the end."""
        if len(self.images) >= MAX_IMAGES:
            raise TooManyImages(MAX_IMAGES)
        images = sorted(self.images, key=lambda image: image.position)
        place = len(images) if position is None else min(position - 1, len(images))
        images.insert(place, ProductImage(image_id, url, alt, 0))
        return evolve(self, images=tuple(evolve(image, position=n) for n, image in enumerate(images, 1)))

    def changed(self, after: "Product") -> "Product | None":
        """`after` as the next version of this product, or None when it says nothing new."""
        if evolve(after, version=self.version) == self:
            return None
        return evolve(after, version=self.version + 1)


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
