"""Pictures in a folder of this machine, and pictures that lie beside a file to be imported."""

import base64
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from attrs import field, frozen

from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import must_be_outside_transaction
from commerce_core.media.errors import PictureNotFound, UploadDiffers, UploadLinkInvalid
from commerce_core.media.formats import PictureType
from commerce_core.media.model import MAX_BYTES, Ticket

_KEY = re.compile(r"(?:media|uploads)/[a-z0-9-]{1,100}\.(avif|gif|jpg|png|webp)")
_TYPES = {kind.extension: kind for kind in PictureType}
_PURPOSE = "upload"


def _now() -> datetime:
    return datetime.now(UTC)


@frozen
class LocalMedia:
    """Keeps pictures in `media/` below its folder, where the API serves them, and what has just arrived in `uploads/`.

    Whoever holds a ticket sends the bytes to the API, which hands them to `receive`. Every process of the shop has to
    see the same folder.
    """

    folder: Path
    secret: SecretKey
    clock: Callable[[], datetime] = field(default=_now, repr=False)

    def address(self, key: str) -> str:
        """Where the API serves a picture."""
        return f"/{key}"

    def owns(self, address: str) -> bool:
        """Whether a picture is in this folder."""
        return address.startswith("/media/")

    def put(self, key: str, content: bytes, kind: PictureType) -> None:
        """Keep a file, whole or not at all. Its type is told by its key."""
        must_be_outside_transaction()
        target = self._file(key)
        if _TYPES[target.suffix.removeprefix(".")] is not kind:
            raise ValueError(f"{key} is not a key of {kind}")
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as file:
            file.write(content)
        part = Path(file.name)
        part.chmod(0o644)
        part.replace(target)

    def get(self, key: str, limit: int) -> bytes | None:
        """The first bytes of a file."""
        must_be_outside_transaction()
        try:
            with self._file(key).open("rb") as file:
                return file.read(limit)
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Erase a file."""
        must_be_outside_transaction()
        self._file(key).unlink(missing_ok=True)

    def ticket(self, key: str, kind: PictureType, size: int, lasts: timedelta) -> Ticket:
        """A PUT to the API whose address says, under our signature, what may be sent where and until when."""
        until = (self.clock() + lasts).replace(microsecond=0)
        leave = base64.urlsafe_b64encode(f"{key} {kind} {size} {int(until.timestamp())}".encode()).decode().rstrip("=")
        token = f"{leave}.{self.secret.sign(_PURPOSE, leave)}"
        return Ticket("PUT", f"/media/uploads/{token}", {"Content-Type": kind.value}, until)

    def receive(self, token: str, content_type: str | None, content: bytes) -> None:
        """Keep what was sent with a ticket. Until it expires the same may be sent again.

        Raises `UploadLinkInvalid` or `UploadDiffers`; then nothing is kept.
        """
        leave, _, signature = token.partition(".")
        if not self.secret.verifies(_PURPOSE, leave, signature):
            raise UploadLinkInvalid
        # Ours by its signature, so it can be read.
        key, kind, size, until = base64.urlsafe_b64decode(leave + "=" * (-len(leave) % 4)).decode().split(" ")
        if self.clock().timestamp() >= int(until):
            raise UploadLinkInvalid
        if content_type != kind or len(content) != int(size):
            raise UploadDiffers(int(size), kind)
        self.put(key, content, PictureType(kind))

    def read(self, name: str) -> tuple[bytes, PictureType]:
        """A picture and its type. Raises `PictureNotFound`, also for any name we did not give."""
        found = _KEY.fullmatch(f"media/{name}")
        content = self.get(found[0], MAX_BYTES) if found else None
        if not found or content is None:
            raise PictureNotFound
        return content, _TYPES[found[1]]

    def _file(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a key of ours")
        return self.folder / key


@frozen
class PictureFolder:
    """The pictures beside a file to be imported: relative paths, never out of the folder."""

    folder: Path

    def read(self, path: str) -> bytes | None:
        """The content of a picture, None when it is not there, too large to be one, or not in the folder."""
        root = self.folder.resolve()
        file = (root / PurePosixPath(path)).resolve()
        if not file.is_relative_to(root) or not file.is_file() or file.stat().st_size > MAX_BYTES:
            return None
        return file.read_bytes()
