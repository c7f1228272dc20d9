"""Redirects for operators."""

from typing import Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.admin.tags import WordListQuery
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.errors import RedirectNotFound, RedirectShadowed, RedirectTaken, RedirectVersionStale
from commerce_core.catalog.redirects import NewRedirect, RedirectService, RedirectTarget
from commerce_core.catalog.staff_views import RedirectView
from commerce_core.kernel.page import Page


@frozen
class CreateRedirect(NewRedirect):
    """An address that has no page, and the one that has. Both are of a product or a category, told by slug."""

    example: ClassVar[dict[str, Any]] = {
        "entity_type": "product",
        "slug": "green-mug",
        "target_type": "product",
        "target_slug": "blue-mug",
    }


@frozen
class ChangeRedirect(RedirectTarget):
    """Where the address shall lead from now on."""

    example: ClassVar[dict[str, Any]] = {"target_type": "category", "target_slug": "cups-plates"}


@frozen
class AdminRedirects:
    """`/v1/admin/redirects`."""

    redirects: RedirectService

    @operation(
        "List redirects", answers={200: Page[RedirectView]}, access=Access.STAFF, permission=Permission.CATALOG_READ
    )
    def on_get(self, actor: Actor, query: WordListQuery) -> Answer:
        """The newest first: those made by hand, and those that renaming made."""
        return Answer(self.redirects.list_all(actor, query.wanted()))

    @operation(
        "Create a redirect",
        answers={201: RedirectView},
        refusals=(RedirectShadowed, RedirectTaken),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateRedirect) -> Answer:
        """A target that moved is followed first, so that every redirect is one step long."""
        made = self.redirects.create(actor, body)
        found = self.redirects.find(actor, made.id)
        return Answer.created(found, f"/v1/admin/redirects/{made.id}").at_version(found.version)


@frozen
class AdminRedirect:
    """`/v1/admin/redirects/{redirect_id}`."""

    redirects: RedirectService

    @operation(
        "Read a redirect",
        answers={200: RedirectView},
        refusals=(RedirectNotFound,),
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, redirect_id: UUID) -> Answer:
        """Where it leads."""
        found = self.redirects.find(actor, redirect_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Lead an address somewhere else",
        answers={200: RedirectView},
        refusals=(RedirectNotFound, RedirectVersionStale),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_patch(self, actor: Actor, redirect_id: UUID, body: ChangeRedirect, if_match: int | None) -> Answer:
        """It counts as made by hand from then on."""
        self.redirects.change(actor, redirect_id, body, if_match)
        found = self.redirects.find(actor, redirect_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Delete a redirect",
        answers={204: None},
        refusals=(RedirectNotFound, RedirectVersionStale),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_delete(self, actor: Actor, redirect_id: UUID, if_match: int | None) -> Answer:
        """Let an old address die."""
        self.redirects.delete(actor, redirect_id, if_match)
        return Answer.nothing()
