"""What a product is, and what it refuses to become."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NewType, TypeVar
from uuid import UUID

from attrs import evolve, field, frozen
from attrs.converters import optional

from commerce_core.catalog import trimming
from commerce_core.catalog.checks import (
    AttributeValue,
    address_error,
    price_errors,
    refuse,
    repeated,
    spelling_errors,
)
from commerce_core.catalog.errors import (
    ImageNotFound,
    LastVariant,
    ProductStatusConflict,
    ProductVariantNotFound,
    ProductVersionStale,
    RedirectVersionStale,
    TagVersionStale,
    TooManyImages,
    TooManyVariants,
)
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.text import text_error

ProductId = NewType("ProductId", UUID)
VariantId = NewType("VariantId", UUID)
CategoryId = NewType("CategoryId", UUID)

MAX_IMAGES = 250
MAX_VARIANTS = 250


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


class RedirectKind(StrEnum):
    """What has an address that may move."""

    PRODUCT = "product"
    CATEGORY = "category"


def _typed(attributes: Mapping[str, AttributeValue]) -> dict[str, tuple[type, AttributeValue]]:
    """Attributes as they are compared: to Python 1 and true are the same, to a shop they are not."""
    return {name: (type(value), value) for name, value in attributes.items()}


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
    tax_class: TaxClass = TaxClass.STANDARD  # which rate counts, as long as it is taxable

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

    meta_title: str | None = field(default=None, converter=optional(trimming.text))
    meta_description: str | None = field(default=None, converter=optional(trimming.text))
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
    attributes: Mapping[str, AttributeValue] = field(factory=dict, eq=_typed)
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

    def variant(self, variant_id: UUID) -> Variant:
        """One of its variants. Raises `ProductVariantNotFound`."""
        for variant in self.variants:
            if variant.id == variant_id:
                return variant
        raise ProductVariantNotFound(variant_id)

    def image(self, image_id: UUID) -> ProductImage:
        """One of its pictures. Raises `ImageNotFound`."""
        for image in self.images:
            if image.id == image_id:
                return image
        raise ImageNotFound(image_id)

    def with_variant(self, variant: Variant) -> "Product":
        """The product with one variant more, behind the others. Raises `TooManyVariants` or `InvalidInput`."""
        if len(self.variants) >= MAX_VARIANTS:
            raise TooManyVariants(MAX_VARIANTS)
        return _selling(self, [*self.variants, variant])

    def with_changed_variant(self, changed: Variant, position: int | None = None) -> "Product":
        """The product with this variant in place of the one with its id, at `position` or where that was.

        Raises `ProductVariantNotFound` or `InvalidInput`.
        """
        self.variant(changed.id)
        refuse(*price_errors(changed.price, changed.compare_at_price))
        if changed.image_id is not None and changed.image_id not in {image.id for image in self.images}:
            raise InvalidInput.at("/image_id", "foreign-image", "Must be one of the product's pictures.")
        variants = [changed if variant.id == changed.id else variant for variant in self.variants]
        return _selling(self, _moved(variants, changed, position))

    def without_variant(self, variant_id: UUID) -> "Product":
        """The product without this variant. Raises `ProductVariantNotFound` or `LastVariant`."""
        removed = self.variant(variant_id)
        if len(self.variants) == 1:
            raise LastVariant(variant_id)
        return _selling(self, [variant for variant in self.variants if variant != removed])

    def with_options(self, names: tuple[str, ...], values: Mapping[UUID, tuple[str, ...]]) -> "Product":
        """The product with other options. Variants that `values` does not mention keep theirs.

        Raises `ProductVariantNotFound`, or `InvalidInput` when a variant lacks a value, or two have the same.
        """
        for variant_id in values:
            self.variant(variant_id)
        changed = [
            evolve(variant, option_values=values.get(variant.id, variant.option_values)) for variant in self.variants
        ]
        return _selling(evolve(self, option_names=names), changed, "/variants")

    def with_image(self, image_id: UUID, url: str, alt: str, position: int | None) -> "Product":
        """The product with one picture more, at `position` (the others move on) or at the end."""
        if len(self.images) >= MAX_IMAGES:
            raise TooManyImages(MAX_IMAGES)
        image = ProductImage(image_id, url, alt, 0)
        return _showing(self, _moved([*self._in_order(), image], image, position))

    def with_changed_image(self, image_id: UUID, alt: str, position: int | None) -> "Product":
        """The product with another alt text for a picture, which moves to `position`. Raises `ImageNotFound`."""
        changed = evolve(self.image(image_id), alt=alt)
        images = [changed if image.id == image_id else image for image in self._in_order()]
        return _showing(self, _moved(images, changed, position))

    def without_image(self, image_id: UUID) -> "Product":
        """The product without this picture, also where it stood for a variant. Raises `ImageNotFound`."""
        removed = self.image(image_id)
        variants = tuple(evolve(v, image_id=None) if v.image_id == image_id else v for v in self.variants)
        left = (image for image in self._in_order() if image != removed)
        return _showing(evolve(self, variants=variants), left)

    def changed(self, after: "Product") -> "Product | None":
        """`after` as the next version of this product, or None when it says nothing new."""
        if evolve(after, version=self.version) == self:
            return None
        return evolve(after, version=self.version + 1)

    def _in_order(self) -> list[ProductImage]:
        return sorted(self.images, key=lambda image: image.position)


@frozen
class Redirect:
    """Where something used to be, and where it is: both addresses by what has them and its slug."""

    id: UUID
    entity_type: RedirectKind
    slug: str
    target_type: RedirectKind
    target_slug: str
    manual: bool
    version: int = 1

    def expect(self, version: int | None) -> None:
        """Raises `RedirectVersionStale` when the caller has seen another version."""
        if version is not None and version != self.version:
            raise RedirectVersionStale(self.version)


@frozen
class Tag:
    """A word that products share."""

    id: UUID
    title: str
    slug: Slug
    version: int = 1

    def expect(self, version: int | None) -> None:
        """Raises `TagVersionStale` when the caller has seen another version."""
        if version is not None and version != self.version:
            raise TagVersionStale(self.version)


T = TypeVar("T")


def _moved(things: Sequence[T], thing: T, position: int | None) -> list[T]:
    """The same things with this one at `position`, counted from 1; beyond the end is the end, None where it is."""
    moved = list(things)
    if position is not None:
        moved.remove(thing)
        moved.insert(min(position - 1, len(moved)), thing)
    return moved


def _selling(product: Product, variants: Sequence[Variant], pointer: str = "/option_values") -> Product:
    """The product with these variants in this order. Raises `InvalidInput` when they cannot be told apart."""
    for variant in variants:
        if len(variant.option_values) != len(product.option_names):
            raise InvalidInput.at(pointer, "wrong-count", "Must hold one value for each option name.")
    refuse(
        *repeated(pointer, [variant.option_values for variant in variants], "duplicate-variant"),
        *spelling_errors(pointer, [variant.option_values for variant in variants]),
        *repeated("/sku", [variant.sku for variant in variants], "duplicate-sku"),
    )
    return evolve(product, variants=tuple(evolve(variant, position=n) for n, variant in enumerate(variants, 1)))


def _showing(product: Product, images: Iterable[ProductImage]) -> Product:
    """The product with these pictures in this order."""
    return evolve(product, images=tuple(evolve(image, position=n) for n, image in enumerate(images, 1)))
