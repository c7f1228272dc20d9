"""What the first bytes of a picture say: its type and its size in pixels, and nothing is ever decoded.

A picture that unpacks to gigabytes cannot burst here, because nothing unpacks it. Its own header is believed: a browser
that shows the picture goes by the same bytes.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from struct import error as struct_error
from struct import unpack_from

from attrs import frozen


class PictureType(StrEnum):
    """What is served. SVG and HTML can hold scripts, so they are not among them."""

    AVIF = "image/avif"
    GIF = "image/gif"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"

    @property
    def extension(self) -> str:
        """As in file names."""
        return "jpg" if self is PictureType.JPEG else self.value.removeprefix("image/")


@frozen
class Header:
    """What a picture says about itself. Width and height are pixels."""

    type: PictureType
    width: int
    height: int


Size = tuple[int, int] | None

# ISO/IEC 10918-1, table B.1: starts of frame, which hold the size, and markers without a length.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_END_OF_HEADERS = frozenset({0xD9, 0xDA})


def read_header(content: bytes) -> Header | None:
    """The header of a picture, or None for anything that is not one. What its name says does not count."""
    kind = _kind(content)
    if kind is None:
        return None
    try:
        size = _READERS[kind](content)
    except struct_error:  # It ends before its header does.
        return None
    return Header(kind, *size) if size and min(size) > 0 else None


def _kind(content: bytes) -> PictureType | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PictureType.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return PictureType.JPEG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return PictureType.GIF
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PictureType.WEBP
    if content[4:8] == b"ftyp":
        return PictureType.AVIF  # HEIC and MP4 begin so as well; the reader asks for the brand.
    return None


def _png(content: bytes) -> Size:
    length, name, width, height = unpack_from(">I4sII", content, 8)
    return (width, height) if (length, name) == (13, b"IHDR") else None


def _gif(content: bytes) -> Size:
    width, height = unpack_from("<HH", content, 6)
    return width, height


def _jpeg(content: bytes) -> Size:
    place = 2
    while place < len(content):
        start, marker = unpack_from(">BB", content, place)
        if start != 0xFF or marker in _END_OF_HEADERS:
            return None
        if marker == 0xFF:  # Padding.
            place += 1
        elif marker in _BARE:
            place += 2
        elif marker in _FRAMES:
            height, width = unpack_from(">HH", content, place + 5)
            return width, height
        else:
            (length,) = unpack_from(">H", content, place + 2)
            if length < 2:
                return None
            place += 2 + length
    return None


def _webp(content: bytes) -> Size:
    chunk = content[12:16]
    if chunk == b"VP8 ":
        code, width, height = unpack_from("<3sHH", content, 23)
        return (width & 0x3FFF, height & 0x3FFF) if code == b"\x9d\x01\x2a" else None
    if chunk == b"VP8L":
        signature, bits = unpack_from("<BI", content, 20)
        return (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)) if signature == 0x2F else None
    if chunk == b"VP8X":
        width, more, height, most = unpack_from("<HBHB", content, 24)
        return 1 + (width | more << 16), 1 + (height | most << 16)
    return None


def _avif(content: bytes) -> Size:
    """The largest of the sizes a file tells: that of the whole, when it is put together from tiles."""
    sizes: list[tuple[int, int]] = []
    is_avif = False
    for name, start, end in _boxes(content, 0, len(content)):
        if name == b"ftyp":
            brands = content[start : start + 4] + content[start + 8 : end]
            is_avif = any(brands[n : n + 4] in {b"avif", b"avis"} for n in range(0, len(brands), 4))
        elif name == b"meta":
            sizes = list(_sizes(content, start + 4, end))
            break
    return max(sizes, key=lambda size: size[0] * size[1], default=None) if is_avif else None


def _sizes(content: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What `ispe` says, wherever it stands below `iprp` and `ipco` (ISO/IEC 23008-12, 6.5.3)."""
    for name, inner, last in _boxes(content, start, end):
        if name in {b"iprp", b"ipco"}:
            yield from _sizes(content, inner, last)
        elif name == b"ispe":
            width, height = unpack_from(">II", content, inner + 4)
            yield width, height


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two places: name, start and end of what is in them (ISO/IEC 14496-12, 4.2)."""
    while start + 8 <= end:
        size, name = unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            (size,) = unpack_from(">Q", content, start + 8)
            head = 16
        last = end if size == 0 else start + size
        if last > end or last < start + head:
            return
        yield name, start + head, last
        start = last


_READERS: dict[PictureType, Callable[[bytes], Size]] = {
    PictureType.AVIF: _avif,
    PictureType.GIF: _gif,
    PictureType.JPEG: _jpeg,
    PictureType.PNG: _png,
    PictureType.WEBP: _webp,
}
