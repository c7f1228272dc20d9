"""What operators do with products as a whole, and what shoppers read of them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.addresses import claim_product_slug
from commerce_core.catalog.checks import AttributeValue, attribute_errors, refuse
from commerce_core.catalog.drafts import NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.editing import (
    changed_seo,
    check_skus,
    check_unused,
    edit,
    locked,
    new_variant,
    record_change,
    record_removal,
)
from commerce_core.catalog.errors import CategoryNotFound, ProductNotFound
from commerce_core.catalog.model import Product, ProductId, ProductStatus, RedirectKind, VariantId
from commerce_core.catalog.ports import CatalogWork, Change
from commerce_core.catalog.queries import ProductQuery, StaffProductQuery
from commerce_core.catalog.views import (
    CatalogReader,
    CategoryPage,
    CategoryView,
    ProductList,
    ProductView,
    Rendered,
    StaffProductCard,
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
    """Keeps products, and shows them. Their variants and pictures have services of their own."""

    begin: Begin[CatalogWork]
    read: CatalogReader
    new_id: NewId
    currency: str

    @retried
    def create_product(self, actor: Actor, new: NewProduct) -> Product:
        """Add a product with its variants, pictures, categories and tags.

        Raises `PermissionDenied`, `InvalidInput`, `CategoryNotFound`, `SlugTaken`, `SlugRetired` or `SkuTaken`; then
        nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        self._check_currency(new.variants)
        with self.begin() as work:
            _check_categories(work, new.category_ids)
            check_skus(work, [variant.sku for variant in new.variants])
            slug = _slug(work, actor, new)
            product = self._product(new, slug, work.tags.ensure(new.tags).values())
            work.products.write([Change(None, product)])
            record_change(work, actor, Change(None, product))
        return product

    @retried
    def change_product(
        self, actor: Actor, product_id: UUID, changes: ProductChanges, expected_version: int | None = None
    ) -> Product:
        """Change what `changes` mentions. Changing nothing is fine and leaves the version as it is.

        With another slug, the old address leads to the new one from then on. Raises `PermissionDenied`,
        `ProductNotFound`, `ProductVersionStale`, `ProductStatusConflict`, `CategoryNotFound`, `SlugTaken`,
        `SlugRetired` or `InvalidInput`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            return edit(work, actor, product_id, expected_version, lambda p: self._changed(work, actor, p, changes))

    @retried
    def delete_product(self, actor: Actor, product_id: UUID, expected_version: int | None = None) -> None:
        """Take a product away for good, as long as nobody ever ordered, carried or counted a variant of it.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale` or `VariantInUse`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            product = locked(work, product_id)
            product.expect(expected_version)
            check_unused(work, [variant.id for variant in product.variants])
            work.redirects.lock()
            work.redirects.forget(RedirectKind.PRODUCT, product.slug.value)
            work.products.remove(product)
            record_removal(work, actor, product)

    def products(self, query: ProductQuery) -> ProductList:
        """A page of what shoppers can see."""
        return self.read.products(query)

    def products_json(self, query: ProductQuery) -> Rendered:
        """The same, as it is served."""
        return self.read.products_json(query)

    def product(self, slug: str) -> ProductView:
        """The page of a product. Raises `ProductNotFound`, also for one that shoppers may not see."""
        found = self.read.product(slug)
        if found is None:
            raise ProductNotFound(slug)
        return found

    def product_json(self, slug: str) -> Rendered:
        """The same, as it is served. Raises `ProductNotFound`."""
        found = self.read.product_json(slug)
        if found is None:
            raise ProductNotFound(slug)
        return found

    def categories(self) -> Sequence[CategoryView]:
        """The tree of categories."""
        return self.read.categories()

    def category(self, slug: str) -> CategoryPage:
        """The page of a category. Raises `CategoryNotFound`."""
        found = self.read.category(slug)
        if found is None:
            raise CategoryNotFound(slug)
        return found

    def staff_product(self, actor: Actor, product_id: UUID) -> StaffProductView:
        """A product in any status. Raises `PermissionDenied` or `ProductNotFound`."""
        actor.must(Permission.CATALOG_READ)
        found = self.read.staff_product(product_id)
        if found is None:
            raise ProductNotFound(str(product_id))
        return found

    def product_at(self, actor: Actor, slug: str) -> UUID:
        """Which product has this slug, in any status. Raises `PermissionDenied` or `ProductNotFound`."""
        actor.must(Permission.CATALOG_READ)
        found = self.read.product_at(slug)
        if found is None:
            raise ProductNotFound(slug)
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
            variants=tuple(new_variant(VariantId(self.new_id()), n, v) for n, v in enumerate(new.variants, 1)),
            category_ids=frozenset(new.category_ids),
            tag_ids=frozenset(tag_ids),
            seo=new.seo,
            attributes=dict(new.attributes),
        )
        for image in new.images:
            product = product.with_image(self.new_id(), image.url, image.alt, image.position)
        return product

    def _changed(self, work: CatalogWork, actor: Actor, product: Product, changes: ProductChanges) -> Product:
        status: ProductStatus = given(changes.status, product.status)
        product.must_become(status)
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
            slug=self._moved(work, actor, product, changes),
            title=given(changes.title, product.title),
            description=description,
            status=status,
            vendor=given(changes.vendor, product.vendor),
            category_ids=categories,
            tag_ids=tags,
            seo=product.seo if isinstance(changes.seo, Unset) else changed_seo(product.seo, changes.seo),
            attributes=_merged(product.attributes, changes.attributes),
        )

    def _moved(self, work: CatalogWork, actor: Actor, product: Product, changes: ProductChanges) -> Slug:
        """The slug after a change. The old address keeps on leading here."""
        slug = product.slug if isinstance(changes.slug, Unset) else Slug(changes.slug)
        if slug != product.slug:
            claim_product_slug(work, actor, slug, present=product.slug, reuse=changes.reuse_slug)
            work.redirects.move(RedirectKind.PRODUCT, product.slug, slug, self.new_id())
        return slug


def _merged(
    attributes: Mapping[str, AttributeValue], changes: Mapping[str, AttributeValue | None] | Unset | None
) -> Mapping[str, AttributeValue]:
    if isinstance(changes, Unset):
        return attributes
    if changes is None:
        return {}
    merged = {**attributes, **changes}
    left = {name: value for name, value in merged.items() if value is not None}
    refuse(*attribute_errors(left))
    return left


def _slug(work: CatalogWork, actor: Actor, new: NewProduct) -> Slug:
    if new.slug is None:
        return work.products.free_slug(Slug.of(new.title))
    slug = Slug(new.slug)
    claim_product_slug(work, actor, slug, present=None, reuse=new.reuse_slug)
    return slug


def _check_categories(work: CatalogWork, ids: Sequence[UUID]) -> None:
    for missing in work.categories.missing(ids) if ids else ():
        raise CategoryNotFound(missing)
