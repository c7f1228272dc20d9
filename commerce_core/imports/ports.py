"""What an import asks of the world."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from commerce_core.catalog.ports import CatalogWork
from commerce_core.inventory.ports import Stock
from commerce_core.media.ports import RemoteImages


class Handles(Protocol):
    """Addresses that products had, inside one transaction."""

    def retired(self, slugs: Iterable[str]) -> Mapping[str, str]:
        """Those of these slugs that are old addresses, each with the slug it leads to."""
        ...


class ImportWork(CatalogWork, Protocol):
    """What one transaction of an import touches."""

    @property
    def handles(self) -> Handles:
        """What products used to be called."""
        ...

    @property
    def stock(self) -> Stock:
        """The shelf, for opening stock."""
        ...

    @property
    def remote_images(self) -> RemoteImages:
        """Pictures that are to be fetched."""
        ...


class PictureSource(Protocol):
    """Where the relative paths of a file lead."""

    def read(self, path: str) -> bytes | None:
        """The content of a picture, or None when there is none."""
        ...
