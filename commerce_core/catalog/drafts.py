"""What operators ask the catalogue to write, checked before anything is opened or locked.

Names, codes and texts on one line are kept without the white space around them.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from attrs import field, frozen
from attrs.converters import optional

from commerce_core.catalog import trimming
from commerce_core.catalog.checks import (
    MAX_OPTION_VALUE,
    AttributeValue,
    address_error,
    attribute_errors,
    count_error,
    gtin_error,
    line_errors,
    option_errors,
    position_error,
    price_errors,
    range_error,
    refuse,
    repeated,
    said,
    slug_error,
    spelling_errors,
    tag_errors,
)
from commerce_core.catalog.model import MAX_IMAGES, MAX_VARIANTS, ProductStatus, Seo
from commerce_core.kernel.errors import FieldError
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset

MAX_CATEGORIES = 100
MAX_DESCRIPTION = 100_000
MAX_GRAMS = 10_000_000
MAX_SIBLINGS = 100_000


@frozen
class NewVariant:
    """One thing to buy, with a value for each option of its product. `barcode` is a GTIN; weight is in grams."""

    price: Money
    option_values: tuple[str, ...] = field(default=(), converter=trimming.texts)
    sku: str | None = field(default=None, converter=optional(trimming.text))
    barcode: str | None = field(default=None, converter=optional(trimming.text))
    compare_at_price: Money | None = None
    weight_grams: int = 0
    taxable: bool = True
    requires_shipping: bool = True
    tax_class: TaxClass = TaxClass.STANDARD

    def __attrs_post_init__(self) -> None:
        refuse(
            *price_errors(self.price, self.compare_at_price),
            *line_errors("/option_values", self.option_values, MAX_OPTION_VALUE),
            *_code_errors(self.sku, self.barcode),
            range_error("/weight_grams", self.weight_grams, MAX_GRAMS),
        )


@frozen
class VariantChanges:
    """What is to be different of a variant. At another `position` the others move on.

    `image_id` is one of the product's pictures.
    """

    price: Money | Unset = UNSET
    option_values: tuple[str, ...] | Unset = field(default=UNSET, converter=trimming.changed_texts)
    sku: str | Unset | None = field(default=UNSET, converter=trimming.change_or_none)
    barcode: str | Unset | None = field(default=UNSET, converter=trimming.change_or_none)
    compare_at_price: Money | Unset | None = UNSET
    weight_grams: int | Unset = UNSET
    taxable: bool | Unset = UNSET
    requires_shipping: bool | Unset = UNSET
    image_id: UUID | Unset | None = UNSET
    position: int | Unset = UNSET
    tax_class: TaxClass | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        refuse(
            *line_errors("/option_values", said(self.option_values) or (), MAX_OPTION_VALUE),
            *_code_errors(said(self.sku), said(self.barcode)),
            range_error("/weight_grams", said(self.weight_grams) or 0, MAX_GRAMS),
            position_error(said(self.position), MAX_VARIANTS),
        )


@frozen
class OptionValues:
    """Which values one variant has."""

    variant_id: UUID
    values: tuple[str, ...] = field(converter=trimming.texts)

    def __attrs_post_init__(self) -> None:
        refuse(*line_errors("/values", self.values, MAX_OPTION_VALUE))


@frozen
class NewOptions:
    """The options of a product by name. Renaming keeps the values; where one comes or goes, all are said again."""

    option_names: tuple[str, ...] = field(converter=trimming.texts)
    variants: tuple[OptionValues, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            *option_errors(self.option_names),
            count_error("/variants", self.variants, MAX_VARIANTS),
            *_wrong_counts("/variants/{}/values", [v.values for v in self.variants], len(self.option_names)),
            *repeated("/variants/{}/variant_id", [v.variant_id for v in self.variants], "duplicate"),
        )


@frozen
class NewImage:
    """A picture that is somewhere already. `position` 1 is the cover; without one it comes last."""

    url: str
    alt: str = field(default="", converter=trimming.text)
    position: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            address_error("/url", self.url),
            text_error("/alt", self.alt, limit=512),
            position_error(self.position, MAX_IMAGES),
        )


@frozen
class ImageChanges:
    """What is to be different of a picture. At another `position` the others move on."""

    alt: str | Unset = field(default=UNSET, converter=trimming.change)
    position: int | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/alt", said(self.alt) or "", limit=512),
            position_error(said(self.position), MAX_IMAGES),
        )


@frozen
class SeoChanges:
    """What search engines shall be told from now on; None says that they take it from title and description again."""

    meta_title: str | Unset | None = field(default=UNSET, converter=trimming.change_or_none)
    meta_description: str | Unset | None = field(default=UNSET, converter=trimming.change_or_none)
    canonical_url: str | Unset | None = UNSET
    og_image: str | Unset | None = UNSET
    noindex: bool | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        Seo(said(self.meta_title), said(self.meta_description), said(self.canonical_url), said(self.og_image))


@frozen
class NewProduct:
    """A product to be. Without a slug it gets one from its title; tags that do not exist yet are made.

    `reuse_slug` takes an address over from an archived product, or from a redirect.
    """

    title: str = field(converter=trimming.text)
    variants: tuple[NewVariant, ...]
    slug: str | None = None
    description_html: str = field(default="", repr=False)
    status: ProductStatus = ProductStatus.DRAFT
    vendor: str | None = field(default=None, converter=optional(trimming.text))
    option_names: tuple[str, ...] = field(default=(), converter=trimming.texts)
    category_ids: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = field(default=(), converter=trimming.texts)
    images: tuple[NewImage, ...] = ()
    seo: Seo = field(factory=Seo)
    attributes: Mapping[str, AttributeValue] = field(factory=dict)
    reuse_slug: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/title", self.title, limit=255, least=1),
            slug_error(self.slug, self.title),
            text_error("/description_html", self.description_html, limit=MAX_DESCRIPTION, lines=True),
            text_error("/vendor", self.vendor, limit=255, least=1) if self.vendor is not None else None,
            *option_errors(self.option_names),
            *_variant_errors(self.variants, len(self.option_names)),
            count_error("/category_ids", self.category_ids, MAX_CATEGORIES),
            *tag_errors(self.tags),
            count_error("/images", self.images, MAX_IMAGES),
            *attribute_errors(self.attributes),
        )


@frozen
class ProductChanges:
    """What is to be different; what stays `UNSET` stays as it is. Lists are replaced as a whole.

    `attributes` are merged: None removes the one it stands for, or all of them. `reuse_slug` as in `NewProduct`.
    """

    title: str | Unset = field(default=UNSET, converter=trimming.change)
    slug: str | Unset = UNSET
    description_html: str | Unset = field(default=UNSET, repr=False)
    status: ProductStatus | Unset = UNSET
    vendor: str | Unset | None = field(default=UNSET, converter=trimming.change_or_none)
    category_ids: tuple[UUID, ...] | Unset = UNSET
    tags: tuple[str, ...] | Unset = field(default=UNSET, converter=trimming.changed_texts)
    seo: SeoChanges | Unset = UNSET
    attributes: Mapping[str, AttributeValue | None] | Unset | None = UNSET
    reuse_slug: bool = False

    def __attrs_post_init__(self) -> None:
        attributes = {} if isinstance(self.attributes, Unset) else self.attributes or {}
        refuse(
            None if isinstance(self.title, Unset) else text_error("/title", self.title, limit=255, least=1),
            None
            if isinstance(self.description_html, Unset)
            else text_error("/description_html", self.description_html, limit=MAX_DESCRIPTION, lines=True),
            text_error("/vendor", self.vendor, limit=255, least=1) if isinstance(self.vendor, str) else None,
            None if isinstance(self.slug, Unset) else slug_error(self.slug, ""),
            count_error("/category_ids", said(self.category_ids) or (), MAX_CATEGORIES),
            *tag_errors(said(self.tags) or ()),
            *attribute_errors(attributes),
        )


@frozen
class NewCategory:
    """A category to be, below another or at the top, at its position or behind its siblings.

    Without a slug it gets one from its title. `reuse_slug` takes an address over from a redirect.
    """

    title: str = field(converter=trimming.text)
    slug: str | None = None
    parent_id: UUID | None = None
    position: int | None = None
    seo: Seo = field(factory=Seo)
    reuse_slug: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/title", self.title, limit=255, least=1),
            slug_error(self.slug, self.title),
            position_error(self.position, MAX_SIBLINGS),
        )


@frozen
class CategoryChanges:
    """What is to be different of a category. With another parent it comes last there, unless a position is said."""

    title: str | Unset = field(default=UNSET, converter=trimming.change)
    slug: str | Unset = UNSET
    parent_id: UUID | Unset | None = UNSET
    position: int | Unset = UNSET
    seo: SeoChanges | Unset = UNSET
    reuse_slug: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            None if isinstance(self.title, Unset) else text_error("/title", self.title, limit=255, least=1),
            None if isinstance(self.slug, Unset) else slug_error(self.slug, ""),
            position_error(said(self.position), MAX_SIBLINGS),
        )


def _code_errors(sku: str | None, barcode: str | None) -> Iterator[FieldError | None]:
    if sku is not None:
        yield text_error("/sku", sku, limit=255, least=1)
    if barcode is not None:
        yield gtin_error("/barcode", barcode)


def _wrong_counts(pointer: str, rows: Sequence[Sequence[str]], options: int) -> Iterator[FieldError]:
    for n, values in enumerate(rows):
        if len(values) != options:
            yield FieldError(pointer.format(n), "wrong-count", "Must hold one value for each option name.")


def _variant_errors(variants: Sequence[NewVariant], options: int) -> Iterator[FieldError | None]:
    if not variants:
        yield FieldError("/variants", "required", "A product has at least one variant.")
    yield count_error("/variants", variants, MAX_VARIANTS)
    yield from _wrong_counts("/variants/{}/option_values", [v.option_values for v in variants], options)
    yield from repeated("/variants/{}/option_values", [v.option_values for v in variants], "duplicate-variant")
    yield from spelling_errors("/variants/{}/option_values", [v.option_values for v in variants])
    yield from repeated("/variants/{}/sku", [v.sku for v in variants], "duplicate-sku")
