"""Products for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import asdict, frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.drafts import NewProduct, ProductChanges, SeoChanges
from commerce_core.catalog.errors import (
    CategoryNotFound,
    ProductNotFound,
    ProductStatusConflict,
    ProductVersionStale,
    SkuTaken,
    SlugRetired,
    SlugTaken,
    VariantInUse,
)
from commerce_core.catalog.model import ProductStatus, Seo
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.views import StaffProductCard, StaffProductView
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page

_BODY_LIMIT = 1_000_000  # bytes: a long description and 250 variants fit


@frozen
class StaffProductListQuery:
    """Which products, and which page of them."""

    status: ProductStatus | None = None
    q: Annotated[str, Limits(most=200)] | None = None
    category: Annotated[str, Limits(most=200)] | None = None
    in_stock: bool | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class CreateProduct(NewProduct):
    """A product to be. Without a slug it gets one from its title; tags that do not exist yet are made."""

    example: ClassVar[dict[str, Any]] = {
        "title": "Blue mug",
        "description_html": "<p>Holds a quarter of a litre.</p>",
        "status": "ACTIVE",
        "option_names": ["Size"],
        "variants": [
            {"price": {"amount": 1490, "currency": "EUR"}, "option_values": ["Small"]},
            {"price": {"amount": 1990, "currency": "EUR"}, "option_values": ["Large"]},
        ],
        "tags": ["Kitchen"],
        "attributes": {"material": "stoneware", "height_cm": 9.5, "dishwasher": True},
    }


@frozen
class ChangeProduct(ProductChanges):
    """What is to be different. Lists are replaced as a whole, attributes merged; an old slug leads to the new one."""

    example: ClassVar[dict[str, Any]] = {"title": "Sky blue mug", "vendor": None}


@frozen
class ChangeSeo(SeoChanges):
    """What search engines shall be told; null says that they take it from title and description again."""

    example: ClassVar[dict[str, Any]] = {"meta_title": "A blue mug for tea", "noindex": False}


@frozen
class AdminProducts:
    """`/v1/admin/products`."""

    catalog: CatalogService

    @operation(
        "List products in any status",
        answers={200: Page[StaffProductCard]},
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, query: StaffProductListQuery) -> Answer:
        """Newest first. `q` looks for words of the product, or for a SKU."""
        wanted = StaffProductQuery(**asdict(query))
        return Answer(self.catalog.list_products(actor, wanted))

    @operation(
        "Create a product",
        answers={201: StaffProductView},
        refusals=(CategoryNotFound, SlugTaken, SlugRetired, SkuTaken),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
        body_limit=_BODY_LIMIT,
    )
    def on_post(self, actor: Actor, body: CreateProduct) -> Answer:
        """A draft, unless it says otherwise."""
        product = self.catalog.create_product(actor, body)
        found = self.catalog.staff_product(actor, product.id)
        return Answer.created(found, f"/v1/admin/products/{product.id}").at_version(found.version)


@frozen
class AdminProduct:
    """`/v1/admin/products/{product_id}`."""

    catalog: CatalogService

    @operation(
        "Read a product in any status",
        answers={200: StaffProductView},
        refusals=(ProductNotFound,),
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, product_id: UUID) -> Answer:
        """With its variants and pictures."""
        found = self.catalog.staff_product(actor, product_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a product",
        answers={200: StaffProductView},
        refusals=(
            ProductNotFound,
            ProductVersionStale,
            ProductStatusConflict,
            CategoryNotFound,
            SlugTaken,
            SlugRetired,
        ),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        body_limit=_BODY_LIMIT,
    )
    def on_patch(self, actor: Actor, product_id: UUID, body: ChangeProduct, if_match: int | None) -> Answer:
        """JSON Merge Patch: what is not mentioned stays."""
        self.catalog.change_product(actor, product_id, body, if_match)
        found = self.catalog.staff_product(actor, product_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Delete a product",
        answers={204: None},
        refusals=(ProductNotFound, ProductVersionStale, VariantInUse),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_delete(self, actor: Actor, product_id: UUID, if_match: int | None) -> Answer:
        """For good, as long as nobody ever ordered, carried or counted it. Otherwise archive it."""
        self.catalog.delete_product(actor, product_id, if_match)
        return Answer.nothing()


@frozen
class AdminProductSeo:
    """`/v1/admin/products/{product_id}/seo`."""

    catalog: CatalogService

    @operation(
        "Read what search engines are told of a product",
        answers={200: Seo},
        refusals=(ProductNotFound,),
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, product_id: UUID) -> Answer:
        """What somebody wrote; null is taken from the product."""
        found = self.catalog.staff_product(actor, product_id)
        return Answer(found.seo).at_version(found.version)

    @operation(
        "Change what search engines are told of a product",
        answers={200: Seo},
        refusals=(ProductNotFound, ProductVersionStale),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_patch(self, actor: Actor, product_id: UUID, body: ChangeSeo, if_match: int | None) -> Answer:
        """JSON Merge Patch. The version is that of the product."""
        changed = self.catalog.change_product(actor, product_id, ProductChanges(seo=body), if_match)
        return Answer(changed.seo).at_version(changed.version)
