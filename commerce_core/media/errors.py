"""Refusals about pictures."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


@frozen
class PictureRefused(Invalid):
    """A file that is not a picture we can serve."""

    code = "picture-refused"
    detail = "{name} is not a picture: {reason}"
    name: str
    reason: str


@frozen
class PictureNotFound(NotFound):
    """No such picture here."""

    code = "picture-not-found"
    detail = "There is no such picture."


@frozen
class MediaUnavailable(Unavailable):
    """The store of pictures cannot be reached, or it refuses us."""

    code = "media-unavailable"
    detail = "The store of pictures cannot be used now."


@frozen
class UploadNotFound(NotFound):
    """No such upload, or it was never attached and is gone by now."""

    code = "upload-not-found"
    detail = "There is no upload {upload_id}."
    upload_id: UUID


@frozen
class UploadMissing(Conflict):
    """An upload is completed before its bytes have arrived."""

    code = "upload-missing"
    detail = "Nothing has been sent to the address of the upload {upload_id} yet."
    upload_id: UUID


@frozen
class UploadNotReady(Conflict):
    """Only an upload that is complete can be attached, and only once."""

    code = "upload-not-ready"
    detail = "The upload {upload_id} is {status}; one that is ready can be attached, once."
    upload_id: UUID
    status: str


@frozen
class UploadLinkInvalid(Forbidden):
    """The address to send bytes to was not made by us, or is too old."""

    code = "upload-link-invalid"
    detail = "This upload link is wrong or has expired."


@frozen
class UploadDiffers(Invalid):
    """Other bytes were sent than announced; none were kept."""

    code = "upload-differs"
    detail = "The upload was announced as {size} bytes of {content_type}."
    size: int
    content_type: str


@frozen
class RemotePictureRefused(Invalid):
    """A picture elsewhere that will not be fetched, however often it is tried."""

    code = "remote-picture-refused"
    detail = "This picture is not fetched, because {reason}: {address}"
    reason: str
    address: str


@frozen
class RemotePictureUnreachable(Unavailable):
    """A picture elsewhere that cannot be had at the moment."""

    code = "remote-picture-unreachable"
    detail = "This picture cannot be fetched now, because {reason}: {address}"
    reason: str
    address: str


@frozen
class RemoteImageNotFound(NotFound):
    """No such picture is waiting to be fetched, or ever was."""

    code = "remote-image-not-found"
    detail = "There is no remote image {remote_image_id}."
    remote_image_id: UUID


@frozen
class RemoteImageNotDead(Conflict):
    """Only what was given up can be tried again by hand."""

    code = "remote-image-not-dead"
    detail = "The remote image {remote_image_id} is {status}; only a dead one can be retried."
    remote_image_id: UUID
    status: str
