"""Categories in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from attrs import asdict, frozen
from psycopg.types.json import Jsonb

from commerce_core.catalog.model import CategoryId, Seo
from commerce_core.catalog.staff_views import StaffCategoryView
from commerce_core.catalog.tree import Category, Tree
from commerce_core.kernel.slug import Slug
from commerce_core.postgres.catalog import losing_a_race
from commerce_core.postgres.database import Database, Row, Session


@frozen
class PostgresCategories:
    """Reads and writes categories in the transaction of the session."""

    session: Session

    def missing(self, ids: Iterable[UUID]) -> Sequence[UUID]:
        """Those of these ids that no category has."""
        asked = list(ids)
        known = {row[0] for row in self.session.rows("categories.known", ids=asked)}
        return [category_id for category_id in asked if category_id not in known]

    def by_titles(self, titles: Iterable[str]) -> Mapping[str, CategoryId]:
        """The category of each of these titles."""
        return dict(self.session.rows("categories.titled", titles=list(titles)))

    def by_slug(self, slug: Slug) -> CategoryId | None:
        """The category with this slug."""
        row = self.session.row("categories.by_slug", slug=slug.value)
        return None if row is None else row[0]

    def add(self, category_id: CategoryId, title: str, slug: Slug, parent_id: UUID | None) -> None:
        """Add a category behind its siblings."""
        with losing_a_race():
            self.session.row("categories.add", id=category_id, title=title, slug=slug.value, parent_id=parent_id)

    def lock(self) -> Tree:
        """The whole tree, read when it is ours."""
        self.session.locked(self.session.send("categories.lock"))
        return Tree.of(_category(row) for row in self.session.rows("categories.tree"))

    def write(self, categories: Sequence[Category]) -> None:
        """Add and change categories."""
        rows = [
            {
                "id": str(category.id),
                "slug": category.slug.value,
                "title": category.title,
                "parent_id": category.parent_id and str(category.parent_id),
                "position": category.position,
                "version": category.version,
            }
            for category in categories
        ]
        seo = [{"id": str(category.id), **asdict(category.seo)} for category in categories]
        with losing_a_race():
            written = self.session.send("categories.write", now=self.session.now, categories=Jsonb(rows))
            self.session.send("categories.write_seo", seo=Jsonb(seo))
            written.fetchall()

    def count_products(self, category_id: UUID) -> int:
        """How many products are in this very category."""
        count: int = self.session.value("categories.count_products", id=category_id)
        return count

    def remove(self, category_id: UUID) -> None:
        """Take a category away."""
        with losing_a_race():
            self.session.send("categories.let_products_go", id=category_id, now=self.session.now)
            self.session.rows("categories.remove", id=category_id)


@frozen
class PostgresCategoryReader:
    """Reads categories for operators."""

    database: Database

    def categories(self) -> Sequence[StaffCategoryView]:
        """Every category, parents before their children."""
        with self.database.read() as session:
            return [_view(row) for row in session.rows("categories.for_staff")]

    def category(self, category_id: UUID) -> StaffCategoryView | None:
        """One of them."""
        with self.database.read() as session:
            row = session.row("categories.one_for_staff", id=category_id)
        return None if row is None else _view(row)


def _category(row: Row) -> Category:
    category_id, title, slug, parent_id, position, version, *seo = row
    return Category(category_id, title, Slug(slug), parent_id, position, Seo(*seo), version)


def _view(row: Row) -> StaffCategoryView:
    category_id, slug, title, parent_id, position, products, version, *seo = row
    return StaffCategoryView(category_id, slug, title, parent_id, position, products, Seo(*seo), version)
