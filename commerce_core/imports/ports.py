"""What an import asks of the world."""

from typing import Protocol

from commerce_core.catalog.ports import CatalogWork
from commerce_core.inventory.ports import Stock


class ImportWork(CatalogWork, Protocol):
    """What one transaction of an import touches."""

    @property
    def stock(self) -> Stock:
        """The shelf, for opening stock."""
        ...


class PictureSource(Protocol):
    """Where the relative paths of a file lead."""

    def read(self, path: str) -> bytes | None:
        """The content of a picture, or None when there is none."""
        ...
