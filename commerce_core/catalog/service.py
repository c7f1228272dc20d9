"""What operators do with the catalogue, and what shoppers read of it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.catalog.drafts import NewCategory, NewImage, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.errors import CategoryNotFound, ProductNotFound, SkuTaken, SlugTaken
from commerce_core.catalog.events import ProductChanged
from commerce_core.catalog.model import CategoryId, Product, ProductId, ProductImage, ProductStatus, Variant, VariantId
from commerce_core.catalog.ports import CatalogWork, Change
from commerce_core.catalog.views import (
    CatalogReader,
    CategoryView,
    ProductCard,
    ProductQuery,
    ProductView,
    StaffProductCard,
    StaffProductQuery,
    StaffProductView,
)
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import Unset, given


@frozen
class CatalogService:
    """Keeps products and categories, and shows them."""

    begin: Begin[CatalogWork]
    read: CatalogReader
    new_id: NewId
    currency: str

    @retried
    def create_product(self, actor: Actor, new: NewProduct) -> Product:
        """Add a product with its variants, pictures, categories and tags.

        Raises `PermissionDenied`, `InvalidInput`, `CategoryNotFound`, `SlugTaken` or `SkuTaken`; then nothing changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        self._check_currency(new.variants)
        with self.begin() as work:
            _check_categories(work, new.category_ids)
            _check_skus(work, new.variants)
            slug = _slug(work, new)
            product = self._product(new, slug, work.tags.ensure(new.tags).values())
            work.products.write([Change(None, product)])
            record_change(work, actor, Change(None, product))
        return product

    @retried
    def change_product(
        self, actor: Actor, product_id: UUID, changes: ProductChanges, expected_version: int | None = None
    ) -> Product:
        """Change what `changes` mentions. Changing nothing is fine and leaves the version as it is.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale`, `ProductStatusConflict`,
        `CategoryNotFound` or `SlugTaken`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            before = _locked(work, product_id)
            before.expect(expected_version)
            after = before.changed(_with(work, before, changes))
            if after is not None:
                work.products.write([Change(before, after)])
                record_change(work, actor, Change(before, after))
        return after or before

    @retried
    def add_image(
        self, actor: Actor, product_id: UUID, image: NewImage, expected_version: int | None = None
    ) -> Product:
        """Add a picture at its position, or behind the others.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale` or `TooManyImages`; then nothing changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            before = _locked(work, product_id)
            before.expect(expected_version)
            with_image = before.with_image(self.new_id(), image.url, image.alt, image.position)
            change = Change(before, evolve(with_image, version=before.version + 1))
            work.products.write([change])
            record_change(work, actor, change)
        return change.after

    @retried
    def create_category(self, actor: Actor, new: NewCategory) -> CategoryId:
        """Add a category, behind its siblings.

        Raises `PermissionDenied`, `CategoryNotFound` for the parent, `SlugTaken`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        category_id = CategoryId(self.new_id())
        slug = Slug(new.slug) if new.slug else Slug.of(new.title)
        with self.begin() as work:
            if new.parent_id is not None and work.categories.missing([new.parent_id]):
                raise CategoryNotFound(new.parent_id)
            if work.categories.by_slug(slug) is not None:
                raise SlugTaken(slug.value)
            work.categories.add(category_id, new.title, slug, new.parent_id)
            changes: dict[str, tuple[object, object]] = {"title": (None, new.title), "slug": (None, slug.value)}
            work.audit.record(AuditEntry(actor, "category.created", "category", str(category_id), changes))
        return category_id

    def products(self, query: ProductQuery) -> Page[ProductCard]:
        """A page of what shoppers can see."""
        return self.read.products(query)

    def products_json(self, query: ProductQuery) -> bytes:
        """The same, as it is served."""
        return self.read.products_json(query)

    def product(self, slug: str) -> ProductView:
        """The page of a product. Raises `ProductNotFound`, also for one that shoppers may not see."""
        found = self.read.product(slug)
        if found is None:
            raise ProductNotFound(slug)
        return found

    def product_json(self, slug: str) -> bytes:
        """The same, as it is served. Raises `ProductNotFound`."""
        found = self.read.product_json(slug)
        if found is None:
            raise ProductNotFound(slug)
        return found

    def categories(self) -> Sequence[CategoryView]:
        """The tree of categories."""
        return self.read.categories()

    def staff_product(self, actor: Actor, product_id: UUID) -> StaffProductView:
        """A product in any status. Raises `PermissionDenied` or `ProductNotFound`."""
        actor.must(Permission.CATALOG_READ)
        found = self.read.staff_product(product_id)
        if found is None:
            raise ProductNotFound(str(product_id))
        return found

    def list_products(self, actor: Actor, query: StaffProductQuery) -> Page[StaffProductCard]:
        """Products in any status, newest first. Raises `PermissionDenied`."""
        actor.must(Permission.CATALOG_READ)
        return self.read.staff_products(query)

    def _check_currency(self, variants: Sequence[NewVariant]) -> None:
        detail = f"This shop sells in {self.currency}."
        errors = tuple(
            FieldError(f"/variants/{n}/price/currency", "wrong-currency", detail)
            for n, variant in enumerate(variants)
            if variant.price.currency != self.currency
        )
        if errors:
            raise InvalidInput(errors)

    def _product(self, new: NewProduct, slug: Slug, tag_ids: Iterable[UUID]) -> Product:
        product = Product(
            id=ProductId(self.new_id()),
            slug=slug,
            title=new.title,
            description=SafeHtml.sanitize(new.description_html),
            status=new.status,
            vendor=new.vendor,
            option_names=new.option_names,
            variants=tuple(self._variant(n, variant) for n, variant in enumerate(new.variants, 1)),
            category_ids=frozenset(new.category_ids),
            tag_ids=frozenset(tag_ids),
            seo=new.seo,
        )
        for image in new.images:
            product = product.with_image(self.new_id(), image.url, image.alt, image.position)
        return product

    def _variant(self, position: int, new: NewVariant) -> Variant:
        return Variant(
            id=VariantId(self.new_id()),
            position=position,
            sku=new.sku,
            barcode=new.barcode,
            option_values=new.option_values,
            price=new.price,
            compare_at_price=new.compare_at_price,
            weight_grams=new.weight_grams,
            taxable=new.taxable,
            requires_shipping=new.requires_shipping,
        )


def record_change(work: CatalogWork, actor: Actor, change: Change) -> None:
    """Write down who changed a product and how, and that it happened."""
    action = "product.created" if change.before is None else "product.changed"
    work.audit.record(AuditEntry(actor, action, "product", str(change.after.id), _differences(change)))
    work.outbox.append(ProductChanged(change.after.id, change.after.version))


def _differences(change: Change) -> dict[str, tuple[object, object]]:
    """What an auditor wants to read: short fields with their values, long ones by the fact that they changed."""
    old, new = (None if product is None else _summary(product) for product in (change.before, change.after))
    if new is None:
        return {}
    return {name: (old and old[name], value) for name, value in new.items() if old is None or old[name] != value}


def _summary(product: Product) -> dict[str, object]:
    return {
        "title": product.title,
        "slug": product.slug.value,
        "status": product.status.value,
        "vendor": product.vendor,
        "description_characters": len(product.description.markup),
        "prices": [str(variant.price) for variant in product.variants],
        "skus": [variant.sku for variant in product.variants],
        "images": [image.url for image in sorted(product.images, key=_place)],
        "category_ids": sorted(str(category_id) for category_id in product.category_ids),
        "tag_ids": sorted(str(tag_id) for tag_id in product.tag_ids),
    }


def _place(image: ProductImage) -> int:
    return image.position


def _locked(work: CatalogWork, product_id: UUID) -> Product:
    product = work.products.lock(product_id)
    if product is None:
        raise ProductNotFound(str(product_id))
    return product


def _with(work: CatalogWork, product: Product, changes: ProductChanges) -> Product:
    status: ProductStatus = given(changes.status, product.status)
    product.must_become(status)
    slug = product.slug if isinstance(changes.slug, Unset) else Slug(changes.slug)
    if slug != product.slug and work.products.slug_owners([slug.value]):
        raise SlugTaken(slug.value)
    categories = product.category_ids
    if not isinstance(changes.category_ids, Unset):
        _check_categories(work, changes.category_ids)
        categories = frozenset(changes.category_ids)
    tags = product.tag_ids
    if not isinstance(changes.tags, Unset):
        tags = frozenset(work.tags.ensure(changes.tags).values())
    description = product.description
    if not isinstance(changes.description_html, Unset):
        description = SafeHtml.sanitize(changes.description_html)
    return evolve(
        product,
        slug=slug,
        title=given(changes.title, product.title),
        description=description,
        status=status,
        vendor=given(changes.vendor, product.vendor),
        category_ids=categories,
        tag_ids=tags,
    )


def _slug(work: CatalogWork, new: NewProduct) -> Slug:
    if new.slug is None:
        return work.products.free_slug(Slug.of(new.title))
    if work.products.slug_owners([new.slug]):
        raise SlugTaken(new.slug)
    return Slug(new.slug)


def _check_categories(work: CatalogWork, ids: Sequence[UUID]) -> None:
    for missing in work.categories.missing(ids) if ids else ():
        raise CategoryNotFound(missing)


def _check_skus(work: CatalogWork, variants: Sequence[NewVariant]) -> None:
    skus = [variant.sku for variant in variants if variant.sku is not None]
    for sku in work.products.sku_owners(skus) if skus else ():
        raise SkuTaken(sku)
