"""Uploads and remote images in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.ids import NewId, uuid7
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry
from commerce_core.media.formats import PictureType
from commerce_core.media.model import ClaimedRemoteImage, RemoteImageStatus, Upload, UploadStatus
from commerce_core.media.views import RemoteImageView
from commerce_core.postgres.database import Database, Row, Session


@frozen
class PostgresUploads:
    """Uploads in the transaction of the session."""

    session: Session

    def add(self, upload: Upload) -> None:
        """Write down a new upload."""
        self.session.send(
            "media.add_upload",
            id=upload.id, filename=upload.filename, content_type=upload.type.value, size=upload.size, alt=upload.alt,
            status=upload.status.value, keep_until=upload.keep_until,
        )  # fmt: skip

    def lock(self, upload_id: UUID) -> Upload | None:
        """The upload, locked."""
        row = self.session.locked(self.session.send("media.lock_upload", id=upload_id))
        return None if row is None else _upload(row)

    def write(self, upload: Upload) -> None:
        """Write what has become of an upload."""
        self.session.send(
            "media.write_upload",
            id=upload.id, status=upload.status.value, url=upload.url, width=upload.width, height=upload.height,
            keep_until=upload.keep_until,
        )  # fmt: skip

    def expire(self, limit: int, lease: timedelta) -> tuple[Upload, ...]:
        """Take uploads nobody attached in time."""
        return tuple(_upload(row) for row in self.session.rows("media.expire_uploads", limit=limit, lease=lease))

    def forget(self, ids: Sequence[UUID]) -> None:
        """Take away expired uploads."""
        self.session.send("media.forget_uploads", ids=list(ids))


@frozen
class PostgresRemoteImages:
    """Remote images in the transaction of the session."""

    session: Session
    new_id: NewId = uuid7

    def expect(self, images: Iterable[tuple[UUID, str]]) -> None:
        """Have these pictures fetched, all written in one statement."""
        if wanted := list(images):
            self.session.send(
                "media.expect_remote_images",
                ids=[self.new_id() for _ in wanted],
                product_ids=[product_id for product_id, _ in wanted],
                source_urls=[source_url for _, source_url in wanted],
            )

    def stored(self, product_ids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, str]]:
        """Where the pictures of these products are by now."""
        found: dict[UUID, dict[str, str]] = {}
        if asked := list(product_ids):
            for product_id, source_url, url in self.session.rows("media.stored_remote_images", product_ids=asked):
                found.setdefault(product_id, {})[source_url] = url
        return found

    def claim(self, retry: Retry) -> ClaimedRemoteImage | None:
        """Lease the picture that has been due for longest."""
        row = self.session.row("media.claim_remote_image", lease=retry.lease, most_attempts=retry.most_attempts)
        if row is None:
            return None
        remote_image_id, product_id, source_url, attempts, status = row
        return ClaimedRemoteImage(remote_image_id, product_id, source_url, attempts, RemoteImageStatus(status))

    def settle(self, claim: ClaimedRemoteImage, url: str) -> None:
        """Write down where the picture is now."""
        self.session.send("media.settle_remote_image", id=claim.id, attempts=claim.attempts, url=url)

    def fail(self, claim: ClaimedRemoteImage, error: str, delay: timedelta | None) -> None:
        """Try again after `delay`, or give up."""
        self.session.send("media.fail_remote_image", id=claim.id, attempts=claim.attempts, error=error, delay=delay)

    def lock(self, remote_image_id: UUID) -> RemoteImageStatus | None:
        """Lock a remote image and tell where it stands."""
        row = self.session.locked(self.session.send("media.lock_remote_image", id=remote_image_id))
        return None if row is None else RemoteImageStatus(row[0])

    def revive(self, remote_image_id: UUID) -> None:
        """Make a remote image due again."""
        self.session.send("media.revive_remote_image", id=remote_image_id)


@frozen
class PostgresMediaReader:
    """Reads uploads and remote images for operators."""

    database: Database

    def upload(self, upload_id: UUID) -> Upload | None:
        """One upload."""
        with self.database.read() as session:
            row = session.row("media.upload", id=upload_id)
        return None if row is None else _upload(row)

    def remote_images(self, status: RemoteImageStatus | None, page: PageRequest) -> Page[RemoteImageView]:
        """Remote images, newest first."""
        with self.database.read() as session:
            if status is None:
                rows = session.rows("media.remote_images", limit=page.per_page, offset=page.offset)
                total = session.value("media.count_remote_images")
            else:
                rows = session.rows(
                    "media.remote_images_in", status=status.value, limit=page.per_page, offset=page.offset
                )
                total = session.value("media.count_remote_images_in", status=status.value)
        return Page(tuple(RemoteImageView(*row) for row in rows), page.page, page.per_page, total)


def _upload(row: Row) -> Upload:
    upload_id, filename, content_type, size, alt, keep_until, status, url, width, height = row
    kind = PictureType(content_type)
    return Upload(upload_id, filename, kind, size, alt, keep_until, UploadStatus(status), url, width, height)
