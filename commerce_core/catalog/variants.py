"""What operators do with the variants of a product."""

from collections.abc import Sequence
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.drafts import NewOptions, NewVariant, VariantChanges
from commerce_core.catalog.editing import check_skus, check_unused, edit, new_variant
from commerce_core.catalog.errors import ProductVariantNotFound, SkuUnknown
from commerce_core.catalog.model import Product, Variant, VariantId
from commerce_core.catalog.ports import CatalogWork
from commerce_core.catalog.staff_views import PriceView, VariantPlace, VariantReader
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import Money
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import Unset, given


@frozen
class VariantService:
    """Keeps the variants of products. Each method gives the product as it is afterwards, a version further."""

    begin: Begin[CatalogWork]
    read: VariantReader
    new_id: NewId
    currency: str

    @retried
    def add(self, actor: Actor, product_id: UUID, new: NewVariant, expected_version: int | None = None) -> Product:
        """Add a variant behind the others.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale`, `TooManyVariants`, `SkuTaken` or
        `InvalidInput`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        self._check_currency(price=new.price)
        variant = new_variant(VariantId(self.new_id()), 0, new)
        with self.begin() as work:
            check_skus(work, [new.sku], product_id)
            return edit(work, actor, product_id, expected_version, lambda product: product.with_variant(variant))

    @retried
    def change(
        self,
        actor: Actor,
        product_id: UUID,
        variant_id: UUID,
        changes: VariantChanges,
        expected_version: int | None = None,
    ) -> Product:
        """Change what `changes` mentions. Another price is added to the history of prices.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale`, `ProductVariantNotFound`, `SkuTaken` or
        `InvalidInput`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        self._check_currency(price=changes.price, compare_at_price=changes.compare_at_price)
        position = None if isinstance(changes.position, Unset) else changes.position
        with self.begin() as work:
            if isinstance(changes.sku, str):
                check_skus(work, [changes.sku], product_id)
            return edit(
                work,
                actor,
                product_id,
                expected_version,
                lambda p: p.with_changed_variant(_changed(p.variant(variant_id), changes), position),
            )

    @retried
    def remove(self, actor: Actor, product_id: UUID, variant_id: UUID, expected_version: int | None = None) -> Product:
        """Take a variant away that nobody ever ordered, carried or counted.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale`, `ProductVariantNotFound`, `LastVariant` or
        `VariantInUse`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)

        def without(work: CatalogWork, product: Product) -> Product:
            left = product.without_variant(variant_id)
            check_unused(work, [variant_id])
            return left

        with self.begin() as work:
            return edit(work, actor, product_id, expected_version, lambda product: without(work, product))

    @retried
    def set_options(
        self, actor: Actor, product_id: UUID, options: NewOptions, expected_version: int | None = None
    ) -> Product:
        """Rename the options of a product, add one or take one away.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale`, `ProductVariantNotFound` or
        `InvalidInput`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        values = {variant.variant_id: variant.values for variant in options.variants}
        with self.begin() as work:
            return edit(
                work, actor, product_id, expected_version, lambda p: p.with_options(options.option_names, values)
            )

    def find(self, actor: Actor, name: str) -> VariantPlace:
        """A variant by its SKU, or by its id. Raises `PermissionDenied` or `SkuUnknown`."""
        actor.must(Permission.CATALOG_READ)
        found = self.read.by_sku(name)
        if found is None:
            try:
                found = self.read.by_id(UUID(name))
            except ValueError:
                raise SkuUnknown(name) from None
        if found is None:
            raise SkuUnknown(name)
        return found

    def prices(self, actor: Actor, product_id: UUID, variant_id: UUID) -> Sequence[PriceView]:
        """The last 100 prices of a variant, the present one first.

        Raises `PermissionDenied` or `ProductVariantNotFound`.
        """
        actor.must(Permission.CATALOG_READ)
        found = self.read.prices(product_id, variant_id)
        if not found:  # Every variant has an opening price.
            raise ProductVariantNotFound(variant_id)
        return found

    def _check_currency(self, **prices: Money | Unset | None) -> None:
        for name, price in prices.items():
            if isinstance(price, Money) and price.currency != self.currency:
                raise InvalidInput.at(f"/{name}/currency", "wrong-currency", f"This shop sells in {self.currency}.")


def _changed(variant: Variant, changes: VariantChanges) -> Variant:
    return evolve(
        variant,
        price=given(changes.price, variant.price),
        option_values=given(changes.option_values, variant.option_values),
        sku=given(changes.sku, variant.sku),
        barcode=given(changes.barcode, variant.barcode),
        compare_at_price=given(changes.compare_at_price, variant.compare_at_price),
        weight_grams=given(changes.weight_grams, variant.weight_grams),
        taxable=given(changes.taxable, variant.taxable),
        requires_shipping=given(changes.requires_shipping, variant.requires_shipping),
        image_id=given(changes.image_id, variant.image_id),
        tax_class=given(changes.tax_class, variant.tax_class),
    )
