"""Refusals about the catalogue."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Invalid, NotFound, StaleVersion


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
    category_id: UUID


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
class PictureRefused(Invalid):
    """A file that is not a picture we can serve."""

    code = "picture-refused"
    detail = "{name} is not a picture: {reason}"
    name: str
    reason: str


@frozen
class PictureNotFound(NotFound):
    """No such picture here."""

    code = "picture-not-found"
    detail = "There is no such picture."


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
