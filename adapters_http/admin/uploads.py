"""Pictures on their way in, for operators."""

from typing import Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.operation import Access, Answer, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.media.errors import MediaUnavailable, PictureRefused, UploadMissing, UploadNotFound
from commerce_core.media.model import NewUpload
from commerce_core.media.service import MediaService
from commerce_core.media.views import UploadTicketView, UploadView


@frozen
class StartUpload(NewUpload):
    """A picture to be sent: AVIF, GIF, JPEG, PNG or WebP, of exactly `size` bytes."""

    example: ClassVar[dict[str, Any]] = {
        "filename": "mug.webp", "content_type": "image/webp", "size": 48213, "alt": "A blue mug",
    }  # fmt: skip


@frozen
class AdminUploads:
    """`/v1/admin/uploads`."""

    media: MediaService

    @operation(
        "Announce a picture",
        answers={201: UploadTicketView},
        refusals=(MediaUnavailable,),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_post(self, actor: Actor, body: StartUpload) -> Answer:
        """Send the bytes with `method` to `url` and with `headers`, then complete the upload."""
        ticket = self.media.start_upload(actor, body)
        return Answer.created(ticket, f"/v1/admin/uploads/{ticket.id}")


@frozen
class AdminUpload:
    """`/v1/admin/uploads/{upload_id}`."""

    media: MediaService

    @operation(
        "Read an upload",
        answers={200: UploadView},
        refusals=(UploadNotFound,),
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
    )
    def on_get(self, actor: Actor, upload_id: UUID) -> Answer:
        """How far it has come. Gone when nobody attached it in time."""
        return Answer(self.media.show_upload(actor, upload_id))


@frozen
class AdminUploadCompletion:
    """`/v1/admin/uploads/{upload_id}/complete`."""

    media: MediaService

    @operation(
        "Complete an upload",
        answers={200: UploadView},
        refusals=(UploadNotFound, UploadMissing, PictureRefused, MediaUnavailable),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_post(self, actor: Actor, upload_id: UUID) -> Answer:
        """Has the bytes looked at. What is refused may be sent again; completing again is harmless."""
        return Answer(self.media.complete_upload(actor, upload_id))
