"""Categories for operators."""

from typing import Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.categories import CategoryService
from commerce_core.catalog.drafts import CategoryChanges, NewCategory
from commerce_core.catalog.errors import CategoryInUse, CategoryNotFound, CategoryVersionStale, SlugRetired, SlugTaken
from commerce_core.catalog.staff_views import StaffCategories, StaffCategoryView


@frozen
class CreateCategory(NewCategory):
    """A category to be, below another or at the top. Without a slug it gets one from its title."""

    example: ClassVar[dict[str, Any]] = {"title": "Cups & plates", "position": 1}


@frozen
class ChangeCategory(CategoryChanges):
    """What is to be different. What stands below moves along; the old slug redirects to a new one."""

    example: ClassVar[dict[str, Any]] = {"title": "Tableware", "parent_id": None}


@frozen
class DeleteCategory:
    """`let_products_go` takes the products out of the category first; otherwise it has to be empty."""

    let_products_go: bool = False


@frozen
class AdminCategories:
    """`/v1/admin/categories`."""

    categories: CategoryService

    @operation(
        "List the categories",
        answers={200: StaffCategories},
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor) -> Answer:
        """All of them, parents before their children."""
        return Answer(StaffCategories(tuple(self.categories.list_all(actor))))

    @operation(
        "Create a category",
        answers={201: StaffCategoryView},
        refusals=(CategoryNotFound, SlugTaken, SlugRetired),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateCategory) -> Answer:
        """At its position, or behind its siblings."""
        category_id = self.categories.create(actor, body)
        found = self.categories.find(actor, category_id)
        return Answer.created(found, f"/v1/admin/categories/{category_id}").at_version(found.version)


@frozen
class AdminCategory:
    """`/v1/admin/categories/{category_id}`."""

    categories: CategoryService

    @operation(
        "Read a category",
        answers={200: StaffCategoryView},
        refusals=(CategoryNotFound,),
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, category_id: UUID) -> Answer:
        """With what search engines are told, and how many products are in it."""
        found = self.categories.find(actor, category_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a category",
        answers={200: StaffCategoryView},
        refusals=(CategoryNotFound, CategoryVersionStale, SlugTaken, SlugRetired),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_patch(self, actor: Actor, category_id: UUID, body: ChangeCategory, if_match: int | None) -> Answer:
        """JSON Merge Patch: what is not mentioned stays. A parent below the category itself is refused."""
        self.categories.change(actor, category_id, body, if_match)
        found = self.categories.find(actor, category_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Delete a category",
        answers={204: None},
        refusals=(CategoryNotFound, CategoryVersionStale, CategoryInUse),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_delete(self, actor: Actor, category_id: UUID, query: DeleteCategory, if_match: int | None) -> Answer:
        """One without categories below it, and without products unless they may go."""
        self.categories.delete(actor, category_id, if_match, let_products_go=query.let_products_go)
        return Answer.nothing()
