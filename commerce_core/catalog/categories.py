"""What operators do with categories."""

from collections.abc import Sequence
from uuid import UUID

from attrs import asdict, evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.catalog.addresses import claim_address
from commerce_core.catalog.drafts import CategoryChanges, NewCategory
from commerce_core.catalog.editing import changed_seo
from commerce_core.catalog.errors import CategoryInUse, CategoryNotFound, SlugTaken
from commerce_core.catalog.model import CategoryId, RedirectKind
from commerce_core.catalog.ports import CatalogWork
from commerce_core.catalog.staff_views import CategoryReader, StaffCategoryView
from commerce_core.catalog.tree import Category, Tree
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import Unset, given


@frozen
class CategoryService:
    """Keeps the tree of categories. Whoever changes it has it alone, so no two changes make a circle together."""

    begin: Begin[CatalogWork]
    read: CategoryReader
    new_id: NewId

    @retried
    def create(self, actor: Actor, new: NewCategory) -> CategoryId:
        """Add a category, at its position or behind its siblings.

        Raises `PermissionDenied`, `CategoryNotFound` for the parent, `SlugTaken`, `SlugRetired`, or `InvalidInput` for
        a tree that would be too deep; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        category_id = CategoryId(self.new_id())
        slug = Slug(new.slug) if new.slug else Slug.of(new.title)
        category = Category(category_id, new.title, slug, new.parent_id, 0, new.seo)
        with self.begin() as work:
            tree = work.categories.lock()
            _claim(work, tree, slug, None, reuse=new.reuse_slug)
            work.categories.write(tree.placed(category, new.position))
            _record(work, actor, "created", None, category)
        return category_id

    @retried
    def change(
        self, actor: Actor, category_id: UUID, changes: CategoryChanges, expected_version: int | None = None
    ) -> Category:
        """Change what `changes` mentions; what stands below moves along. The old address leads to another slug.

        Raises `PermissionDenied`, `CategoryNotFound` also for the parent, `CategoryVersionStale`, `SlugTaken`,
        `SlugRetired`, or `InvalidInput` for a parent that stands below the category; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            tree = work.categories.lock()
            before = tree.find(category_id)
            before.expect(expected_version)
            wanted = self._changed(work, tree, before, changes)
            written = tree.placed(wanted, _place(before, wanted, changes))
            placed = next((category for category in written if category.id == category_id), before)
            if placed == before:
                return before
            after = evolve(placed, version=before.version + 1)
            work.categories.write([after if category.id == category_id else category for category in written])
            _record(work, actor, "changed", before, after)
        return after

    @retried
    def delete(
        self, actor: Actor, category_id: UUID, expected_version: int | None = None, *, let_products_go: bool = False
    ) -> None:
        """Take a category away that holds nothing. With `let_products_go` it may hold products; they leave it.

        Raises `PermissionDenied`, `CategoryNotFound`, `CategoryVersionStale` or `CategoryInUse`; then nothing changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            tree = work.categories.lock()
            before = tree.find(category_id)
            before.expect(expected_version)
            children, products = len(tree.children(category_id)), work.categories.count_products(category_id)
            if children or (products and not let_products_go):
                raise CategoryInUse(category_id, children, products)
            work.redirects.lock()
            work.redirects.forget(RedirectKind.CATEGORY, before.slug.value)
            work.categories.remove(category_id)
            _record(work, actor, "deleted", before, None)

    def list_all(self, actor: Actor) -> Sequence[StaffCategoryView]:
        """Every category, parents before their children. Raises `PermissionDenied`."""
        actor.must(Permission.CATALOG_READ)
        return self.read.categories()

    def find(self, actor: Actor, category_id: UUID) -> StaffCategoryView:
        """One category. Raises `PermissionDenied` or `CategoryNotFound`."""
        actor.must(Permission.CATALOG_READ)
        found = self.read.category(category_id)
        if found is None:
            raise CategoryNotFound(category_id)
        return found

    def _changed(self, work: CatalogWork, tree: Tree, before: Category, changes: CategoryChanges) -> Category:
        slug = before.slug if isinstance(changes.slug, Unset) else Slug(changes.slug)
        if slug != before.slug:
            _claim(work, tree, slug, before.slug, reuse=changes.reuse_slug)
            work.redirects.move(RedirectKind.CATEGORY, before.slug, slug, self.new_id())
        return evolve(
            before,
            title=given(changes.title, before.title),
            slug=slug,
            parent_id=given(changes.parent_id, before.parent_id),
            seo=before.seo if isinstance(changes.seo, Unset) else changed_seo(before.seo, changes.seo),
        )


def _claim(work: CatalogWork, tree: Tree, slug: Slug, present: Slug | None, *, reuse: bool) -> None:
    if any(category.slug == slug for category in tree.by_id.values()):
        raise SlugTaken(slug.value)
    claim_address(work, RedirectKind.CATEGORY, slug, present=present, reuse=reuse)


def _place(before: Category, wanted: Category, changes: CategoryChanges) -> int | None:
    """The position that was said; else last below another parent, and where it was below the same."""
    if not isinstance(changes.position, Unset):
        return changes.position
    return before.position if wanted.parent_id == before.parent_id else None


def _record(work: CatalogWork, actor: Actor, what: str, before: Category | None, after: Category | None) -> None:
    old, new = _summary(before), _summary(after)
    changes: Changes = {name: (old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)}
    category = after or before
    work.audit.record(AuditEntry(actor, f"category.{what}", "category", str(category and category.id), changes))


def _summary(category: Category | None) -> dict[str, object]:
    if category is None:
        return {}
    return {
        "title": category.title,
        "slug": category.slug.value,
        "parent_id": category.parent_id and str(category.parent_id),
        "position": category.position,
        **asdict(category.seo),
    }
