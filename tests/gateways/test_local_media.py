"""The pictures beside a file. What a folder of pictures does for a shop stands in test_media_contract.py."""

from pathlib import Path

from commerce_core.gateways.local_media import PictureFolder
from commerce_core.testing.pictures import png


def test_a_folder_gives_its_own_pictures_only(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "a.png").write_bytes(png())
    (tmp_path / "secret.png").write_bytes(png())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    source = PictureFolder(folder)

    assert source.read("a.png") == png()
    assert [
        source.read(path) for path in ("../secret.png", "link.png", "b.png", ".", str(tmp_path / "secret.png"))
    ] == [None] * 5
