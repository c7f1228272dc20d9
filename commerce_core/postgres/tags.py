"""Tags in PostgreSQL."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from attrs import frozen

from commerce_core.catalog.model import Tag
from commerce_core.catalog.staff_views import StaffTagView, WordQuery
from commerce_core.kernel.ids import NewId, uuid7
from commerce_core.kernel.page import Page
from commerce_core.kernel.slug import Slug
from commerce_core.postgres.catalog import losing_a_race
from commerce_core.postgres.catalog_search import PostgresSearchIndex
from commerce_core.postgres.database import Database, Session


@frozen
class PostgresTags:
    """Reads and writes tags in the transaction of the session."""

    session: Session
    new_id: NewId = uuid7

    def ensure(self, titles: Iterable[str]) -> Mapping[str, UUID]:
        """The tag of each title, made where it is missing."""
        slugs = {title: Slug.of(title).value for title in titles}
        if not slugs:
            return {}
        known = self._known(slugs.values())
        # The first spelling of a slug gives the title.
        new = {slug: title for title, slug in reversed(slugs.items()) if slug not in known}
        if new:
            self.session.send("tags.add", ids=[self.new_id() for _ in new], slugs=list(new), titles=list(new.values()))
            known = self._known(slugs.values())
        return {title: known[slug] for title, slug in slugs.items()}

    def lock(self, ids: Iterable[UUID]) -> Mapping[UUID, Tag]:
        """Those of these tags that exist, locked."""
        rows = self.session.all_locked(self.session.send("tags.lock", ids=list(ids)))
        return {id_: Tag(id_, title, Slug(slug), version) for id_, title, slug, version in rows}

    def by_slug(self, slug: Slug) -> UUID | None:
        """The tag with this slug."""
        return self._known([slug.value]).get(slug.value)

    def write(self, tag: Tag) -> None:
        """Add or change a tag."""
        with losing_a_race():
            self.session.rows("tags.write", id=tag.id, slug=tag.slug.value, title=tag.title, version=tag.version)
        PostgresSearchIndex(self.session).refresh_tagged(tag.id)

    def merge(self, tag_id: UUID, into: UUID) -> int:
        """Give the products of one tag the other one."""
        self.session.send("tags.give", id=tag_id, into=into)
        return self.remove(tag_id)

    def remove(self, tag_id: UUID) -> int:
        """Take a tag away."""
        touched = self.session.send("tags.touch_products", id=tag_id, now=self.session.now)
        self.session.rows("tags.remove", id=tag_id)
        products = [row[0] for row in touched.fetchall()]
        PostgresSearchIndex(self.session).refresh(products)
        return len(products)

    def _known(self, slugs: Iterable[str]) -> dict[str, UUID]:
        return dict(self.session.rows("tags.by_slugs", slugs=list(slugs)))


@frozen
class PostgresTagReader:
    """Reads tags for operators."""

    database: Database

    def tags(self, query: WordQuery) -> Page[StaffTagView]:
        """Tags by title."""
        page = query.paging
        with self.database.read() as session:
            rows = session.rows("tags.list", q=query.q, limit=page.per_page, offset=page.offset)
            total = session.value("tags.count", q=query.q)
        return Page(tuple(StaffTagView(*row) for row in rows), page.page, page.per_page, total)

    def tag(self, tag_id: UUID) -> StaffTagView | None:
        """One of them."""
        with self.database.read() as session:
            row = session.row("tags.one", id=tag_id)
        return None if row is None else StaffTagView(*row)
