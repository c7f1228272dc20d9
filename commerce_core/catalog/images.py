"""What operators do with the pictures of a product."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.drafts import ImageChanges, NewImage
from commerce_core.catalog.editing import edit
from commerce_core.catalog.model import Product
from commerce_core.catalog.ports import CatalogWork
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import Unset, given


@frozen
class ImageService:
    """Keeps the pictures of products. Each method gives the product as it is afterwards, a version further."""

    begin: Begin[CatalogWork]
    new_id: NewId

    @retried
    def add(self, actor: Actor, product_id: UUID, image: NewImage, expected_version: int | None = None) -> Product:
        """Add a picture at its position, or behind the others.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale` or `TooManyImages`; then nothing changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        image_id = self.new_id()
        with self.begin() as work:
            return edit(
                work,
                actor,
                product_id,
                expected_version,
                lambda product: product.with_image(image_id, image.url, image.alt, image.position),
            )

    @retried
    def change(
        self,
        actor: Actor,
        product_id: UUID,
        image_id: UUID,
        changes: ImageChanges,
        expected_version: int | None = None,
    ) -> Product:
        """Say something else about a picture, or move it.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale` or `ImageNotFound`; then nothing changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        position = None if isinstance(changes.position, Unset) else changes.position
        with self.begin() as work:
            return edit(
                work,
                actor,
                product_id,
                expected_version,
                lambda p: p.with_changed_image(image_id, given(changes.alt, p.image(image_id).alt), position),
            )

    @retried
    def remove(self, actor: Actor, product_id: UUID, image_id: UUID, expected_version: int | None = None) -> Product:
        """Take a picture away from its product, and from the variants it stood for. The file itself stays.

        Raises `PermissionDenied`, `ProductNotFound`, `ProductVersionStale` or `ImageNotFound`; then nothing changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        with self.begin() as work:
            return edit(work, actor, product_id, expected_version, lambda product: product.without_image(image_id))
