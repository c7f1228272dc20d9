"""A variant by what people call it."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.views import StaffProductQuery
from commerce_core.kernel.errors import NotFound
from commerce_core.wiring import Commerce


@frozen
class SkuUnknown(NotFound):
    """No variant has this SKU."""

    code = "sku-unknown"
    detail = "No variant has the SKU {sku}."
    sku: str


def variant_id(shop: Commerce, name: str) -> UUID:
    """The id of a variant by its SKU, or by the id itself. Raises `SkuUnknown`."""
    try:
        return UUID(name)
    except ValueError:
        pass
    for card in shop.catalog.list_products(SYSTEM, StaffProductQuery(q=name, per_page=100)).items:
        for variant in shop.catalog.staff_product(SYSTEM, card.id).variants:
            if variant.sku == name:
                return variant.id
    raise SkuUnknown(name)
