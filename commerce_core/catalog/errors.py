"""Refusals about the catalogue."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion


@frozen
class ProductNotFound(NotFound):
    """No such product, or not one shoppers may see."""

    code = "product-not-found"
    detail = "There is no product {product}."
    product: str  # the id or the slug that was asked for


@frozen
class CategoryNotFound(NotFound):
    """No such category."""

    code = "category-not-found"
    detail = "There is no category {category_id}."
    category_id: UUID | str  # or the slug that was asked for


@frozen
class SlugTaken(Conflict):
    """Another product or category has this address."""

    code = "slug-taken"
    detail = "The slug {slug} is taken."
    slug: str


@frozen
class SkuTaken(Conflict):
    """A variant of another product has this SKU."""

    code = "sku-taken"
    detail = "The SKU {sku} belongs to another product."
    sku: str


@frozen
class ProductStatusConflict(Conflict):
    """A product cannot go from the one status to the other."""

    code = "product-status-conflict"
    detail = "A product that is {status} cannot become {wanted}."
    status: str
    wanted: str


@frozen
class TooManyImages(Conflict):
    """The product has all the pictures it may have."""

    code = "too-many-images"
    detail = "A product may have at most {limit} images."
    limit: int


@frozen
class ProductVersionStale(StaleVersion):
    """Somebody changed the product since the caller read it."""

    code = "product-version-stale"
    detail = "The product is at version {version} by now."
    version: int


@frozen
class SlugRetired(Conflict):
    """An archived product or a redirect holds this address; taking it over has to be said."""

    code = "slug-retired"
    detail = "The slug {slug} is an old address. Say reuse_slug to take it over."
    slug: str


@frozen
class ProductVariantNotFound(NotFound):
    """The product has no such variant."""

    code = "product-variant-not-found"
    detail = "The product has no variant {variant_id}."
    variant_id: UUID


@frozen
class SkuUnknown(NotFound):
    """No variant has this SKU."""

    code = "sku-unknown"
    detail = "No variant has the SKU {sku}."
    sku: str


@frozen
class TooManyVariants(Conflict):
    """The product has all the variants it may have."""

    code = "too-many-variants"
    detail = "A product may have at most {limit} variants."
    limit: int


@frozen
class LastVariant(Conflict):
    """Without it there would be nothing to buy."""

    code = "last-variant"
    detail = "{variant_id} is the only variant of its product."
    variant_id: UUID


@frozen
class VariantInUse(Conflict):
    """Orders, carts or the ledger of the stock speak of it, so it has to stay."""

    code = "variant-in-use"
    detail = "The variant {variant_id} is in {used_in}. Archive the product instead."
    variant_id: UUID
    used_in: str


@frozen
class ImageNotFound(NotFound):
    """The product has no such picture."""

    code = "image-not-found"
    detail = "The product has no picture {image_id}."
    image_id: UUID


@frozen
class CategoryInUse(Conflict):
    """There is something in it."""

    code = "category-in-use"
    detail = "The category holds {children} categories and {products} products."
    category_id: UUID
    children: int
    products: int


@frozen
class CategoryVersionStale(StaleVersion):
    """Somebody changed the category since the caller read it."""

    code = "category-version-stale"
    detail = "The category is at version {version} by now."
    version: int


@frozen
class TagNotFound(NotFound):
    """No such tag."""

    code = "tag-not-found"
    detail = "There is no tag {tag_id}."
    tag_id: UUID


@frozen
class TagVersionStale(StaleVersion):
    """Somebody changed the tag since the caller read it."""

    code = "tag-version-stale"
    detail = "The tag is at version {version} by now."
    version: int


@frozen
class RedirectNotFound(NotFound):
    """No such redirect."""

    code = "redirect-not-found"
    detail = "There is no redirect {redirect_id}."
    redirect_id: UUID


@frozen
class RedirectTaken(Conflict):
    """The address leads somewhere already."""

    code = "redirect-taken"
    detail = "The {entity_type} address {slug} is redirected already."
    entity_type: str
    slug: str


@frozen
class RedirectShadowed(Conflict):
    """A live page wins over a redirect, so nobody would ever see it."""

    code = "redirect-shadowed"
    detail = "The {entity_type} {slug} has a page of its own."
    entity_type: str
    slug: str


@frozen
class RedirectVersionStale(StaleVersion):
    """Somebody changed the redirect since the caller read it."""

    code = "redirect-version-stale"
    detail = "The redirect is at version {version} by now."
    version: int
