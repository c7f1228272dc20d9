"""What operators ask the catalogue to write, checked before anything is opened or locked."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from uuid import UUID

from attrs import field, frozen

from commerce_core.catalog.model import MAX_IMAGES, ProductStatus, Seo, address_error, refuse
from commerce_core.kernel.errors import FieldError
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.slug import LIMIT, slugify
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset

MAX_OPTIONS = 3
MAX_OPTION_VALUE = 100  # characters; the values of a variant stand in one index entry together
MAX_VARIANTS = 250
MAX_TAGS = 250
MAX_CATEGORIES = 100
MAX_DESCRIPTION = 100_000
MAX_GRAMS = 10_000_000


@frozen
class NewVariant:
    """One thing to buy, with a value for each option of its product."""

    price: Money
    option_values: tuple[str, ...] = ()
    sku: str | None = None
    barcode: str | None = None
    compare_at_price: Money | None = None
    weight_grams: int = 0
    taxable: bool = True
    requires_shipping: bool = True

    def __attrs_post_init__(self) -> None:
        refuse(
            *_price_errors(self.price, self.compare_at_price),
            *_line_errors("/option_values", self.option_values, MAX_OPTION_VALUE),
            text_error("/sku", self.sku, limit=255, least=1) if self.sku is not None else None,
            text_error("/barcode", self.barcode, limit=32, least=1) if self.barcode is not None else None,
            _range_error("/weight_grams", self.weight_grams, MAX_GRAMS),
        )


@frozen
class NewImage:
    """A picture that is somewhere already. `position` 1 is the cover; without one it comes last."""

    url: str
    alt: str = ""
    position: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            address_error("/url", self.url),
            text_error("/alt", self.alt, limit=512),
            None if self.position is None else _range_error("/position", self.position, MAX_IMAGES, least=1),
        )


@frozen
class NewProduct:
    """A product to be. Without a slug it gets one from its title; tags that do not exist yet are made."""

    title: str
    variants: tuple[NewVariant, ...]
    slug: str | None = None
    description_html: str = field(default="", repr=False)
    status: ProductStatus = ProductStatus.DRAFT
    vendor: str | None = None
    option_names: tuple[str, ...] = ()
    category_ids: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    images: tuple[NewImage, ...] = ()
    seo: Seo = field(factory=Seo)

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/title", self.title, limit=255, least=1),
            _slug_error(self.slug, self.title),
            text_error("/description_html", self.description_html, limit=MAX_DESCRIPTION, lines=True),
            text_error("/vendor", self.vendor, limit=255, least=1) if self.vendor is not None else None,
            *_option_errors(self.option_names),
            *_variant_errors(self.variants, len(self.option_names)),
            _count_error("/category_ids", self.category_ids, MAX_CATEGORIES),
            *_tag_errors(self.tags),
            _count_error("/images", self.images, MAX_IMAGES),
        )


@frozen
class ProductChanges:
    """What is to be different; what stays `UNSET` stays as it is. Lists are replaced as a whole."""

    title: str | Unset = UNSET
    slug: str | Unset = UNSET
    description_html: str | Unset = field(default=UNSET, repr=False)
    status: ProductStatus | Unset = UNSET
    vendor: str | Unset | None = UNSET
    category_ids: tuple[UUID, ...] | Unset = UNSET
    tags: tuple[str, ...] | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        tags = () if isinstance(self.tags, Unset) else self.tags
        categories = () if isinstance(self.category_ids, Unset) else self.category_ids
        refuse(
            None if isinstance(self.title, Unset) else text_error("/title", self.title, limit=255, least=1),
            None
            if isinstance(self.description_html, Unset)
            else text_error("/description_html", self.description_html, limit=MAX_DESCRIPTION, lines=True),
            text_error("/vendor", self.vendor, limit=255, least=1) if isinstance(self.vendor, str) else None,
            None if isinstance(self.slug, Unset) else _slug_error(self.slug, ""),
            _count_error("/category_ids", categories, MAX_CATEGORIES),
            *_tag_errors(tags),
        )


@frozen
class NewCategory:
    """A category to be, below another or at the top. Without a slug it gets one from its title."""

    title: str
    slug: str | None = None
    parent_id: UUID | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/title", self.title, limit=255, least=1),
            _slug_error(self.slug, self.title),
        )


def _slug_error(slug: str | None, title: str) -> FieldError | None:
    if slug is None:
        return None if slugify(title) else FieldError("/slug", "required", "Cannot be made from this title.")
    if slug and len(slug) <= LIMIT and slugify(slug) == slug:
        return None
    return FieldError("/slug", "invalid-slug", "May hold lower-case letters, digits and single hyphens only.")


def _line_errors(pointer: str, values: Sequence[str], limit: int) -> Iterator[FieldError | None]:
    return (text_error(f"{pointer}/{n}", value, limit=limit, least=1) for n, value in enumerate(values))


def _range_error(pointer: str, value: int, most: int, least: int = 0) -> FieldError | None:
    if least <= value <= most:
        return None
    return FieldError(pointer, "out-of-range", f"Must be from {least} to {most}.")


def _count_error(pointer: str, values: Sequence[object], most: int) -> FieldError | None:
    return FieldError(pointer, "too-many", f"May hold at most {most}.") if len(values) > most else None


def _price_errors(price: Money, compare_at: Money | None) -> Iterator[FieldError | None]:
    yield _range_error("/price", price.amount, MAX_AMOUNT)
    if compare_at is None:
        return
    if compare_at.currency != price.currency:
        yield FieldError("/compare_at_price", "wrong-currency", "Must be in the currency of the price.")
    elif not price < compare_at or compare_at.amount > MAX_AMOUNT:
        yield FieldError("/compare_at_price", "out-of-range", f"Must be above the price, at most {MAX_AMOUNT}.")


def _option_errors(names: Sequence[str]) -> Iterator[FieldError | None]:
    yield _count_error("/option_names", names, MAX_OPTIONS)
    yield from _line_errors("/option_names", names, 255)
    yield from _repeated("/option_names/{}", [name.casefold() for name in names], "duplicate-option")


def _variant_errors(variants: Sequence[NewVariant], options: int) -> Iterator[FieldError | None]:
    if not variants:
        yield FieldError("/variants", "required", "A product has at least one variant.")
    yield _count_error("/variants", variants, MAX_VARIANTS)
    for n, variant in enumerate(variants):
        if len(variant.option_values) != options:
            yield FieldError(f"/variants/{n}/option_values", "wrong-count", "Must hold one value for each option name.")
    yield from _repeated("/variants/{}/option_values", [v.option_values for v in variants], "duplicate-variant")
    yield from _repeated("/variants/{}/sku", [v.sku for v in variants], "duplicate-sku")


def _tag_errors(tags: Sequence[str]) -> Iterator[FieldError | None]:
    yield _count_error("/tags", tags, MAX_TAGS)
    for n, tag in enumerate(tags):
        yield text_error(f"/tags/{n}", tag, limit=255, least=1)
        if not slugify(tag):
            yield FieldError(f"/tags/{n}", "invalid-tag", "Must hold a letter or a digit.")


def _repeated(pointer: str, values: Iterable[Hashable | None], code: str) -> Iterator[FieldError]:
    """An error for each value that was there before; None may be there as often as it likes."""
    seen: set[Hashable] = set()
    for n, value in enumerate(values):
        if value is not None and value in seen:
            yield FieldError(pointer.format(n), code, "Is there twice.")
        seen.add(value)
