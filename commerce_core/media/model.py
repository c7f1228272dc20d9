"""Pictures on their way in: what is looked at, how they are named, and how far an upload has come."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.catalog.checks import range_error, refuse
from commerce_core.catalog.model import MAX_IMAGES, Product
from commerce_core.kernel.retry import Retry
from commerce_core.kernel.slug import slugify
from commerce_core.kernel.text import text_error
from commerce_core.media.errors import PictureRefused, UploadNotReady
from commerce_core.media.formats import Header, PictureType, read_header

MAX_BYTES = 10_000_000
MAX_SIDE = 16_383  # pixels: what WebP can hold
MAX_PIXELS = 64_000_000  # What browsers unpack without harm, and more than most telephones take.

LINK_LASTS = timedelta(minutes=15)
UNATTACHED_KEPT = timedelta(days=1)

REMOTE_RETRY = Retry(
    lease=timedelta(minutes=2), most_attempts=8, first=timedelta(minutes=1), longest=timedelta(hours=6)
)


def inspect(name: str, content: bytes) -> Header:
    """What a picture says about itself. Raises `PictureRefused` for what is not served; `name` is for that message."""
    if len(content) > MAX_BYTES:
        raise PictureRefused(name, f"it is larger than {MAX_BYTES // 1_000_000} MB.")
    header = read_header(content)
    if header is None:
        raise PictureRefused(name, "only AVIF, GIF, JPEG, PNG and WebP can be served.")
    if max(header.width, header.height) > MAX_SIDE or header.width * header.height > MAX_PIXELS:
        limits = f"at most {MAX_SIDE} a side and {MAX_PIXELS // 1_000_000} million in all."
        raise PictureRefused(name, f"{header.width} x {header.height} pixels are too many; {limits}")
    return header


def content_key(name: str, content: bytes, kind: PictureType) -> str:
    """The key of a picture that anybody may bring: the same content under the same name is the same picture."""
    return _key(name, hashlib.sha256(content).hexdigest()[:16], kind)


def own_key(name: str, owner: UUID, kind: PictureType) -> str:
    """The key of a picture that belongs to one upload or one remote image, and goes when that goes."""
    return _key(name, owner.hex, kind)


def _key(name: str, mark: str, kind: PictureType) -> str:
    stem = slugify(PurePosixPath(name).stem).encode("ascii", "ignore").decode().strip("-")[:60].strip("-")
    return f"media/{stem or 'picture'}-{mark}.{kind.extension}"


class UploadStatus(StrEnum):
    """How far an upload has come."""

    PENDING = "pending"  # Announced; its bytes may be there, but nobody has looked at them.
    READY = "ready"  # A picture, looked at.
    ATTACHED = "attached"  # Some product shows it.
    EXPIRED = "expired"  # Never attached, and about to be erased.


NEXT: dict[UploadStatus, frozenset[UploadStatus]] = {
    UploadStatus.PENDING: frozenset({UploadStatus.READY, UploadStatus.EXPIRED}),
    UploadStatus.READY: frozenset({UploadStatus.ATTACHED, UploadStatus.EXPIRED}),
    UploadStatus.ATTACHED: frozenset(),
    UploadStatus.EXPIRED: frozenset(),
}


@frozen
class Ticket:
    """Leave to send one file: with this method, to this address, with these headers, until then."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str]
    expires_at: datetime


@frozen
class NewUpload:
    """A picture somebody wants to send: `size` in bytes, `content_type` one of those that are served."""

    filename: str
    content_type: PictureType
    size: int
    alt: str = ""

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/filename", self.filename, limit=255, least=1),
            range_error("/size", self.size, MAX_BYTES, least=1),
            text_error("/alt", self.alt, limit=512),
        )


@frozen
class Upload:
    """A picture that is being sent. `keep_until` is when it is erased unless somebody attaches it."""

    id: UUID
    filename: str
    type: PictureType
    size: int
    alt: str
    keep_until: datetime
    status: UploadStatus = UploadStatus.PENDING
    url: str | None = None
    width: int | None = None
    height: int | None = None

    @property
    def landing_key(self) -> str:
        """Where the bytes arrive. Nothing is ever served from there."""
        return f"uploads/{self.id.hex}.{self.type.extension}"

    @property
    def picture_key(self) -> str:
        """Where the picture is served from once somebody has looked at it."""
        return own_key(self.filename, self.id, self.type)

    def check(self, content: bytes) -> Header:
        """Look at what has arrived. Raises `PictureRefused`, also when it is not what was announced."""
        header = inspect(self.filename, content)
        if header.type is not self.type:
            raise PictureRefused(self.filename, f"it was announced as {self.type} and is {header.type}.")
        if len(content) != self.size:
            raise PictureRefused(self.filename, f"it was announced with {self.size} bytes and has {len(content)}.")
        return header

    def ready(self, header: Header, url: str, now: datetime) -> "Upload":
        """The upload as a picture that can be attached. Raises `UploadNotReady`."""
        there = {"url": url, "width": header.width, "height": header.height}
        return self._become(UploadStatus.READY, keep_until=now + UNATTACHED_KEPT, **there)

    def attached(self) -> "Upload":
        """The upload as a product's picture. Raises `UploadNotReady`."""
        return self._become(UploadStatus.ATTACHED)

    def _become(self, status: UploadStatus, **changes: Any) -> "Upload":
        if status not in NEXT[self.status]:
            raise UploadNotReady(self.id, self.status.value)
        return evolve(self, status=status, **changes)


@frozen
class AttachUpload:
    """Where an upload shall be shown. Without `alt` it keeps its own; `position` 1 is the cover, none is the end."""

    upload_id: UUID
    alt: str | None = None
    position: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            text_error("/alt", self.alt or "", limit=512),
            range_error("/position", 1 if self.position is None else self.position, MAX_IMAGES, least=1),
        )


class RemoteImageStatus(StrEnum):
    """How far a picture that is elsewhere has come."""

    PENDING = "pending"
    STORED = "stored"
    DEAD = "dead"  # Given up; an operator may say retry.


@frozen
class ClaimedRemoteImage:
    """A picture to be fetched, ours for one lease. `attempts` counts this claim and tells it from a later one.

    `status` is dead when the lease before ran out after the last attempt: no worker survived the picture.
    """

    id: UUID
    product_id: UUID
    source_url: str
    attempts: int
    status: RemoteImageStatus


def moved(product: Product, source_url: str, url: str) -> Product:
    """The product with its pictures from `source_url` at `url`. The same product when it shows none from there."""
    images = tuple(evolve(image, url=url) if image.url == source_url else image for image in product.images)
    return evolve(product, images=images)
