"""What the catalogue asks of the database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.access.ports import AuditLog
from commerce_core.catalog.model import CategoryId, Product
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.transaction import Work
from commerce_core.outbox.ports import Outbox


@frozen
class Change:
    """A product as it was, None when it is new, and as it shall be."""

    before: Product | None
    after: Product


class Products(Protocol):
    """The products, inside one transaction."""

    def lock(self, product_id: UUID) -> Product | None:
        """The product, nobody else's to change until the end of the transaction."""
        ...

    def lock_by_slugs(self, slugs: Iterable[str]) -> Mapping[str, Product]:
        """Those of these slugs that exist, locked in one order everywhere."""
        ...

    def write(self, changes: Sequence[Change]) -> None:
        """Add and change products; whatever is the same before and after is not touched. Takes nothing away but links.

        Raises `TransactionConflict` when somebody took a slug or SKU since the owners were asked.
        """
        ...

    def slug_owners(self, slugs: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these slugs."""
        ...

    def sku_owners(self, skus: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these SKUs."""
        ...

    def free_slug(self, wish: Slug) -> Slug:
        """The wish, or the first of `wish-2`, `wish-3` … that no product has."""
        ...


class Categories(Protocol):
    """The categories, inside one transaction."""

    def missing(self, ids: Iterable[UUID]) -> Sequence[UUID]:
        """Those of these ids that no category has."""
        ...

    def by_titles(self, titles: Iterable[str]) -> Mapping[str, CategoryId]:
        """The categories with these titles, by title in lower case; of two the older one."""
        ...

    def by_slug(self, slug: Slug) -> CategoryId | None:
        """The category with this slug."""
        ...

    def add(self, category_id: CategoryId, title: str, slug: Slug, parent_id: UUID | None) -> None:
        """Add a category behind its siblings. Raises `TransactionConflict` when somebody has just taken the slug."""
        ...


class Tags(Protocol):
    """The tags, inside one transaction."""

    def ensure(self, titles: Iterable[str]) -> Mapping[str, UUID]:
        """The tag of each title. Titles with the same slug are the same tag; what is missing is made."""
        ...


class Media(Protocol):
    """Where pictures are kept. Never called while a transaction is open."""

    def address(self, name: str, content: bytes) -> str:
        """Where this picture is served once it is stored: the same content always has the same address.

        Raises `PictureRefused`.
        """
        ...

    def store(self, name: str, content: bytes) -> str:
        """Keep the picture and return its address. Storing it again changes nothing. Raises `PictureRefused`."""
        ...


class CatalogWork(Work, Protocol):
    """What one transaction about the catalogue touches."""

    @property
    def products(self) -> Products:
        """The products."""
        ...

    @property
    def categories(self) -> Categories:
        """The categories."""
        ...

    @property
    def tags(self) -> Tags:
        """The tags."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What has happened."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
