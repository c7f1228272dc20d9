"""Variants and options of a product, for operators."""

from typing import Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.drafts import NewOptions, NewVariant, VariantChanges
from commerce_core.catalog.errors import (
    LastVariant,
    ProductNotFound,
    ProductVariantNotFound,
    ProductVersionStale,
    SkuTaken,
    TooManyVariants,
    VariantInUse,
)
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.staff_views import PriceHistory
from commerce_core.catalog.variants import VariantService
from commerce_core.catalog.views import StaffProductView

_BODY_LIMIT = 250_000  # bytes: 250 variants with three long values each fit


@frozen
class AddVariant(NewVariant):
    """One thing to buy, with a value for each option of its product. A barcode is a GTIN; weight is in grams."""

    example: ClassVar[dict[str, Any]] = {
        "price": {"amount": 2490, "currency": "EUR"},
        "option_values": ["Huge"],
        "sku": "MUG-XL",
        "barcode": "4006381333931",
    }


@frozen
class ChangeVariant(VariantChanges):
    """What is to be different. At another position the others move on; `image_id` is one of the product's pictures."""

    example: ClassVar[dict[str, Any]] = {
        "price": {"amount": 1990, "currency": "EUR"},
        "compare_at_price": {"amount": 2490, "currency": "EUR"},
        "position": 1,
    }


@frozen
class SetOptions(NewOptions):
    """The options of a product. Renaming keeps the values; where one comes or goes, say those of every variant."""

    example: ClassVar[dict[str, Any]] = {"option_names": ["Capacity"]}


@frozen
class _ProductAnswers:
    """Every change of a variant is answered with its product."""

    variants: VariantService
    catalog: CatalogService

    def _product(self, actor: Actor, product_id: UUID) -> Answer:
        found = self.catalog.staff_product(actor, product_id)
        return Answer(found).at_version(found.version)


@frozen
class AdminProductVariants(_ProductAnswers):
    """`/v1/admin/products/{product_id}/variants`."""

    @operation(
        "Add a variant",
        answers={201: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, TooManyVariants, SkuTaken),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, product_id: UUID, body: AddVariant, if_match: int | None) -> Answer:
        """Behind the others."""
        changed = self.variants.add(actor, product_id, body, if_match)
        found = self.catalog.staff_product(actor, product_id)
        where = f"/v1/admin/products/{product_id}/variants/{changed.variants[-1].id}"
        return Answer.created(found, where).at_version(found.version)


@frozen
class AdminProductVariant(_ProductAnswers):
    """`/v1/admin/products/{product_id}/variants/{variant_id}`."""

    @operation(
        "Change a variant",
        answers={200: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, ProductVariantNotFound, SkuTaken),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_patch(
        self, actor: Actor, product_id: UUID, variant_id: UUID, body: ChangeVariant, if_match: int | None
    ) -> Answer:
        """JSON Merge Patch. Another price is kept in the history of prices. The version is that of the product."""
        self.variants.change(actor, product_id, variant_id, body, if_match)
        return self._product(actor, product_id)

    @operation(
        "Remove a variant",
        answers={200: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, ProductVariantNotFound, LastVariant, VariantInUse),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_delete(self, actor: Actor, product_id: UUID, variant_id: UUID, if_match: int | None) -> Answer:
        """As long as nobody ever ordered, carried or counted it."""
        self.variants.remove(actor, product_id, variant_id, if_match)
        return self._product(actor, product_id)


@frozen
class AdminProductOptions(_ProductAnswers):
    """`/v1/admin/products/{product_id}/options`."""

    @operation(
        "Set the options of a product",
        answers={200: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, ProductVariantNotFound),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        body_limit=_BODY_LIMIT,
    )
    def on_put(self, actor: Actor, product_id: UUID, body: SetOptions, if_match: int | None) -> Answer:
        """Rename them, add one or take one away; up to three."""
        self.variants.set_options(actor, product_id, body, if_match)
        return self._product(actor, product_id)


@frozen
class AdminVariantPrices:
    """`/v1/admin/products/{product_id}/variants/{variant_id}/prices`."""

    variants: VariantService

    @operation(
        "Read the prices a variant has had",
        answers={200: PriceHistory},
        refusals=(ProductVariantNotFound,),
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, product_id: UUID, variant_id: UUID) -> Answer:
        """The last hundred, the present one first."""
        return Answer(PriceHistory(tuple(self.variants.prices(actor, product_id, variant_id))))
