"""Pictures that imports found elsewhere: fetched by the worker, kept here, and shown from here."""

import random
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit
from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Permission
from commerce_core.catalog.editing import edit
from commerce_core.catalog.errors import ProductNotFound
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.retry import Retry, told
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.media.errors import RemoteImageNotDead, RemoteImageNotFound
from commerce_core.media.model import (
    REMOTE_RETRY,
    ClaimedRemoteImage,
    RemoteImageStatus,
    inspect,
    moved,
    own_key,
)
from commerce_core.media.ports import Media, MediaWork, Web
from commerce_core.media.views import MediaReader, RemoteImageView

BATCH = 100


@frozen
class RemoteImageService:
    """Fetches what products show from elsewhere, so that the shop does not break when that is gone."""

    begin: Begin[MediaWork]
    read: MediaReader
    media: Media
    web: Web
    policy: Retry = REMOTE_RETRY
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def fetch_due(self, limit: int = BATCH) -> int:
        """Fetch the pictures that are due, one after the other, at most `limit`; return how many were looked at.

        A picture that fails is tried again later and later, in the end given up; an operator sees why and may retry.
        """
        for looked_at in range(limit):
            claim = self._claim()
            if claim is None:
                return looked_at
            if claim.status is RemoteImageStatus.PENDING:
                self._fetch(claim)
        return limit

    def list_remote_images(
        self, actor: Actor, status: RemoteImageStatus | None, page: PageRequest
    ) -> Page[RemoteImageView]:
        """Pictures from elsewhere, newest first. Raises `PermissionDenied`."""
        actor.must(Permission.CATALOG_READ)
        return self.read.remote_images(status, page)

    @retried
    def retry(self, actor: Actor, remote_image_id: UUID) -> None:
        """Make a dead one due again. Raises `PermissionDenied`, `RemoteImageNotFound` or `RemoteImageNotDead`."""
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            status = work.remote_images.lock(remote_image_id)
            if status is None:
                raise RemoteImageNotFound(remote_image_id)
            if status is not RemoteImageStatus.DEAD:
                raise RemoteImageNotDead(remote_image_id, status.value)
            work.remote_images.revive(remote_image_id)
            changes: dict[str, tuple[object, object]] = {"status": (status.value, RemoteImageStatus.PENDING.value)}
            work.audit.record(AuditEntry(actor, "remote_image.retry", "remote_image", str(remote_image_id), changes))

    def _fetch(self, claim: ClaimedRemoteImage) -> None:
        try:
            url = self._stored(claim)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one picture, the others go on
            self._failed(claim, error)
        else:
            self._settled(claim, url)

    def _stored(self, claim: ClaimedRemoteImage) -> str:
        """Fetch and keep the picture. Its key is its row's own, so a second attempt replaces what a first one left."""
        content = self.web.fetch(claim.source_url)
        name = PurePosixPath(unquote(urlsplit(claim.source_url).path)).name[:100]
        kind = inspect(name, content).type
        key = own_key(name, claim.id, kind)
        self.media.put(key, content, kind)
        return self.media.address(key)

    @retried
    def _claim(self) -> ClaimedRemoteImage | None:
        with self.begin() as work:
            return work.remote_images.claim(self.policy)

    @retried
    def _settled(self, claim: ClaimedRemoteImage, url: str) -> None:
        """The product shows the picture from here on, if it still shows it at all."""
        with self.begin() as work:
            try:
                edit(work, SYSTEM, claim.product_id, None, lambda product: moved(product, claim.source_url, url))
            except ProductNotFound:  # And with it went the row.
                return
            work.remote_images.settle(claim, url)

    @retried
    def _failed(self, claim: ClaimedRemoteImage, error: Exception) -> None:
        last = self.policy.is_last(claim.attempts, error)
        delay = None if last else self.policy.delay(claim.attempts, self.chance())
        with self.begin() as work:
            work.remote_images.fail(claim, told(error), delay)
