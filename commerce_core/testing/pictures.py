"""A picture for tests, small and real."""

import zlib
from struct import pack


def png(width: int = 1, height: int = 1, shade: int = 128) -> bytes:
    """A grey PNG (ISO/IEC 15948) of this many pixels; pictures of different shades differ."""
    rows = (b"\x00" + bytes([shade]) * width) * height
    header = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
