"""Pictures in a folder of this machine, and pictures that lie beside a file to be imported."""

import hashlib
import re
import tempfile
from pathlib import Path, PurePosixPath

from attrs import frozen

from commerce_core.catalog.errors import PictureNotFound, PictureRefused
from commerce_core.kernel.slug import slugify

MAX_BYTES = 10_000_000
_NAME = re.compile(r"[a-z0-9-]{1,100}\.(avif|gif|jpg|png|webp)")
_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


@frozen
class LocalMedia:
    """Keeps pictures under names that tell their content, so that they may be cached for ever."""

    folder: Path
    prefix: str = "/media/"

    def address(self, name: str, content: bytes) -> str:
        """Where this picture is served once it is stored. Raises `PictureRefused`."""
        return self.prefix + _file_name(name, content)

    def store(self, name: str, content: bytes) -> str:
        """Keep the picture, whole or not at all, and return its address. Raises `PictureRefused`."""
        file_name = _file_name(name, content)
        target = self.folder / file_name
        if not target.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                file.write(content)
            part = Path(file.name)
            part.chmod(0o644)
            part.replace(target)
        return self.prefix + file_name

    def read(self, file_name: str) -> tuple[bytes, str]:
        """A picture and its media type. Raises `PictureNotFound`, also for any name we did not give."""
        if not _NAME.fullmatch(file_name):
            raise PictureNotFound
        try:
            content = (self.folder / file_name).read_bytes()
        except FileNotFoundError:
            raise PictureNotFound from None
        return content, _TYPES[file_name.rpartition(".")[2]]


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


def _file_name(name: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise PictureRefused(name, f"it is larger than {MAX_BYTES // 1_000_000} MB.")
    extension = _extension(content)
    if extension is None:
        raise PictureRefused(name, "only AVIF, GIF, JPEG, PNG and WebP can be served.")
    stem = slugify(PurePosixPath(name).stem).encode("ascii", "ignore").decode().strip("-")[:60].strip("-")
    return f"{stem or 'picture'}-{hashlib.sha256(content).hexdigest()[:16]}.{extension}"


def _extension(content: bytes) -> str | None:
    """What the first bytes say it is. What the name says does not count: a browser would believe the content."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:12] in {b"ftypavif", b"ftypavis"}:
        return "avif"
    return None
