"""What a product looks like after a file has spoken: pure, so that an import can be tried without being done."""

from collections.abc import Mapping
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.catalog.drafts import MAX_OPTION_VALUE
from commerce_core.catalog.errors import ProductStatusConflict
from commerce_core.catalog.model import Product, ProductId, ProductImage, ProductStatus, Seo, Variant, VariantId
from commerce_core.imports.model import ImportedProduct, ImportedVariant, RowProblem
from commerce_core.inventory.model import MAX_QUANTITY
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.slug import slugify


@frozen
class RowError(Exception):
    """A product of the file that cannot be merged with what is in the shop."""

    problem: RowProblem


@frozen
class Surroundings:
    """What the rest of the shop says to one product: where its pictures are, its categories, its tags."""

    pictures: Mapping[str, str]  # address in the file -> address in the shop
    category_ids: frozenset[UUID]
    tag_ids: frozenset[UUID]


def merge(before: Product | None, said: ImportedProduct, around: Surroundings, new_id: NewId) -> Product:
    """The product as the file wants it. Raises `RowError`.

    What the file does not say stays as it is: an empty cell empties nothing; variants, pictures and categories it does
    not name are kept, behind those it names.
    """
    _check(before, said)
    images = _images(before, said, around.pictures, new_id)
    by_url = {image.url: image.id for image in images}
    image_ids = {src: by_url[url] for src, url in around.pictures.items() if url in by_url}
    variants = _variants(before, said, image_ids, new_id)
    seo = before.seo if before else Seo()
    return Product(
        id=before.id if before else ProductId(new_id()),
        slug=said.slug,
        title=said.title,
        description=SafeHtml.sanitize(said.description_html)
        if said.description_html or before is None
        else before.description,
        status=ProductStatus(said.status.value),
        vendor=said.vendor or (before.vendor if before else None),
        option_names=said.option_names,
        variants=variants,
        images=images,
        category_ids=(before.category_ids if before else frozenset()) | around.category_ids,
        tag_ids=around.tag_ids or (before.tag_ids if before else frozenset()),
        seo=evolve(
            seo,
            meta_title=said.seo_title or seo.meta_title,
            meta_description=said.seo_description or seo.meta_description,
        ),
        version=before.version if before else 1,
    )


def _check(before: Product | None, said: ImportedProduct) -> None:
    for column, words in (("Tags", said.tags), ("Type", (said.type,) if said.type else ())):
        if not all(slugify(word) for word in words):
            raise RowError(RowProblem(said.line, column, "invalid-word", "Must hold a letter or a digit."))
    for variant in said.variants:
        if any(len(value) > MAX_OPTION_VALUE for value in variant.option_values):
            detail = f"May hold at most {MAX_OPTION_VALUE} characters."
            raise RowError(RowProblem(variant.line, "Option value", "too-long", detail))
        if (variant.quantity or 0) > MAX_QUANTITY:
            detail = f"May be at most {MAX_QUANTITY}."
            raise RowError(RowProblem(variant.line, "Variant Inventory Qty", "out-of-range", detail))
    if before is not None:
        try:
            before.must_become(ProductStatus(said.status.value))
        except ProductStatusConflict as error:
            raise RowError(RowProblem(said.line, "Status", error.code, str(error))) from error


def _images(
    before: Product | None, said: ImportedProduct, pictures: Mapping[str, str], new_id: NewId
) -> tuple[ProductImage, ...]:
    there = {image.url: image for image in (before.images if before else ())}
    found: dict[str, ProductImage] = {}
    for image in said.images:
        url = pictures[image.src]
        old = there.pop(url, None)
        if url not in found:
            alt = image.alt or (old.alt if old else "")
            found[url] = ProductImage(old.id if old else new_id(), url, alt, 0)
    in_order = [*found.values(), *there.values()]
    return tuple(evolve(image, position=n) for n, image in enumerate(in_order, 1))


def _variants(
    before: Product | None, said: ImportedProduct, image_ids: Mapping[str, UUID], new_id: NewId
) -> tuple[Variant, ...]:
    left = list(before.variants if before else ())
    found = []
    for position, variant in enumerate(said.variants, 1):
        old = _same(left, variant, said, before)
        if old is not None:
            left.remove(old)
        found.append(_variant(old, variant, position, image_ids, new_id))
    if before is not None and left and before.option_names != said.option_names:
        detail = "The product has other options in the shop, and variants that the file does not name."
        raise RowError(RowProblem(said.line, "Option1 Name", "options-differ", detail))
    taken = {variant.option_values for variant in left}
    for row in said.variants:
        if row.option_values in taken:
            detail = "Another variant in the shop has the same options and another SKU."
            raise RowError(RowProblem(row.line, "Variant SKU", "duplicate-variant", detail))
    return (*found, *(evolve(variant, position=n) for n, variant in enumerate(left, len(found) + 1)))


def _same(
    candidates: list[Variant], said: ImportedVariant, product: ImportedProduct, before: Product | None
) -> Variant | None:
    """The variant of a row: the one with its SKU, else the one with its options, unless that has a SKU of its own."""
    if said.sku is not None:
        with_sku = next((variant for variant in candidates if variant.sku == said.sku), None)
        if with_sku is not None:
            return with_sku
    if before is None or before.option_names != product.option_names:
        return None
    for variant in candidates:
        if variant.option_values == said.option_values and (said.sku is None or variant.sku is None):
            return variant
    return None


def _variant(
    old: Variant | None, said: ImportedVariant, position: int, image_ids: Mapping[str, UUID], new_id: NewId
) -> Variant:
    image_id = image_ids.get(said.image_src) if said.image_src else None
    return Variant(
        id=old.id if old else VariantId(new_id()),
        position=position,
        sku=said.sku or (old.sku if old else None),
        barcode=said.barcode or (old.barcode if old else None),
        option_values=said.option_values,
        price=said.price,
        compare_at_price=said.compare_at_price,
        weight_grams=said.grams,
        taxable=said.taxable,
        requires_shipping=said.requires_shipping,
        image_id=image_id or (old.image_id if old else None),
    )
