"""A variant by what people call it."""

from uuid import UUID

from commerce_core.access.model import SYSTEM
from commerce_core.wiring import Commerce


def variant_id(shop: Commerce, name: str) -> UUID:
    """The id of a variant by its SKU, or by the id itself. Raises `SkuUnknown`."""
    try:
        return UUID(name)
    except ValueError:
        return shop.inventory.variant(SYSTEM, name)
