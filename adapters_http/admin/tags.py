"""Tags for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.errors import SlugTaken, TagNotFound, TagVersionStale
from commerce_core.catalog.staff_views import StaffTagView, WordQuery
from commerce_core.catalog.tags import NewTag, TagChanges, TagService
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page


@frozen
class WordListQuery:
    """Which ones, by how they begin, and which page of them."""

    q: Annotated[str, Limits(most=200)] | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24

    def wanted(self) -> WordQuery:
        """The same as the catalogue asks for it."""
        return WordQuery(self.q, self.page, self.per_page)


@frozen
class CreateTag(NewTag):
    """A tag to be. Without a slug it gets one from its title."""

    example: ClassVar[dict[str, Any]] = {"title": "Handmade"}


@frozen
class ChangeTag(TagChanges):
    """Another name. The slug follows the title, unless it is said too."""

    example: ClassVar[dict[str, Any]] = {"title": "Made by hand"}


@frozen
class MergeTag:
    """The tag that stays."""

    example: ClassVar[dict[str, Any]] = {"into": "01890000-0000-7000-8000-000000000000"}
    into: UUID


@frozen
class AdminTags:
    """`/v1/admin/tags`."""

    tags: TagService

    @operation("List tags", answers={200: Page[StaffTagView]}, access=Access.STAFF, permission=Permission.CATALOG_READ)
    def on_get(self, actor: Actor, query: WordListQuery) -> Answer:
        """By title, with how many products have them."""
        return Answer(self.tags.list_all(actor, query.wanted()))

    @operation(
        "Create a tag",
        answers={201: StaffTagView},
        refusals=(SlugTaken,),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateTag) -> Answer:
        """Products make tags by using them; this one has none yet."""
        tag = self.tags.create(actor, body)
        return Answer.created(self.tags.find(actor, tag.id), f"/v1/admin/tags/{tag.id}").at_version(tag.version)


@frozen
class AdminTag:
    """`/v1/admin/tags/{tag_id}`."""

    tags: TagService

    @operation(
        "Read a tag",
        answers={200: StaffTagView},
        refusals=(TagNotFound,),
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, tag_id: UUID) -> Answer:
        """With how many products have it."""
        found = self.tags.find(actor, tag_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Rename a tag",
        answers={200: StaffTagView},
        refusals=(TagNotFound, TagVersionStale, SlugTaken),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_patch(self, actor: Actor, tag_id: UUID, body: ChangeTag, if_match: int | None) -> Answer:
        """For all products that have it. A name that another tag has is refused: merge them."""
        self.tags.change(actor, tag_id, body, if_match)
        found = self.tags.find(actor, tag_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Delete a tag",
        answers={204: None},
        refusals=(TagNotFound, TagVersionStale),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_delete(self, actor: Actor, tag_id: UUID, if_match: int | None) -> Answer:
        """Also from the products that have it."""
        self.tags.delete(actor, tag_id, if_match)
        return Answer.nothing()


@frozen
class AdminTagMerge:
    """`/v1/admin/tags/{tag_id}/merge`."""

    tags: TagService

    @operation(
        "Merge a tag into another",
        answers={200: StaffTagView},
        refusals=(TagNotFound, TagVersionStale),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, tag_id: UUID, body: MergeTag, if_match: int | None) -> Answer:
        """Its products get the other one; the answer is the one that stays."""
        self.tags.merge(actor, tag_id, body.into, if_match)
        found = self.tags.find(actor, body.into)
        return Answer(found).at_version(found.version)
