"""Tags: what operators ask for, and what they do with them."""

from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.catalog import trimming
from commerce_core.catalog.checks import refuse, said, slug_error
from commerce_core.catalog.errors import SlugTaken, TagNotFound
from commerce_core.catalog.model import Tag
from commerce_core.catalog.ports import CatalogWork
from commerce_core.catalog.staff_views import StaffTagView, TagReader, WordQuery
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.text import text_error
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import UNSET, Unset, given


@frozen
class NewTag:
    """A tag to be. Without a slug it gets one from its title."""

    title: str = field(converter=trimming.text)
    slug: str | None = None

    def __attrs_post_init__(self) -> None:
        refuse(text_error("/title", self.title, limit=255, least=1), slug_error(self.slug, self.title))


@frozen
class TagChanges:
    """Another name for a tag. Its slug follows the title, unless it is said too."""

    title: str | Unset = field(default=UNSET, converter=trimming.change)
    slug: str | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        title, slug = said(self.title), said(self.slug)
        refuse(
            None if title is None else text_error("/title", title, limit=255, least=1),
            None if title is None and slug is None else slug_error(slug, title or ""),
        )


@frozen
class TagService:
    """Keeps tags. Products make them by using them, so this is for putting them in order."""

    begin: Begin[CatalogWork]
    read: TagReader
    new_id: NewId

    @retried
    def create(self, actor: Actor, new: NewTag) -> Tag:
        """Add a tag that no product has yet. Raises `PermissionDenied` or `SlugTaken`; then nothing has changed."""
        actor.must(Permission.CATALOG_WRITE)
        tag = Tag(self.new_id(), new.title, Slug(new.slug) if new.slug else Slug.of(new.title))
        with self.begin() as work:
            if work.tags.by_slug(tag.slug) is not None:
                raise SlugTaken(tag.slug.value)
            work.tags.write(tag)
            _record(work, actor, "created", tag, {"title": (None, tag.title), "slug": (None, tag.slug.value)})
        return tag

    @retried
    def change(self, actor: Actor, tag_id: UUID, changes: TagChanges, expected_version: int | None = None) -> Tag:
        """Give a tag another name, for all products that have it.

        Raises `PermissionDenied`, `TagNotFound`, `TagVersionStale` or `SlugTaken`, after which the two tags can be
        merged; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            before = _locked(work, tag_id)
            before.expect(expected_version)
            wanted = evolve(before, title=given(changes.title, before.title), slug=_slug(before, changes))
            if wanted == before:
                return before
            if wanted.slug != before.slug and work.tags.by_slug(wanted.slug) is not None:
                raise SlugTaken(wanted.slug.value)
            after = evolve(wanted, version=before.version + 1)
            work.tags.write(after)
            different: Changes = {"title": (before.title, after.title), "slug": (before.slug.value, after.slug.value)}
            _record(work, actor, "changed", after, {k: v for k, v in different.items() if v[0] != v[1]})
        return after

    @retried
    def merge(self, actor: Actor, tag_id: UUID, into: UUID, expected_version: int | None = None) -> Tag:
        """Give every product of one tag the other one, and take the first away. Returns the one that stays.

        Raises `PermissionDenied`, `TagNotFound` for either, `TagVersionStale`, or `InvalidInput` for one and the same
        tag; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        if tag_id == into:
            raise InvalidInput.at("/into", "same-tag", "Must be another tag.")
        with self.begin() as work:
            found = work.tags.lock([tag_id, into])
            for asked in (tag_id, into):
                if asked not in found:
                    raise TagNotFound(asked)
            found[tag_id].expect(expected_version)
            products = work.tags.merge(tag_id, into)
            changes: Changes = {"merged_into": (None, str(into))}
            _record(work, actor, "merged", found[tag_id], changes | _gone(found[tag_id], products))
        return found[into]

    @retried
    def delete(self, actor: Actor, tag_id: UUID, expected_version: int | None = None) -> None:
        """Take a tag away, also from the products that have it.

        Raises `PermissionDenied`, `TagNotFound` or `TagVersionStale`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            tag = _locked(work, tag_id)
            tag.expect(expected_version)
            products = work.tags.remove(tag_id)
            _record(work, actor, "deleted", tag, _gone(tag, products))

    def list_all(self, actor: Actor, query: WordQuery) -> Page[StaffTagView]:
        """Tags by title. Raises `PermissionDenied`."""
        actor.must(Permission.CATALOG_READ)
        return self.read.tags(query)

    def find(self, actor: Actor, tag_id: UUID) -> StaffTagView:
        """One tag. Raises `PermissionDenied` or `TagNotFound`."""
        actor.must(Permission.CATALOG_READ)
        found = self.read.tag(tag_id)
        if found is None:
            raise TagNotFound(tag_id)
        return found


def _slug(tag: Tag, changes: TagChanges) -> Slug:
    if not isinstance(changes.slug, Unset):
        return Slug(changes.slug)
    return tag.slug if isinstance(changes.title, Unset) else Slug.of(changes.title)


def _locked(work: CatalogWork, tag_id: UUID) -> Tag:
    tag = work.tags.lock([tag_id]).get(tag_id)
    if tag is None:
        raise TagNotFound(tag_id)
    return tag


def _gone(tag: Tag, products: int) -> Changes:
    """What a tag was, and how many products lost it."""
    return {"title": (tag.title, None), "slug": (tag.slug.value, None), "products": (products, 0)}


def _record(work: CatalogWork, actor: Actor, what: str, tag: Tag, changes: Changes) -> None:
    work.audit.record(AuditEntry(actor, f"tag.{what}", "tag", str(tag.id), changes))
