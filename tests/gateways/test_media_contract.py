"""One suite for every store of pictures: a folder, and a bucket of a real S3 server over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from attrs import evolve, frozen

from commerce_core.gateways.local_media import LocalMedia
from commerce_core.gateways.s3 import S3Media
from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import transaction_open
from commerce_core.media.errors import MediaUnavailable, PictureNotFound, UploadDiffers, UploadLinkInvalid
from commerce_core.media.formats import PictureType
from commerce_core.media.model import Ticket
from commerce_core.media.ports import Media
from commerce_core.testing.pictures import png
from tests.gateways.bucket import ACCESS_KEY, REGION, SECRET_KEY, new_bucket, s3_server

KEY = "uploads/0123456789abcdef.png"
PICTURE = "media/mug-0123456789abcdef.png"
SECRET = SecretKey("a-secret-for-tests-only-0123456789")
QUARTER = timedelta(minutes=15)


@frozen
class World:
    """A store, how bytes are sent with a ticket, and how everybody reads a picture."""

    media: Media
    send: Callable[[Ticket, bytes], None]
    read: Callable[[str], tuple[bytes, str]]


def local_world(folder: Path) -> World:
    media = LocalMedia(folder, SECRET)

    def send(ticket: Ticket, content: bytes) -> None:
        media.receive(ticket.url.removeprefix("/media/uploads/"), ticket.headers["Content-Type"], content)

    return World(media, send, lambda address: media.read(address.removeprefix("/media/")))


def s3_world() -> World:
    media = S3Media(new_bucket(), s3_server(), REGION, ACCESS_KEY, SECRET_KEY)

    def send(ticket: Ticket, content: bytes) -> None:
        httpx.put(ticket.url, content=content, headers=ticket.headers, timeout=10).raise_for_status()

    def read(address: str) -> tuple[bytes, str]:
        answer = httpx.get(address, timeout=10).raise_for_status()
        return answer.content, answer.headers["content-type"]

    return World(media, send, read)


@pytest.fixture(params=["folder", "s3"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return local_world(tmp_path) if request.param == "folder" else s3_world()


def test_what_was_put_is_there_until_it_is_deleted(world: World) -> None:
    assert world.media.get(KEY, 1_000) is None

    world.media.put(KEY, b"first", PictureType.PNG)
    world.media.put(KEY, b"second", PictureType.PNG)
    assert world.media.get(KEY, 1_000) == b"second"

    world.media.delete(KEY)
    world.media.delete(KEY)
    assert world.media.get(KEY, 1_000) is None


def test_no_more_is_read_than_was_asked_for(world: World) -> None:
    world.media.put(KEY, png(), PictureType.PNG)
    assert world.media.get(KEY, 8) == png()[:8]


def test_an_empty_file_is_there_and_empty(world: World) -> None:
    world.media.put(KEY, b"", PictureType.PNG)
    assert world.media.get(KEY, 8) == b""


def test_everybody_reads_a_picture_at_its_address_as_what_it_is(world: World) -> None:
    world.media.put(PICTURE, png(), PictureType.PNG)

    address = world.media.address(PICTURE)

    assert world.read(address) == (png(), "image/png")
    assert world.media.owns(address)
    assert not world.media.owns("https://elsewhere.example/media/mug.png")


def test_who_holds_a_ticket_sends_the_file(world: World) -> None:
    ticket = world.media.ticket(KEY, PictureType.PNG, len(png()), QUARTER)

    world.send(ticket, png())

    assert (ticket.method, ticket.headers) == ("PUT", {"Content-Type": "image/png"})
    assert abs(ticket.expires_at - datetime.now(UTC) - QUARTER) < timedelta(seconds=10)
    assert world.media.get(KEY, 1_000) == png()


def test_nobody_waits_for_a_store_inside_a_transaction(world: World) -> None:
    for call in (
        lambda: world.media.put(KEY, b"", PictureType.PNG),
        lambda: world.media.get(KEY, 1),
        lambda: world.media.delete(KEY),
    ):
        with transaction_open(), pytest.raises(RuntimeError, match="a transaction is open"):
            call()


def test_nobody_reads_what_has_only_arrived(world: World) -> None:
    world.media.put(KEY, png(), PictureType.PNG)
    with pytest.raises((PictureNotFound, httpx.HTTPStatusError), match=r"403|no such picture"):
        world.read(world.media.address(KEY))


# --- what only a bucket does ------------------------------------------------------------------------------------------


def test_a_link_to_a_bucket_is_signed_for_this_key_type_size_and_time() -> None:
    media = S3Media("shop", "https://account.r2.example/", "auto", ACCESS_KEY, SECRET_KEY)

    url = urlsplit(media.ticket(KEY, PictureType.PNG, 321, QUARTER).url)
    other = urlsplit(media.ticket(KEY, PictureType.PNG, 322, QUARTER).url)
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}

    assert (url.netloc, url.path) == ("account.r2.example", f"/shop/{KEY}")
    assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert asked["X-Amz-SignedHeaders"] == "content-length;content-type;host"
    assert asked["X-Amz-Expires"] == "900"
    assert asked["X-Amz-Credential"].endswith("/auto/s3/aws4_request")
    assert not any("checksum" in name.lower() for name in asked)
    assert asked["X-Amz-Signature"] != parse_qs(other.query)["X-Amz-Signature"][0]
    assert SECRET_KEY not in url.geturl()


def test_what_a_bucket_is_sent_holds_no_checksum_that_other_stores_refuse() -> None:
    media = S3Media(new_bucket(), s3_server(), REGION, ACCESS_KEY, SECRET_KEY)
    sent: list[str] = []
    media._client.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.extend(request.headers))

    media.put(PICTURE, png(), PictureType.PNG)

    assert "x-amz-content-sha256" in {name.lower() for name in sent}
    assert not [name for name in sent if "checksum" in name.lower() or "trailer" in name.lower()]


@pytest.mark.parametrize(
    ("media", "address"),
    [
        (S3Media("shop", "https://s3.example"), "https://s3.example/shop/media/a.png"),
        (S3Media("shop", region="eu-west-3"), "https://shop.s3.eu-west-3.amazonaws.com/media/a.png"),
        (S3Media("shop", "https://s3.example", public_url="https://cdn.example/"), "https://cdn.example/media/a.png"),
    ],
)
def test_a_bucket_is_read_at_its_own_address_or_where_the_shop_says(media: S3Media, address: str) -> None:
    assert media.address("media/a.png") == address
    assert media.owns(address)
    assert not media.owns(address.replace("/media/", "/uploads/"))


def test_a_bucket_that_cannot_be_used_is_a_refusal_by_name() -> None:
    there = S3Media(new_bucket(), s3_server(), REGION, ACCESS_KEY, SECRET_KEY)
    gone = evolve(there, bucket="no-such-bucket-of-ours")
    silent = evolve(there, endpoint="http://127.0.0.1:9")

    for media in (gone, silent):
        with pytest.raises(MediaUnavailable):
            media.put(PICTURE, png(), PictureType.PNG)


def test_what_a_bucket_says_of_itself_holds_no_secret() -> None:
    assert SECRET_KEY not in repr(S3Media("shop", access_key=ACCESS_KEY, secret_key=SECRET_KEY))


# --- what only a folder does ------------------------------------------------------------------------------------------


def test_a_link_to_the_folder_ends_when_it_says(tmp_path: Path) -> None:
    media = LocalMedia(tmp_path, SECRET)
    token = media.ticket(KEY, PictureType.PNG, len(png()), QUARTER).url.rpartition("/")[2]
    later = evolve(media, clock=lambda: datetime.now(UTC) + QUARTER)

    with pytest.raises(UploadLinkInvalid):
        later.receive(token, "image/png", png())

    assert media.get(KEY, 1) is None
    media.receive(token, "image/png", png())
    assert media.get(KEY, 1_000) == png()


@pytest.mark.parametrize(
    "forge", [str.upper, lambda t: t[1:], lambda t: t[:-1], lambda t: f"{t}é", lambda _: "", lambda _: "."]
)
def test_a_link_that_we_did_not_sign_opens_nothing(tmp_path: Path, forge: Callable[[str], str]) -> None:
    media = LocalMedia(tmp_path, SECRET)
    token = media.ticket(KEY, PictureType.PNG, len(png()), QUARTER).url.rpartition("/")[2]

    with pytest.raises(UploadLinkInvalid):
        media.receive(forge(token), "image/png", png())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("text/html", png()), (None, png()), ("image/png", png() + b"\0")],
)
def test_only_what_was_announced_is_taken(tmp_path: Path, content_type: str | None, content: bytes) -> None:
    media = LocalMedia(tmp_path, SECRET)
    token = media.ticket(KEY, PictureType.PNG, len(png()), QUARTER).url.rpartition("/")[2]

    with pytest.raises(UploadDiffers):
        media.receive(token, content_type, content)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["secret.png", "../secret.png", "media/../secret.png", "other/a.png", "media/A.png"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    media = LocalMedia(tmp_path / "shop", SECRET)
    with pytest.raises(ValueError, match="not a key of ours"):
        media.put(key, b"", PictureType.PNG)
    with pytest.raises(ValueError, match="not a key of image/gif"):
        media.put(PICTURE, b"", PictureType.GIF)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../secret.png", "a/b.png", ".png", "secret.txt", "nothing.png", "A.png", "a.png\n"])
def test_only_names_we_gave_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    media = LocalMedia(tmp_path, SECRET)
    media.put(PICTURE, png(), PictureType.PNG)

    with pytest.raises(PictureNotFound):
        media.read(name)
