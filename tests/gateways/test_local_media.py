"""Pictures in a folder."""

from pathlib import Path

import pytest

from commerce_core.catalog.errors import PictureNotFound, PictureRefused
from commerce_core.gateways.local_media import MAX_BYTES, LocalMedia, PictureFolder

PNG = b"\x89PNG\r\n\x1a\n and then some"


def test_the_same_picture_is_stored_once_and_another_has_another_address(tmp_path: Path) -> None:
    media = LocalMedia(tmp_path / "media")

    first, again, other = (media.store("Éclair au café.png", content) for content in (PNG, PNG, PNG + b"!"))

    assert first == again == media.address("Éclair au café.png", PNG) != other
    assert first.startswith("/media/eclair-au-cafe-")
    assert len(list(media.folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x1cftypavif", "avif"),
    ],
)
def test_a_picture_is_named_for_what_it_is_not_for_what_it_is_called(
    tmp_path: Path, content: bytes, extension: str
) -> None:
    assert LocalMedia(tmp_path).address("../../日本.exe", content).endswith(f".{extension}")


@pytest.mark.parametrize("content", [b"", b"<svg onload=x>", b"<html>", PNG + bytes(MAX_BYTES)])
def test_what_is_no_picture_is_refused_and_not_stored(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PictureRefused):
        LocalMedia(tmp_path).store("a.png", content)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../secret.png", "a/b.png", ".png", "secret.txt", "nothing.png", "A.png", "a.png\n"])
def test_only_names_we_gave_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    media = LocalMedia(tmp_path / "media")
    media.folder.mkdir()

    with pytest.raises(PictureNotFound):
        media.read(name)


def test_a_folder_gives_its_own_pictures_only(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "a.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    source = PictureFolder(folder)

    assert source.read("a.png") == PNG
    assert [
        source.read(path) for path in ("../secret.png", "link.png", "b.png", ".", str(tmp_path / "secret.png"))
    ] == [None] * 5
