"""What headers of pictures say, read against pictures that another program wrote."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from commerce_core.media.errors import PictureRefused
from commerce_core.media.formats import Header, PictureType, read_header
from commerce_core.media.model import MAX_BYTES, MAX_PIXELS, MAX_SIDE, content_key, inspect, own_key
from commerce_core.testing.pictures import png

DEMO = Path(__file__).parents[3] / "adapters_cli" / "demo_shop" / "images"


def drawn(kind: str, width: int = 37, height: int = 23, **options: object) -> bytes:
    """A picture by Pillow."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind, **options)
    return file.getvalue()


PICTURES = {
    "png": (drawn("PNG"), PictureType.PNG),
    "gif": (drawn("GIF"), PictureType.GIF),
    "baseline jpeg": (drawn("JPEG"), PictureType.JPEG),
    "progressive jpeg with exif": (drawn("JPEG", progressive=True, exif=Image.Exif().tobytes()), PictureType.JPEG),
    "lossy webp": (drawn("WEBP"), PictureType.WEBP),
    "lossless webp": (drawn("WEBP", lossless=True), PictureType.WEBP),
    "extended webp": (drawn("WEBP", exif=Image.Exif().tobytes() or b"Exif\0\0"), PictureType.WEBP),
    "avif": (drawn("AVIF"), PictureType.AVIF),
    "ours": (png(37, 23), PictureType.PNG),
}


@pytest.mark.parametrize("name", PICTURES)
def test_type_and_size_are_those_another_program_wrote(name: str) -> None:
    content, kind = PICTURES[name]
    assert read_header(content) == Header(kind, 37, 23)


@pytest.mark.parametrize("file", sorted(DEMO.iterdir())[::7], ids=lambda file: file.stem)
def test_the_pictures_of_the_demo_are_read_as_another_program_reads_them(file: Path) -> None:
    with Image.open(file) as image:
        assert read_header(file.read_bytes()) == Header(PictureType.WEBP, *image.size)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_ends_before_its_header_does_is_none(name: str) -> None:
    content, kind = PICTURES[name]
    whole = next(n for n in range(len(content) + 1) if read_header(content[:n]) is not None)

    assert all(read_header(content[:n]) is None for n in range(whole))
    assert read_header(content[:whole]) == Header(kind, 37, 23)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF87a",
        b"BM\x00\x00\x00\x00",
        b"\xff\xd8\xff\xda\x00\x08 the picture before its size",
        b"\xff\xd8\xff\xe0\x00\x00 a segment without a length",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dtEXt\x00\x00\x00\x01\x00\x00\x00\x01",
        b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp41mp42",
        PICTURES["avif"][0].replace(b"avif", b"heic"),
        png(0, 1),
    ],
)
def test_what_is_no_picture_we_serve_has_no_header(content: bytes) -> None:
    assert read_header(content) is None


@given(
    start=st.sampled_from([content[:n] for content, _ in PICTURES.values() for n in (4, 12, 16, 24, 32, 64)]),
    rest=st.binary(max_size=300),
)
def test_no_bytes_whatever_make_the_reader_fail(start: bytes, rest: bytes) -> None:
    header = read_header(start + rest)
    assert header is None or min(header.width, header.height) > 0


@pytest.mark.parametrize(("width", "height"), [(MAX_SIDE + 1, 1), (8_001, 8_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_unpack_to_too_much_is_refused_by_its_header(width: int, height: int) -> None:
    bomb = bytearray(png())
    bomb[16:24] = width.to_bytes(4) + height.to_bytes(4)

    with pytest.raises(PictureRefused, match="pixels are too many"):
        inspect("bomb.png", bytes(bomb))


def test_a_picture_as_large_as_may_be_passes() -> None:
    largest = bytearray(png())
    largest[16:24] = (8_000).to_bytes(4) + (MAX_PIXELS // 8_000).to_bytes(4)
    largest += bytes(MAX_BYTES - len(largest))

    assert inspect("large.png", bytes(largest)).width == 8_000
    with pytest.raises(PictureRefused, match="larger than 10 MB"):
        inspect("larger.png", bytes(largest) + b"\0")


def test_keys_say_what_a_picture_is_and_never_lead_anywhere_else() -> None:
    evil = "../../日本\x00 É.exe"
    key = content_key(evil, png(), PictureType.JPEG)

    assert key.startswith("media/e-")
    assert key.endswith(".jpg")
    assert content_key("../日本", png(), PictureType.PNG).startswith("media/picture-")
    assert content_key("a.png", png(), PictureType.PNG) == content_key("a.png", png(), PictureType.PNG)
    assert content_key("a.png", png(shade=1), PictureType.PNG) != content_key("a.png", png(), PictureType.PNG)


def test_a_key_of_ones_own_is_not_shared_by_the_same_content() -> None:
    assert own_key("a.png", uuid4(), PictureType.PNG) != own_key("a.png", uuid4(), PictureType.PNG)
