"""What operators see of pictures on their way in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.page import Page, PageRequest
from commerce_core.media.formats import PictureType
from commerce_core.media.model import RemoteImageStatus, Ticket, Upload, UploadStatus


@frozen
class UploadTicketView:
    """How to send the bytes: `method` to `url` with `headers` before `expires_at`, exactly as announced.

    Without a store in the cloud `url` is a path of this API.
    """

    id: UUID
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str]
    expires_at: datetime

    @classmethod
    def of(cls, upload: Upload, ticket: Ticket) -> "UploadTicketView":
        """The view of a ticket."""
        return cls(upload.id, ticket.method, ticket.url, ticket.headers, ticket.expires_at)


@frozen
class UploadView:
    """An upload. `url`, `width` and `height` (pixels) are known once it is ready; `size` is bytes."""

    id: UUID
    status: UploadStatus
    filename: str
    content_type: PictureType
    size: int
    alt: str
    url: str | None
    width: int | None
    height: int | None
    keep_until: datetime

    @classmethod
    def of(cls, upload: Upload) -> "UploadView":
        """The view of an upload."""
        return cls(
            upload.id, upload.status, upload.filename, upload.type, upload.size, upload.alt,
            upload.url, upload.width, upload.height, upload.keep_until,
        )  # fmt: skip


@frozen
class RemoteImageView:
    """A picture that came, or is to come, from elsewhere, and how fetching it went."""

    id: UUID
    product_id: UUID
    source_url: str
    status: RemoteImageStatus = field(converter=RemoteImageStatus)
    url: str | None
    attempts: int
    next_retry_at: datetime
    error: str | None
    created_at: datetime


class MediaReader(Protocol):
    """Reads for operators."""

    def upload(self, upload_id: UUID) -> Upload | None:
        """One upload."""
        ...

    def remote_images(self, status: RemoteImageStatus | None, page: PageRequest) -> Page[RemoteImageView]:
        """Remote images, newest first."""
        ...
