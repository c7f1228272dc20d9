"""What the catalogue is searched by, kept in PostgreSQL beside it."""

from collections.abc import Collection, Iterable
from uuid import UUID

from attrs import frozen
from psycopg.types.json import Jsonb

from commerce_core.catalog.model import ProductStatus
from commerce_core.catalog.search import SearchDocument, search_document, trigrams
from commerce_core.catalog.search_index import Refreshed
from commerce_core.postgres.database import Session

_FIRST = UUID(int=0)
_AT_ONCE = 500  # products folded in one go: a few megabytes of descriptions


@frozen
class PostgresSearchIndex:
    """Says of products what they are found by, in the transaction of the session that has changed them.

    Shelves, totals and stock are kept by triggers. Words are not, because they are folded in Python.
    """

    session: Session

    def refresh(self, product_ids: Iterable[UUID]) -> None:
        """Read these products again, as the transaction has left them."""
        ids = list(product_ids)
        for start in range(0, len(ids), _AT_ONCE):
            self._refresh(ids[start : start + _AT_ONCE])

    def refresh_tagged(self, tag_id: UUID) -> None:
        """Read every product again that has this tag."""
        self.refresh(row[0] for row in self.session.rows("catalog_search.tagged", tag_id=tag_id))

    def refresh_after(self, product_id: UUID | None) -> Refreshed | None:
        """Read the next products again, in the order of their ids; None when there are no more."""
        rows = self.session.rows("catalog_search.next_products", after=product_id or _FIRST, limit=_AT_ONCE)
        ids = [row[0] for row in rows]
        return Refreshed(ids[-1], len(ids), self._refresh(ids)) if ids else None

    def forget_words_after(self, word: str, known: Collection[str]) -> str | None:
        """Forget those of the next words that are not among `known`. The last one looked at; None at the end."""
        words = [row[0] for row in self.session.rows("catalog_search.words_after", after=word, limit=_AT_ONCE)]
        if strange := [word for word in words if word not in known]:
            self.session.rows("catalog_search.forget_words", words=strange)
        return words[-1] if words else None

    def _refresh(self, ids: list[UUID]) -> frozenset[str]:
        """The words of those of these products that shoppers can see, after writing all of them down."""
        rows = self.session.rows("catalog_search.texts", ids=ids)
        documents = {row[0]: search_document(row[1], row[5], row[2], row[3]) for row in rows}
        published = {row[0] for row in rows if row[4] == ProductStatus.ACTIVE.value}
        if not documents:
            return frozenset()
        self.session.send(
            "catalog_search.write_documents", documents=Jsonb([_row(id_, found) for id_, found in documents.items()])
        )
        words = frozenset(word for id_ in published for word in documents[id_].words)
        known = {row[0] for row in self.session.rows("catalog_search.known_words", words=list(words))}
        if new := [{"word": word, "trigrams": trigrams(word)} for word in words - known]:
            self.session.rows("catalog_search.write_words", words=Jsonb(new))
        return words


def _row(product_id: UUID, document: SearchDocument) -> dict[str, str]:
    return {
        "product_id": str(product_id),
        "title": document.title,
        "tags": document.tags,
        "vendor": document.vendor,
        "description": document.description,
    }
