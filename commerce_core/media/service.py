"""Bringing pictures in: announce, send, have them looked at, show them on a product."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.catalog.editing import edit
from commerce_core.catalog.model import Product
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.media.errors import MediaUnavailable, UploadMissing, UploadNotFound
from commerce_core.media.formats import Header
from commerce_core.media.model import (
    LINK_LASTS,
    MAX_BYTES,
    UNATTACHED_KEPT,
    AttachUpload,
    NewUpload,
    Upload,
    UploadStatus,
    inspect,
)
from commerce_core.media.ports import Media, MediaWork
from commerce_core.media.views import MediaReader, UploadTicketView, UploadView

_LEASE = timedelta(hours=1)  # Longer than looking at a picture, or erasing one, can take.
_BATCH = 100


@frozen
class MediaService:
    """Takes pictures in from operators. What nobody attaches within a day is erased."""

    begin: Begin[MediaWork]
    read: MediaReader
    media: Media
    new_id: NewId

    def start_upload(self, actor: Actor, new: NewUpload) -> UploadTicketView:
        """Say where the bytes of a picture may be sent. Raises `PermissionDenied`."""
        actor.must(Permission.CATALOG_WRITE)
        upload = self._announce(actor, new)
        ticket = self.media.ticket(upload.landing_key, upload.type, upload.size, LINK_LASTS)
        return UploadTicketView.of(upload, ticket)

    def complete_upload(self, actor: Actor, upload_id: UUID) -> UploadView:
        """Look at the bytes that have arrived, and make them a picture that can be attached. Again is harmless.

        The very bytes that were looked at are kept under another key, so nobody who still holds the link can replace
        them. Raises `PermissionDenied`, `UploadNotFound`, `UploadMissing`, `PictureRefused` or `MediaUnavailable`;
        then nothing has changed, and the right bytes may still be sent.
        """
        actor.must(Permission.CATALOG_WRITE)
        upload = self._held(upload_id)
        if upload.status is UploadStatus.PENDING:
            content = self.media.get(upload.landing_key, MAX_BYTES + 1)
            if content is None:
                raise UploadMissing(upload_id)
            upload = self._land(actor, upload, content)
            with suppress(MediaUnavailable):  # The upload is done; docs/media.md has the bucket forget what stays.
                self.media.delete(upload.landing_key)
        return UploadView.of(upload)

    def upload(self, actor: Actor, filename: str, content: bytes, alt: str = "") -> UploadView:
        """Both steps at once, for who has the bytes in hand.

        Raises `PermissionDenied`, `InvalidInput`, `PictureRefused` or `MediaUnavailable`; then no picture is there.
        """
        actor.must(Permission.CATALOG_WRITE)
        kind = inspect(filename, content).type
        upload = self._announce(actor, NewUpload(filename, kind, len(content), alt))
        return UploadView.of(self._land(actor, upload, content))

    def show_upload(self, actor: Actor, upload_id: UUID) -> UploadView:
        """One upload. Raises `PermissionDenied` or `UploadNotFound`."""
        actor.must(Permission.CATALOG_READ)
        upload = self.read.upload(upload_id)
        if upload is None or upload.status is UploadStatus.EXPIRED:
            raise UploadNotFound(upload_id)
        return UploadView.of(upload)

    @retried
    def attach(
        self, actor: Actor, product_id: UUID, wanted: AttachUpload, expected_version: int | None = None
    ) -> Product:
        """Show an upload on a product, at its position or behind the other pictures.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale`, `TooManyImages`, `UploadNotFound` or
        `UploadNotReady`; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        image_id = self.new_id()
        with self.begin() as work:

            def shown(product: Product) -> Product:
                attached = _locked(work, wanted.upload_id).attached()
                work.uploads.write(attached)
                alt = attached.alt if wanted.alt is None else wanted.alt
                return product.with_image(image_id, attached.url or "", alt, wanted.position)

            return edit(work, actor, product_id, expected_version, shown)

    def purge(self) -> int:
        """Erase the uploads that nobody attached in time, and return how many there were.

        They are marked first and forgotten last: whatever happens in between, the next run erases the rest.
        """
        expired = self._expired()
        for upload in expired:
            self.media.delete(upload.landing_key)
            self.media.delete(upload.picture_key)
        if expired:
            self._forget(expired)
        return len(expired)

    @retried
    def _announce(self, actor: Actor, new: NewUpload) -> Upload:
        upload_id = self.new_id()
        with self.begin() as work:
            until = work.now + UNATTACHED_KEPT
            upload = Upload(upload_id, new.filename, new.content_type, new.size, new.alt, until)
            work.uploads.add(upload)
            _record(work, actor, "upload.started", upload, {"filename": (None, new.filename), "size": (None, new.size)})
        return upload

    @retried
    def _held(self, upload_id: UUID) -> Upload:
        """The upload, kept at least for as long as looking at it takes."""
        with self.begin() as work:
            upload = _locked(work, upload_id)
            held = evolve(upload, keep_until=max(upload.keep_until, work.now + _LEASE))
            work.uploads.write(held)
        return held

    def _land(self, actor: Actor, upload: Upload, content: bytes) -> Upload:
        header = upload.check(content)
        self.media.put(upload.picture_key, content, header.type)
        return self._ready(actor, upload.id, header)

    @retried
    def _ready(self, actor: Actor, upload_id: UUID, header: Header) -> Upload:
        with self.begin() as work:
            upload = _locked(work, upload_id)
            if upload.status is not UploadStatus.PENDING:  # Two completed it at once, from the same bytes.
                return upload
            ready = upload.ready(header, self.media.address(upload.picture_key), work.now)
            work.uploads.write(ready)
            size = f"{header.width} x {header.height}"
            _record(work, actor, "upload.completed", ready, {"url": (None, ready.url), "pixels": (None, size)})
        return ready

    @retried
    def _expired(self) -> tuple[Upload, ...]:
        with self.begin() as work:
            return work.uploads.expire(_BATCH, _LEASE)

    @retried
    def _forget(self, uploads: tuple[Upload, ...]) -> None:
        with self.begin() as work:
            work.uploads.forget([upload.id for upload in uploads])


def _locked(work: MediaWork, upload_id: UUID) -> Upload:
    """The upload, locked. Raises `UploadNotFound`, also for one that is about to be erased."""
    upload = work.uploads.lock(upload_id)
    if upload is None or upload.status is UploadStatus.EXPIRED:
        raise UploadNotFound(upload_id)
    return upload


def _record(
    work: MediaWork, actor: Actor, action: str, upload: Upload, changes: Mapping[str, tuple[object, object]]
) -> None:
    work.audit.record(AuditEntry(actor, action, "upload", str(upload.id), dict(changes)))
