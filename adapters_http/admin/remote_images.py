"""Pictures that are fetched from elsewhere, for operators."""

from typing import Annotated
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.media.errors import RemoteImageNotDead, RemoteImageNotFound
from commerce_core.media.model import RemoteImageStatus
from commerce_core.media.remote import RemoteImageService
from commerce_core.media.views import RemoteImageView


@frozen
class RemoteImageQuery:
    """Which remote images, and which page of them."""

    status: RemoteImageStatus | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminRemoteImages:
    """`/v1/admin/remote-images`."""

    remote_images: RemoteImageService

    @operation(
        "List pictures from elsewhere",
        answers={200: Page[RemoteImageView]},
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, query: RemoteImageQuery) -> Answer:
        """Newest first. Those that are dead say why."""
        return Answer(
            self.remote_images.list_remote_images(actor, query.status, PageRequest(query.page, query.per_page))
        )


@frozen
class AdminRemoteImageRetry:
    """`/v1/admin/remote-images/{remote_image_id}/retry`."""

    remote_images: RemoteImageService

    @operation(
        "Fetch a picture again",
        answers={204: None},
        refusals=(RemoteImageNotFound, RemoteImageNotDead),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, remote_image_id: UUID) -> Answer:
        """For one that was given up."""
        self.remote_images.retry(actor, remote_image_id)
        return Answer.nothing()
