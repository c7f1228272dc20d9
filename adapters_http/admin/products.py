"""Products for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.drafts import NewImage, NewProduct, ProductChanges
from commerce_core.catalog.errors import (
    CategoryNotFound,
    ProductNotFound,
    ProductStatusConflict,
    ProductVersionStale,
    SkuTaken,
    SlugTaken,
    TooManyImages,
)
from commerce_core.catalog.model import ProductStatus
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.views import StaffProductCard, StaffProductQuery, StaffProductView
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page

_BODY_LIMIT = 1_000_000  # bytes: a long description and 250 variants fit


@frozen
class StaffProductListQuery:
    """Which products, and which page of them."""

    status: ProductStatus | None = None
    q: Annotated[str, Limits(most=200)] | None = None
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
    }


@frozen
class ChangeProduct(ProductChanges):
    """What is to be different. Lists are replaced as a whole."""

    example: ClassVar[dict[str, Any]] = {"title": "Sky blue mug", "vendor": None}


@frozen
class AddImage(NewImage):
    """A picture that is somewhere already. Position 1 is the cover; without one it comes last."""

    example: ClassVar[dict[str, Any]] = {"url": "https://pictures.example/mug.webp", "alt": "A blue mug", "position": 1}


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
        wanted = StaffProductQuery(query.status, query.q, query.page, query.per_page)
        return Answer(self.catalog.list_products(actor, wanted))

    @operation(
        "Create a product",
        answers={201: StaffProductView},
        refusals=(CategoryNotFound, SlugTaken, SkuTaken),
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
        refusals=(ProductNotFound, ProductVersionStale, ProductStatusConflict, CategoryNotFound, SlugTaken),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        body_limit=_BODY_LIMIT,
    )
    def on_patch(self, actor: Actor, product_id: UUID, body: ChangeProduct, if_match: int | None) -> Answer:
        """JSON Merge Patch: what is not mentioned stays."""
        self.catalog.change_product(actor, product_id, body, if_match)
        found = self.catalog.staff_product(actor, product_id)
        return Answer(found).at_version(found.version)


@frozen
class AdminProductImages:
    """`/v1/admin/products/{product_id}/images`."""

    catalog: CatalogService

    @operation(
        "Add a picture",
        answers={201: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, TooManyImages),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, product_id: UUID, body: AddImage, if_match: int | None) -> Answer:
        """At its position, the others move on; or behind the others."""
        self.catalog.add_image(actor, product_id, body, if_match)
        found = self.catalog.staff_product(actor, product_id)
        return Answer.created(found, f"/v1/admin/products/{product_id}").at_version(found.version)
