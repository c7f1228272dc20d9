"""The tree of categories, and what it refuses to become."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.catalog.errors import CategoryNotFound, CategoryVersionStale
from commerce_core.catalog.model import CategoryId, Seo
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.slug import Slug

MAX_DEPTH = 20  # Nobody browses deeper, and a tree is read and drawn by recursion.


@frozen
class Category:
    """A place for products, among its siblings by position."""

    id: CategoryId
    title: str
    slug: Slug
    parent_id: UUID | None
    position: int
    seo: Seo
    version: int = 1

    def expect(self, version: int | None) -> None:
        """Raises `CategoryVersionStale` when the caller has seen another version."""
        if version is not None and version != self.version:
            raise CategoryVersionStale(self.version)


@frozen
class Tree:
    """All categories by id, read under the lock of the tree."""

    by_id: Mapping[UUID, Category]

    @classmethod
    def of(cls, categories: Iterable[Category]) -> "Tree":
        """The tree these categories make."""
        return cls({category.id: category for category in categories})

    def find(self, category_id: UUID) -> Category:
        """One of them. Raises `CategoryNotFound`."""
        found = self.by_id.get(category_id)
        if found is None:
            raise CategoryNotFound(category_id)
        return found

    def children(self, parent_id: UUID | None) -> list[Category]:
        """What stands directly below, in order."""
        below = (category for category in self.by_id.values() if category.parent_id == parent_id)
        return sorted(below, key=lambda category: (category.position, category.title, category.id))

    def placed(self, category: Category, position: int | None) -> list[Category]:
        """Everything that has to be written so that `category` stands below its parent at `position`, None the end.

        Raises `CategoryNotFound` for the parent, or `InvalidInput` for one that is the category itself, stands below
        it, or is too deep.
        """
        self._check_parent(category)
        siblings = [sibling for sibling in self.children(category.parent_id) if sibling.id != category.id]
        place = len(siblings) if position is None else min(position - 1, len(siblings))
        siblings.insert(place, category)
        in_order = [evolve(sibling, position=n) for n, sibling in enumerate(siblings, 1)]
        return [sibling for sibling in in_order if sibling != self.by_id.get(sibling.id)]

    def _check_parent(self, category: Category) -> None:
        if category.parent_id is None:
            return
        above = list(self._upwards(self.find(category.parent_id)))
        if category.id in {ancestor.id for ancestor in above}:
            raise InvalidInput.at("/parent_id", "category-cycle", "Stands below the category itself.")
        if len(above) + self._height(category.id) > MAX_DEPTH:
            raise InvalidInput.at("/parent_id", "too-deep", f"The tree may be {MAX_DEPTH} levels deep.")

    def _upwards(self, category: Category) -> Iterator[Category]:
        """The category and all it stands below."""
        yield category
        while category.parent_id is not None:
            category = self.find(category.parent_id)
            yield category

    def _height(self, category_id: UUID) -> int:
        """How many levels the category and what is below it make."""
        return 1 + max((self._height(child.id) for child in self.children(category_id)), default=0)
