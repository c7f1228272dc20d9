"""What a product looks like after a file has spoken: pure, so that an import can be tried without being done."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.catalog.checks import same_spelling
from commerce_core.catalog.errors import ProductStatusConflict
from commerce_core.catalog.model import Product, ProductId, ProductImage, ProductStatus, Seo, Variant, VariantId
from commerce_core.imports.model import ImportedProduct, ImportedStatus, ImportedVariant, LeftOut
from commerce_core.inventory.model import MAX_QUANTITY
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.unset import given


@frozen
class Unmergeable(Exception):
    """A product of the file that cannot be merged with what is in the shop."""

    left_out: LeftOut


@frozen
class Surroundings:
    """What the rest of the shop says to one product: where its pictures are, its categories, its tags."""

    pictures: Mapping[str, str]  # address in the file -> address in the shop
    category_ids: frozenset[UUID]
    tag_ids: frozenset[UUID]


def merge(before: Product | None, said: ImportedProduct, around: Surroundings, new_id: NewId) -> Product:
    """The product as the file wants it. Raises `Unmergeable`.

    What the file does not say stays as it is: an empty cell empties nothing; variants, pictures and categories it does
    not name are kept, behind those it names.
    """
    status = _status(before, said)
    images = _images(before, said, around.pictures, new_id)
    by_url = {image.url: image.id for image in reversed(images)}
    image_ids = {src: by_url[url] for src, url in around.pictures.items()}
    variants = _variants(before, said, image_ids, new_id)
    seo = before.seo if before else Seo()
    return Product(
        id=before.id if before else ProductId(new_id()),
        slug=said.slug,
        title=said.title,
        description=_description(before, said),
        status=status,
        vendor=said.vendor or (before.vendor if before else None),
        option_names=said.option_names,
        variants=variants,
        images=images,
        category_ids=(before.category_ids if before else frozenset()) | around.category_ids,
        tag_ids=around.tag_ids or (before.tag_ids if before else frozenset()),
        attributes=before.attributes if before else {},
        seo=evolve(
            seo,
            meta_title=said.seo_title or seo.meta_title,
            meta_description=said.seo_description or seo.meta_description,
        ),
        version=before.version if before else 1,
    )


def _status(before: Product | None, said: ImportedProduct) -> ProductStatus:
    if before is None:
        return ProductStatus(given(said.status, ImportedStatus.ACTIVE).value)
    status = ProductStatus(given(said.status, before.status).value)
    try:
        before.must_become(status)
    except ProductStatusConflict as error:
        raise Unmergeable(said.left_out(said.line, "status", error.code, str(error))) from error
    return status


def _description(before: Product | None, said: ImportedProduct) -> SafeHtml:
    """What was sanitised once is not sanitised again, so that a second reading cannot differ from the first."""
    if before is not None and said.description_html in {"", before.description.markup}:
        return before.description
    return SafeHtml.sanitize(said.description_html)


def _images(
    before: Product | None, said: ImportedProduct, pictures: Mapping[str, str], new_id: NewId
) -> tuple[ProductImage, ...]:
    left = list(before.images if before else ())
    found: dict[str, ProductImage] = {}
    for image in said.images:
        url = pictures[image.src]
        if url in found:
            continue
        old = next((there for there in left if there.url == url), None)
        if old is not None:
            left.remove(old)
        elif image.ours:
            detail = "The product has no such picture in this shop."
            raise Unmergeable(said.left_out(image.line, "image", "picture-missing", detail))
        alt = image.alt or (old.alt if old else "")
        found[url] = ProductImage(old.id if old else new_id(), url, alt, 0)
    return tuple(evolve(image, position=n) for n, image in enumerate([*found.values(), *left], 1))


def _variants(
    before: Product | None, said: ImportedProduct, image_ids: Mapping[str, UUID], new_id: NewId
) -> tuple[Variant, ...]:
    same = _same(before, said)
    found = []
    for position, (variant, old) in enumerate(zip(said.variants, same, strict=True), 1):
        if old is None and (variant.quantity or 0) > MAX_QUANTITY:
            raise Unmergeable(
                said.left_out(variant.line, "quantity", "out-of-range", f"May be at most {MAX_QUANTITY}.")
            )
        found.append(_variant(old, variant, position, image_ids, new_id))
    left = [variant for variant in (before.variants if before else ()) if variant not in same]
    if before is not None and left and _read(before.option_names) != _read(said.option_names):
        detail = "The product has other options in the shop, and variants that the file does not name."
        raise Unmergeable(said.left_out(said.line, "option1 name", "options-differ", detail))
    taken = {_read(variant.option_values) for variant in left}
    for row in said.variants:
        if _read(row.option_values) in taken:
            detail = "In the shop, another variant than the one with this SKU has the same options."
            raise Unmergeable(said.left_out(row.line, "sku", "duplicate-variant", detail))
    spelt = {(place, same_spelling(text)): text for v in found for place, text in enumerate(v.option_values)}
    return (*found, *(_behind(variant, n, spelt) for n, variant in enumerate(left, len(found) + 1)))


def _behind(variant: Variant, position: int, spelt: Mapping[tuple[int, str], str]) -> Variant:
    """A variant the file does not name, with its options spelt as the file spells them."""
    values = (spelt.get((place, same_spelling(text)), text) for place, text in enumerate(variant.option_values))
    return evolve(variant, position=position, option_values=tuple(values))


def _read(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(same_spelling, texts))


def _same(before: Product | None, said: ImportedProduct) -> list[Variant | None]:
    """The variant of each row: the one with its SKU, else the one with its options, unless that has another SKU.

    All SKUs are looked for first: a row without one must not take the variant that belongs to a later row.
    """
    if before is None:
        return [None] * len(said.variants)
    skus = {variant.sku: variant for variant in before.variants if variant.sku is not None}
    same = [skus.get(row.sku) if row.sku is not None else None for row in said.variants]
    if _read(before.option_names) == _read(said.option_names):
        left = {_read(variant.option_values): variant for variant in before.variants if variant not in same}
        for place, row in enumerate(said.variants):
            there = left.get(_read(row.option_values))
            if same[place] is None and there is not None and (row.sku is None or there.sku is None):
                same[place] = there
    return same


def _variant(
    old: Variant | None, said: ImportedVariant, position: int, image_ids: Mapping[str, UUID], new_id: NewId
) -> Variant:
    image_id = image_ids[said.image_src] if said.image_src else None
    return Variant(
        id=old.id if old else VariantId(new_id()),
        position=position,
        sku=said.sku or (old.sku if old else None),
        barcode=said.barcode or (old.barcode if old else None),
        option_values=said.option_values,
        price=said.price,
        compare_at_price=_former(given(said.compare_at_price, old.compare_at_price if old else None), said.price),
        weight_grams=given(said.grams, old.weight_grams if old else 0),
        taxable=given(said.taxable, old.taxable if old else True),
        requires_shipping=given(said.requires_shipping, old.requires_shipping if old else True),
        image_id=image_id or (old.image_id if old else None),
        tax_class=old.tax_class if old else TaxClass.STANDARD,
    )


def _former(price: Money | None, present: Money) -> Money | None:
    """A former price that the new one has reached is none."""
    return price if price is not None and present < price else None
