"""What media asks of the world."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.catalog.ports import CatalogWork
from commerce_core.kernel.retry import Retry
from commerce_core.media.formats import PictureType
from commerce_core.media.model import ClaimedRemoteImage, RemoteImageStatus, Ticket, Upload


class Media(Protocol):
    """Where pictures are kept, by keys that we make. Never called while a transaction is open.

    Everything that has to reach the store raises `MediaUnavailable` when it cannot.
    """

    def address(self, key: str) -> str:
        """Where the picture with this key is served, whether it is there or not."""
        ...

    def owns(self, address: str) -> bool:
        """Whether a picture at this address is kept here."""
        ...

    def put(self, key: str, content: bytes, kind: PictureType) -> None:
        """Keep a file, whole or not at all. What was there before is replaced."""
        ...

    def get(self, key: str, limit: int) -> bytes | None:
        """The first `limit` bytes of a file, None when there is no such file."""
        ...

    def delete(self, key: str) -> None:
        """Erase a file. One that is not there is fine."""
        ...

    def ticket(self, key: str, kind: PictureType, size: int, lasts: timedelta) -> Ticket:
        """Leave for whoever holds it to send exactly this file. Reaches nothing."""
        ...


class Web(Protocol):
    """Pictures elsewhere. Never called while a transaction is open."""

    def fetch(self, address: str) -> bytes:
        """What is at a web address, no larger than a picture may be.

        Raises `RemotePictureRefused` for what will never be fetched, as inside a private network, and
        `RemotePictureUnreachable` for what may be another time.
        """
        ...


class Uploads(Protocol):
    """The uploads, inside one transaction."""

    def add(self, upload: Upload) -> None:
        """Write down a new upload."""
        ...

    def lock(self, upload_id: UUID) -> Upload | None:
        """The upload, nobody else's to change until the end of the transaction."""
        ...

    def write(self, upload: Upload) -> None:
        """Write what has become of an upload."""
        ...

    def expire(self, limit: int, lease: timedelta) -> tuple[Upload, ...]:
        """Take uploads nobody attached in time, to be erased by us alone for one lease."""
        ...

    def forget(self, ids: Sequence[UUID]) -> None:
        """Take away expired uploads whose files are gone."""
        ...


class RemoteImages(Protocol):
    """Pictures of products that are elsewhere, inside one transaction."""

    def expect(self, images: Iterable[tuple[UUID, str]]) -> None:
        """Have these pictures fetched, each a product's id and an address. What is known already stays as it is."""
        ...

    def stored(self, product_ids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, str]]:
        """Where the pictures of these products are by now, by where they came from."""
        ...

    def claim(self, retry: Retry) -> ClaimedRemoteImage | None:
        """Lease the picture that has been due for longest. The attempt is counted now."""
        ...

    def settle(self, claim: ClaimedRemoteImage, url: str) -> None:
        """Write down where the picture is now. A claim whose lease was lost to a later one changes nothing."""
        ...

    def fail(self, claim: ClaimedRemoteImage, error: str, delay: timedelta | None) -> None:
        """Try again after `delay`, or give up. A claim whose lease was lost changes nothing."""
        ...

    def lock(self, remote_image_id: UUID) -> RemoteImageStatus | None:
        """Lock a remote image and tell where it stands; None when there is none."""
        ...

    def revive(self, remote_image_id: UUID) -> None:
        """Make a dead remote image due again, with all its attempts."""
        ...


class MediaWork(CatalogWork, Protocol):
    """What one transaction about pictures touches."""

    @property
    def uploads(self) -> Uploads:
        """What is being sent to us."""
        ...

    @property
    def remote_images(self) -> RemoteImages:
        """What is to be fetched."""
        ...
