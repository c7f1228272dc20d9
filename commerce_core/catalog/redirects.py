"""Redirects by hand: from an address that has no page to one that has. Those of renamed pages are made by renaming."""

from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.catalog.checks import refuse, slug_error
from commerce_core.catalog.errors import RedirectNotFound, RedirectShadowed, RedirectTaken
from commerce_core.catalog.model import Redirect, RedirectKind
from commerce_core.catalog.ports import CatalogWork
from commerce_core.catalog.staff_views import Address, RedirectReader, RedirectView, WordQuery
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page
from commerce_core.kernel.transaction import Begin, retried


@frozen
class NewRedirect:
    """An address that has no page, and the one that has. Both are of a product or a category, told by slug."""

    entity_type: RedirectKind
    slug: str
    target_type: RedirectKind
    target_slug: str

    def __attrs_post_init__(self) -> None:
        refuse(slug_error(self.slug, ""), slug_error(self.target_slug, "", "/target_slug"))


@frozen
class RedirectTarget:
    """Where a redirect shall lead from now on."""

    target_type: RedirectKind
    target_slug: str

    def __attrs_post_init__(self) -> None:
        refuse(slug_error(self.target_slug, "", "/target_slug"))


@frozen
class RedirectService:
    """Keeps old addresses alive. Every redirect leads to a page in one step: a target that moved is followed first."""

    begin: Begin[CatalogWork]
    read: RedirectReader
    new_id: NewId

    def target(self, kind: RedirectKind, slug: str) -> Address | None:
        """Where shoppers find what used to be at this address; None where nothing is, or where they cannot see it.

        To be asked after the page itself, because a live page always wins.
        """
        return self.read.target(kind, slug)

    @retried
    def create(self, actor: Actor, new: NewRedirect) -> Redirect:
        """Redirect an address that has no live page.

        Raises `PermissionDenied`, `RedirectShadowed`, `RedirectTaken`, or `InvalidInput` for a target that is not
        there or leads back; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            work.redirects.lock()
            if work.redirects.has_page(new.entity_type, new.slug, live=True):
                raise RedirectShadowed(new.entity_type.value, new.slug)
            if work.redirects.by_address(new.entity_type, new.slug) is not None:
                raise RedirectTaken(new.entity_type.value, new.slug)
            target = _followed(work, Address(new.target_type, new.target_slug), Address(new.entity_type, new.slug))
            redirect = Redirect(self.new_id(), new.entity_type, new.slug, target.type, target.slug, manual=True)
            work.redirects.write(redirect)
            changes: Changes = {"from": (None, _from(redirect)), "target": (None, _told(redirect))}
            _record(work, actor, "created", redirect, changes)
        return redirect

    @retried
    def change(
        self, actor: Actor, redirect_id: UUID, target: RedirectTarget, expected_version: int | None = None
    ) -> Redirect:
        """Lead an address somewhere else.

        Raises `PermissionDenied`, `RedirectNotFound`, `RedirectVersionStale`, or `InvalidInput` for a target that is
        not there or leads back; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            before = _locked(work, redirect_id)
            before.expect(expected_version)
            source = Address(before.entity_type, before.slug)
            found = _followed(work, Address(target.target_type, target.target_slug), source)
            wanted = evolve(before, target_type=found.type, target_slug=found.slug, manual=True)
            if wanted == before:
                return before
            after = evolve(wanted, version=before.version + 1)
            work.redirects.write(after)
            _record(work, actor, "changed", after, {"target": (_told(before), _told(after))})
        return after

    @retried
    def delete(self, actor: Actor, redirect_id: UUID, expected_version: int | None = None) -> None:
        """Let an old address die, also one of a renamed page.

        Raises `PermissionDenied`, `RedirectNotFound` or `RedirectVersionStale`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            redirect = _locked(work, redirect_id)
            redirect.expect(expected_version)
            work.redirects.drop(redirect_id)
            changes: Changes = {"from": (_from(redirect), None), "target": (_told(redirect), None)}
            _record(work, actor, "deleted", redirect, changes)

    def list_all(self, actor: Actor, query: WordQuery) -> Page[RedirectView]:
        """Redirects, the newest first. Raises `PermissionDenied`."""
        actor.must(Permission.CATALOG_READ)
        return self.read.redirects(query)

    def find(self, actor: Actor, redirect_id: UUID) -> RedirectView:
        """One redirect. Raises `PermissionDenied` or `RedirectNotFound`."""
        actor.must(Permission.CATALOG_READ)
        found = self.read.redirect(redirect_id)
        if found is None:
            raise RedirectNotFound(redirect_id)
        return found


def _followed(work: CatalogWork, target: Address, source: Address) -> Address:
    """The page behind a target: itself when shoppers see it, else where it moved, else the page that is to come."""
    found = target
    if not work.redirects.has_page(target.type, target.slug, live=True):
        moved = work.redirects.by_address(target.type, target.slug)
        if moved is not None:
            found = Address(moved.target_type, moved.target_slug)
        elif not work.redirects.has_page(target.type, target.slug, live=False):
            raise InvalidInput.at("/target_slug", "unknown-target", "There is no page at this address.")
    if found == source:
        raise InvalidInput.at("/target_slug", "redirect-loop", "Leads back to where it comes from.")
    return found


def _locked(work: CatalogWork, redirect_id: UUID) -> Redirect:
    work.redirects.lock()
    redirect = work.redirects.by_id(redirect_id)
    if redirect is None:
        raise RedirectNotFound(redirect_id)
    return redirect


def _from(redirect: Redirect) -> str:
    return f"{redirect.entity_type.value} {redirect.slug}"


def _told(redirect: Redirect) -> str:
    return f"{redirect.target_type.value} {redirect.target_slug}"


def _record(work: CatalogWork, actor: Actor, what: str, redirect: Redirect, changes: Changes) -> None:
    work.audit.record(AuditEntry(actor, f"redirect.{what}", "redirect", str(redirect.id), changes))
