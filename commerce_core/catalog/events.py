"""What has happened to the catalogue."""

from typing import ClassVar
from uuid import UUID

from attrs import frozen


@frozen
class ProductChanged:
    """A product was created, or something about it is different: caches, feeds and sitemaps may want to know."""

    type: ClassVar[str] = "product.changed"
    product_id: UUID
    version: int

    @property
    def aggregate_id(self) -> UUID:
        """The product."""
        return self.product_id
