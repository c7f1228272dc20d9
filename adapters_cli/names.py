"""Things of the catalogue by what people call them: a slug, a SKU, or the id."""

from uuid import UUID

from attrs import frozen

from adapters_cli.premises import OPERATOR
from commerce_core.catalog.staff_views import WordQuery
from commerce_core.kernel.errors import NotFound
from commerce_core.wiring import Commerce


@frozen
class NameUnknown(NotFound):
    """Nothing of this kind is called so."""

    code = "name-unknown"
    detail = "There is no {kind} {name}."
    kind: str
    name: str


def product_id(shop: Commerce, name: str) -> UUID:
    """A product by its slug or id, in any status. Raises `ProductNotFound`."""
    return _uuid(name) or shop.catalog.product_at(OPERATOR, name)


def category_id(shop: Commerce, name: str) -> UUID:
    """A category by its slug or id. Raises `NameUnknown`."""
    if (found := _uuid(name)) is not None:
        return found
    for category in shop.categories.list_all(OPERATOR):
        if category.slug == name:
            return category.id
    raise NameUnknown("category", name)


def tag_id(shop: Commerce, name: str) -> UUID:
    """A tag by its slug or id. Raises `NameUnknown`."""
    if (found := _uuid(name)) is not None:
        return found
    for tag in shop.tags.list_all(OPERATOR, WordQuery(name, per_page=100)).items:
        if tag.slug == name:
            return tag.id
    raise NameUnknown("tag", name)


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
