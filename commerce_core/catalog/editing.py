"""How a product is changed, whatever is changed about it: lock, decide, write, and write down that it was written."""

import hashlib
from collections.abc import Callable, Sequence
from uuid import UUID

from attrs import asdict

from commerce_core.access.model import Actor, AuditEntry, Changes
from commerce_core.catalog.drafts import NewVariant, SeoChanges
from commerce_core.catalog.errors import ProductNotFound, SkuTaken, VariantInUse
from commerce_core.catalog.events import ProductChanged
from commerce_core.catalog.model import Product, ProductImage, Seo, Variant, VariantId
from commerce_core.catalog.ports import CatalogWork, Change
from commerce_core.kernel.unset import given


def edit(
    work: CatalogWork,
    actor: Actor,
    product_id: UUID,
    expected_version: int | None,
    decide: Callable[[Product], Product],
) -> Product:
    """The product after `decide`, written and recorded when it is different.

    Raises `ProductNotFound`, `ProductVersionStale`, and what `decide` raises.
    """
    before = locked(work, product_id)
    before.expect(expected_version)
    after = before.changed(decide(before))
    if after is None:
        return before
    work.products.write([Change(before, after)])
    record_change(work, actor, Change(before, after))
    return after


def locked(work: CatalogWork, product_id: UUID) -> Product:
    """The product, locked. Raises `ProductNotFound`."""
    product = work.products.lock(product_id)
    if product is None:
        raise ProductNotFound(str(product_id))
    return product


def check_skus(work: CatalogWork, skus: Sequence[str | None], owner: UUID | None = None) -> None:
    """Raises `SkuTaken` when one of these belongs to another product."""
    wanted = [sku for sku in skus if sku is not None]
    for sku, product_id in (work.products.sku_owners(wanted) if wanted else {}).items():
        if product_id != owner:
            raise SkuTaken(sku)


def check_unused(work: CatalogWork, variant_ids: Sequence[UUID]) -> None:
    """Raises `VariantInUse` when somebody has ordered, carried or counted one of these."""
    for variant_id, used_in in work.products.uses(variant_ids).items():
        raise VariantInUse(variant_id, used_in)


def new_variant(variant_id: VariantId, position: int, new: NewVariant) -> Variant:
    """A variant as it begins."""
    return Variant(
        id=variant_id,
        position=position,
        sku=new.sku,
        barcode=new.barcode,
        option_values=new.option_values,
        price=new.price,
        compare_at_price=new.compare_at_price,
        weight_grams=new.weight_grams,
        taxable=new.taxable,
        requires_shipping=new.requires_shipping,
        tax_class=new.tax_class,
    )


def changed_seo(seo: Seo, changes: SeoChanges) -> Seo:
    """What search engines are told after a change."""
    return Seo(
        meta_title=given(changes.meta_title, seo.meta_title),
        meta_description=given(changes.meta_description, seo.meta_description),
        canonical_url=given(changes.canonical_url, seo.canonical_url),
        og_image=given(changes.og_image, seo.og_image),
        noindex=given(changes.noindex, seo.noindex),
    )


def record_change(work: CatalogWork, actor: Actor, change: Change) -> None:
    """Write down who changed a product and how, and that it happened."""
    action = "product.created" if change.before is None else "product.changed"
    changes = _differences(change.before, change.after)
    work.audit.record(AuditEntry(actor, action, "product", str(change.after.id), changes))
    work.outbox.append(ProductChanged(change.after.id, change.after.version))


def record_removal(work: CatalogWork, actor: Actor, product: Product) -> None:
    """Write down who took a product away and what it was, and that it happened."""
    changes = _differences(product, None)
    work.audit.record(AuditEntry(actor, "product.deleted", "product", str(product.id), changes))
    work.outbox.append(ProductChanged(product.id, product.version + 1))


def _differences(before: Product | None, after: Product | None) -> Changes:
    old, new = _summary(before), _summary(after)
    return {name: (old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)}


def _summary(product: Product | None) -> dict[str, object]:
    """All that an auditor wants to read: the description by its digest, what belongs to variants in lists."""
    if product is None:
        return {}
    images = sorted(product.images, key=_place)
    return {
        "title": product.title,
        "slug": product.slug.value,
        "status": product.status.value,
        "vendor": product.vendor,
        "description": _digest(product.description.markup),
        "option_names": list(product.option_names),
        "variants": [variant.title for variant in product.variants],
        "prices": [str(variant.price) for variant in product.variants],
        "compare_at_prices": [
            variant.compare_at_price and str(variant.compare_at_price) for variant in product.variants
        ],
        "skus": [variant.sku for variant in product.variants],
        "barcodes": [variant.barcode for variant in product.variants],
        "weights_grams": [variant.weight_grams for variant in product.variants],
        "taxable": [variant.taxable for variant in product.variants],
        "tax_classes": [variant.tax_class.value for variant in product.variants],
        "requires_shipping": [variant.requires_shipping for variant in product.variants],
        "variant_images": [variant.image_id and str(variant.image_id) for variant in product.variants],
        "images": [image.url for image in images],
        "image_alts": [image.alt for image in images],
        "category_ids": sorted(str(category_id) for category_id in product.category_ids),
        "tag_ids": sorted(str(tag_id) for tag_id in product.tag_ids),
        "attributes": dict(product.attributes),
        **asdict(product.seo),
    }


def _digest(text: str) -> str | None:
    """What a long text was, without it: whoever has a copy can show that it is the one."""
    return f"{len(text)} characters, sha256 {hashlib.sha256(text.encode()).hexdigest()}" if text else None


def _place(image: ProductImage) -> int:
    return image.position
