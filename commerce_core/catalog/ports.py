"""What the catalogue asks of the database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.access.ports import AuditLog
from commerce_core.catalog.model import CategoryId, Product, Redirect, RedirectKind, Tag
from commerce_core.catalog.tree import Category, Tree
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
        """Add and change products; whatever is the same before and after is not touched, what is gone is taken away.

        Each price that is new is added to the history of prices. Raises `TransactionConflict` when somebody took a
        slug or SKU since the owners were asked, or removed a category, a tag or a variant's last reason to go.
        """
        ...

    def remove(self, product: Product) -> None:
        """Take a product away with everything that belongs to it. Raises `TransactionConflict` as `write` does."""
        ...

    def uses(self, variant_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """Which of these variants orders, carts or stock movements speak of, and where. They are locked for removal."""
        ...

    def slug_owners(self, slugs: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these slugs."""
        ...

    def sku_owners(self, skus: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these SKUs."""
        ...

    def free_slug(self, wish: Slug) -> Slug:
        """The wish, or the first of `wish-2`, `wish-3` … that no product has and no redirect keeps alive."""
        ...


class Categories(Protocol):
    """The categories, inside one transaction."""

    def missing(self, ids: Iterable[UUID]) -> Sequence[UUID]:
        """Those of these ids that no category has."""
        ...

    def by_titles(self, titles: Iterable[str]) -> Mapping[str, CategoryId]:
        """The category of each of these titles, in capitals or not; of two the older one."""
        ...

    def by_slug(self, slug: Slug) -> CategoryId | None:
        """The category with this slug."""
        ...

    def add(self, category_id: CategoryId, title: str, slug: Slug, parent_id: UUID | None) -> None:
        """Add a category behind its siblings. Raises `TransactionConflict` when somebody has just taken the slug."""
        ...

    def lock(self) -> Tree:
        """The whole tree, nobody else's to change until the end of the transaction."""
        ...

    def write(self, categories: Sequence[Category]) -> None:
        """Add and change categories. Raises `TransactionConflict` when somebody has just taken a slug."""
        ...

    def count_products(self, category_id: UUID) -> int:
        """How many products are in this very category."""
        ...

    def remove(self, category_id: UUID) -> None:
        """Take a category away. The products in it are let go and are a version further."""
        ...


class Tags(Protocol):
    """The tags, inside one transaction."""

    def ensure(self, titles: Iterable[str]) -> Mapping[str, UUID]:
        """The tag of each title. Titles with the same slug are the same tag; what is missing is made."""
        ...

    def lock(self, ids: Iterable[UUID]) -> Mapping[UUID, Tag]:
        """Those of these tags that exist, locked in one order everywhere."""
        ...

    def by_slug(self, slug: Slug) -> UUID | None:
        """The tag with this slug."""
        ...

    def write(self, tag: Tag) -> None:
        """Add or change a tag. Raises `TransactionConflict` when somebody has just taken the slug."""
        ...

    def merge(self, tag_id: UUID, into: UUID) -> int:
        """Give the products of one tag the other one. They are a version further; how many there were is told."""
        ...

    def remove(self, tag_id: UUID) -> int:
        """Take a tag away. The products that had it are a version further; how many there were is told."""
        ...


class Redirects(Protocol):
    """Old addresses, inside one transaction. Whoever writes one locks them all first: see `lock`."""

    def lock(self) -> None:
        """Nobody else writes a redirect until the end of the transaction, so none can come to lead to another."""
        ...

    def by_address(self, kind: RedirectKind, slug: str) -> Redirect | None:
        """The redirect from this address."""
        ...

    def by_id(self, redirect_id: UUID) -> Redirect | None:
        """The redirect with this id."""
        ...

    def has_page(self, kind: RedirectKind, slug: str, *, live: bool) -> bool:
        """Whether a product or category has this address, or with `live`, whether shoppers can see it there."""
        ...

    def write(self, redirect: Redirect) -> None:
        """Add or change a redirect. Those that led to its address lead to its target from now on."""
        ...

    def move(self, kind: RedirectKind, old: Slug, new: Slug, redirect_id: UUID) -> None:
        """What was at `old` is at `new`: it leads there, and so does all that led to `old`. From `new` nothing does."""
        ...

    def drop(self, redirect_id: UUID) -> None:
        """Take a redirect away."""
        ...

    def forget(self, kind: RedirectKind, slug: str) -> None:
        """Take away the redirect from this address, and those to it: what was there is gone for good."""
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
    def redirects(self) -> Redirects:
        """Where things used to be."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What has happened."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
