"""`commerce media`: the same use cases as over HTTP."""

from pathlib import Path
from uuid import uuid4

from commerce_core.testing.pictures import png


def test_a_picture_is_brought_in_and_shown(commerce, mugs: Path, tmp_path: Path) -> None:
    file = tmp_path / "mug.png"
    file.write_bytes(png(3, 2))
    mug = commerce("products", "show", "mug", "--json").value["id"]

    shown = commerce("media", "upload", file, "--alt", "A mug", "--product", mug, "--json").value
    kept = commerce("media", "upload", file, "--json").value
    attached = commerce("media", "attach", kept["id"], mug, "--position", 1, "--alt", "Another", "--json").value

    assert (shown["status"], shown["width"], shown["height"], kept["status"]) == ("attached", 3, 2, "ready")
    assert [(image["url"], image["alt"]) for image in attached["images"]] == [
        (kept["url"], "Another"),
        (shown["url"], "A mug"),
    ]
    assert commerce("media", "attach", kept["id"], mug).err.startswith("upload-not-ready")


def test_a_page_with_the_name_of_a_picture_is_refused(commerce, tmp_path: Path) -> None:
    file = tmp_path / "mug.png"
    file.write_bytes(b"<!doctype html>")
    assert commerce("media", "upload", file).err.startswith("picture-refused")
    assert not (tmp_path / "media").exists()


def test_pictures_from_elsewhere_are_listed_and_only_dead_ones_fetched_again(commerce, tmp_path: Path) -> None:
    file = tmp_path / "mugs.csv"
    file.write_text("Handle,Title,Variant Price,Image Src\nmug,Mug,10.00,https://pictures.example/mug.png", "utf-8")
    assert commerce("import", "products", file).code == 0

    [waiting] = commerce("media", "remote", "--json").value["items"]

    assert (waiting["status"], waiting["source_url"]) == ("pending", "https://pictures.example/mug.png")
    header, row = commerce("media", "remote", "--status", "pending").out.splitlines()
    assert header.split("\t") == ["Id", "Status", "Attempts", "From", "Error"]
    assert row.split("\t")[1:] == ["pending", "0", "https://pictures.example/mug.png", "-"]
    assert commerce("media", "remote", "--status", "dead", "--json").value["items"] == []
    assert commerce("media", "retry", waiting["id"]).err.startswith("remote-image-not-dead")
    assert commerce("media", "retry", uuid4()).err.startswith("remote-image-not-found")
