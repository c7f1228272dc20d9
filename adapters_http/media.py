"""Pictures in the shop's own folder: served, and taken in from who holds a ticket."""

from attrs import frozen

from adapters_http.operation import Answer, Media, operation
from adapters_http.policies import Policy
from commerce_core.gateways.local_media import LocalMedia
from commerce_core.media.errors import PictureNotFound, UploadDiffers, UploadLinkInvalid
from commerce_core.media.model import MAX_BYTES


@frozen
class Pictures:
    """`/media/{name}`."""

    media: LocalMedia

    @operation("Read a picture", answers={200: Media("image/*")}, refusals=(PictureNotFound,), policy=Policy.NONE)
    def on_get(self, name: str) -> Answer:
        """Its name never gets another content, so it may be cached for ever."""
        content, kind = self.media.read(name)
        return Answer(
            content, headers={"Content-Type": kind.value, "Cache-Control": "public, max-age=31536000, immutable"}
        )


@frozen
class UploadHeaders:
    """As the upload was announced."""

    content_type: str | None = None


@frozen
class LocalUpload:
    """`/media/uploads/{token}`."""

    media: LocalMedia

    @operation(
        "Send the bytes of an upload",
        answers={204: None},
        refusals=(UploadLinkInvalid, UploadDiffers),
        body_limit=MAX_BYTES,
        policy=Policy.BROWSE,
    )
    def on_put(self, token: str, headers: UploadHeaders, body: bytes) -> Answer:
        """To the `url` of an upload, where the shop keeps pictures itself. The address is the leave to do so."""
        self.media.receive(token, headers.content_type, body)
        return Answer.nothing()
