"""Pictures of a product, for operators."""

from typing import Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.drafts import ImageChanges, NewImage
from commerce_core.catalog.errors import ImageNotFound, ProductNotFound, ProductVersionStale, TooManyImages
from commerce_core.catalog.images import ImageService
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.views import StaffProductView
from commerce_core.kernel.errors import InvalidInput
from commerce_core.media.errors import UploadNotFound, UploadNotReady
from commerce_core.media.model import AttachUpload
from commerce_core.media.service import MediaService


@frozen
class AddImage:
    """A complete upload, or the `url` of a picture elsewhere, which browsers are sent to and we never fetch.

    Position 1 is the cover; without one it comes last. An upload has an alt of its own unless another one is given.
    """

    upload_id: UUID | None = None
    url: str | None = None
    alt: str | None = None
    position: int | None = None

    example: ClassVar[dict[str, Any]] = {"url": "https://pictures.example/mug.webp", "alt": "A blue mug", "position": 1}

    def picture(self) -> AttachUpload | NewImage:
        """Which of the two it is. Raises `InvalidInput`."""
        if self.upload_id is not None and self.url is not None:
            raise InvalidInput.at("/url", "duplicate", "Say either upload_id or url.")
        if self.upload_id is not None:
            return AttachUpload(self.upload_id, self.alt, self.position)
        if self.url is None:
            raise InvalidInput.at("/upload_id", "required", "Say upload_id, or url.")
        return NewImage(self.url, self.alt or "", self.position)


@frozen
class ChangeImage(ImageChanges):
    """What is to be different. At another position the others move on."""

    example: ClassVar[dict[str, Any]] = {"alt": "A blue mug on a table", "position": 1}


@frozen
class AdminProductImages:
    """`/v1/admin/products/{product_id}/images`."""

    images: ImageService
    media: MediaService
    catalog: CatalogService

    @operation(
        "Add a picture",
        answers={201: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, TooManyImages, UploadNotFound, UploadNotReady),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, product_id: UUID, body: AddImage, if_match: int | None) -> Answer:
        """At its position, the others move on; or behind the others."""
        picture = body.picture()
        if isinstance(picture, AttachUpload):
            self.media.attach(actor, product_id, picture, if_match)
        else:
            self.images.add(actor, product_id, picture, if_match)
        found = self.catalog.staff_product(actor, product_id)
        return Answer.created(found, f"/v1/admin/products/{product_id}").at_version(found.version)


@frozen
class AdminProductImage:
    """`/v1/admin/products/{product_id}/images/{image_id}`."""

    images: ImageService
    catalog: CatalogService

    @operation(
        "Change a picture",
        answers={200: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, ImageNotFound),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_patch(
        self, actor: Actor, product_id: UUID, image_id: UUID, body: ChangeImage, if_match: int | None
    ) -> Answer:
        """Say something else about it, or move it. The version is that of the product."""
        self.images.change(actor, product_id, image_id, body, if_match)
        return self._product(actor, product_id)

    @operation(
        "Remove a picture",
        answers={200: StaffProductView},
        refusals=(ProductNotFound, ProductVersionStale, ImageNotFound),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
    )
    def on_delete(self, actor: Actor, product_id: UUID, image_id: UUID, if_match: int | None) -> Answer:
        """Also from the variants it stood for."""
        self.images.remove(actor, product_id, image_id, if_match)
        return self._product(actor, product_id)

    def _product(self, actor: Actor, product_id: UUID) -> Answer:
        found = self.catalog.staff_product(actor, product_id)
        return Answer(found).at_version(found.version)
