"""Making the whole catalogue findable again."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.access.ports import AuditLog
from commerce_core.kernel.transaction import Begin, Work, retried


@frozen
class Refreshed:
    """A few products that were read again: the last of them, how many, and the words of those that shoppers can see."""

    last: UUID
    products: int
    words: frozenset[str]


class SearchIndex(Protocol):
    """What products are found by, inside one transaction."""

    def refresh_after(self, product_id: UUID | None) -> Refreshed | None:
        """Read the next few products again, in the order of their ids; None when there are no more."""
        ...

    def forget_words_after(self, word: str, known: Collection[str]) -> str | None:
        """Forget those of the next few words that are not among `known`. The last one looked at; None at the end."""
        ...


class SearchWork(Work, Protocol):
    """What one transaction about the search touches."""

    @property
    def search_index(self) -> SearchIndex:
        """What products are found by."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who rebuilt it."""
        ...


@frozen
class SearchIndexService:
    """The search index as a whole. Each change of a product keeps it by itself."""

    begin: Begin[SearchWork]

    def rebuild(self, actor: Actor) -> int:
        """Read every product again, a few in each transaction, while shoppers go on searching. Returns how many.

        For a new search language, or products that came into the database some other way. The words that misspellings
        are compared with are those of the products found here, all kept in memory meanwhile. Raises `PermissionDenied`;
        then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        products, words = 0, set[str]()
        read = self._next_products(None)
        while read is not None:
            products += read.products
            words |= read.words
            read = self._next_products(read.last)
        word = self._next_words("", words)
        while word is not None:
            word = self._next_words(word, words)
        self._record(actor, products)
        return products

    @retried
    def _next_products(self, after: UUID | None) -> Refreshed | None:
        with self.begin() as work:
            return work.search_index.refresh_after(after)

    @retried
    def _next_words(self, after: str, known: Collection[str]) -> str | None:
        with self.begin() as work:
            return work.search_index.forget_words_after(after, known)

    @retried
    def _record(self, actor: Actor, products: int) -> None:
        with self.begin() as work:
            changes: dict[str, tuple[object, object]] = {"products": (None, products)}
            work.audit.record(AuditEntry(actor, "search.rebuilt", "catalog", "search", changes))
