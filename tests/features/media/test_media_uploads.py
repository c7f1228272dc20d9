"""Pictures that operators send: announced, looked at, shown, and forgotten when nobody shows them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM, Actor, ActorKind, Permission
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.errors import ProductNotFound, ProductVersionStale
from commerce_core.catalog.model import Product
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.media.errors import PictureRefused, UploadDiffers, UploadMissing, UploadNotFound, UploadNotReady
from commerce_core.media.formats import PictureType
from commerce_core.media.model import MAX_BYTES, NEXT, AttachUpload, NewUpload, Upload, UploadStatus
from commerce_core.media.views import UploadTicketView
from commerce_core.testing.clock import Clock
from commerce_core.testing.pictures import png
from commerce_core.wiring import Commerce

CONTENT = png(3, 2)
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def announced(shop: Commerce, content: bytes = CONTENT, filename: str = "Blue Mug.png") -> UploadTicketView:
    return shop.media.start_upload(SYSTEM, NewUpload(filename, PictureType.PNG, len(content), "A blue mug"))


def sent(shop: Commerce, content: bytes = CONTENT) -> UUID:
    ticket = announced(shop, content)
    shop.local_media.receive(ticket.url.rpartition("/")[2], "image/png", content)
    return ticket.id


def files(shop: Commerce) -> dict[str, list[str]]:
    folder = shop.local_media.folder
    return {name: sorted(file.name for file in (folder / name).glob("*")) for name in ("media", "uploads")}


def rows(database_url: str, query: str) -> list[Any]:
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


@pytest.fixture
def product(shop: Commerce) -> Product:
    return shop.catalog.create_product(SYSTEM, NewProduct(title="Mug", variants=(NewVariant(price=Money(500, "EUR")),)))


def test_an_upload_is_announced_sent_looked_at_and_shown(shop: Commerce, product: Product, database_url: str) -> None:
    upload_id = sent(shop)
    assert shop.media.show_upload(SYSTEM, upload_id).status is UploadStatus.PENDING

    ready = shop.media.complete_upload(SYSTEM, upload_id)
    shown = shop.media.attach(SYSTEM, product.id, AttachUpload(upload_id))

    assert (ready.status, ready.width, ready.height, ready.size) == (UploadStatus.READY, 3, 2, len(CONTENT))
    assert ready.url == f"/media/blue-mug-{upload_id.hex}.png"
    assert [(image.url, image.alt) for image in shown.images] == [(ready.url, "A blue mug")]
    assert shown.version == product.version + 1
    assert shop.media.show_upload(SYSTEM, upload_id).status is UploadStatus.ATTACHED
    assert shop.local_media.read(f"blue-mug-{upload_id.hex}.png") == (CONTENT, PictureType.PNG)
    assert files(shop)["uploads"] == []
    audited = rows(database_url, "SELECT action FROM audit_logs WHERE entity_type <> 'product' ORDER BY id")
    assert audited == ["upload.started", "upload.completed"]
    changes = rows(database_url, "SELECT changes FROM audit_logs WHERE action = 'product.changed'")
    assert [change["images"]["after"] for change in changes] == [[ready.url]]


def test_completing_again_changes_nothing(shop: Commerce, database_url: str) -> None:
    upload_id = sent(shop)

    first, second = (shop.media.complete_upload(SYSTEM, upload_id) for _ in range(2))

    assert first.url == second.url
    assert rows(database_url, "SELECT count(*) FROM audit_logs WHERE action = 'upload.completed'") == [1]


def test_what_was_looked_at_cannot_be_replaced_by_who_still_has_the_link(shop: Commerce) -> None:
    ticket = announced(shop)
    token = ticket.url.rpartition("/")[2]
    shop.local_media.receive(token, "image/png", CONTENT)
    ready = shop.media.complete_upload(SYSTEM, ticket.id)

    shop.local_media.receive(token, "image/png", HTML.ljust(len(CONTENT))[: len(CONTENT)])

    assert shop.media.complete_upload(SYSTEM, ticket.id) == ready
    assert shop.local_media.read(str(ready.url).removeprefix("/media/"))[0] == CONTENT


def test_both_steps_at_once_for_who_has_the_bytes_in_hand(shop: Commerce) -> None:
    ready = shop.media.upload(SYSTEM, "mug.gif", CONTENT, "A mug")

    assert (ready.status, ready.content_type, ready.alt) == (UploadStatus.READY, PictureType.PNG, "A mug")
    assert files(shop) == {"media": [f"mug-{ready.id.hex}.png"], "uploads": []}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HTML, "only AVIF, GIF, JPEG, PNG and WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "only AVIF, GIF, JPEG, PNG and WebP"),
        (b"GIF89a\x01\x00\x01\x00", "announced as image/png and is image/gif"),
        (png(20_000, 1), "pixels are too many"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_right_bytes_may_still_follow(
    shop: Commerce, content: bytes, reason: str
) -> None:
    upload_id = sent(shop, content)

    with pytest.raises(PictureRefused, match=reason):
        shop.media.complete_upload(SYSTEM, upload_id)

    assert shop.media.show_upload(SYSTEM, upload_id).status is UploadStatus.PENDING
    assert files(shop)["media"] == []


def test_fewer_bytes_than_announced_are_refused_wherever_they_come_from(shop: Commerce) -> None:
    ticket = announced(shop)
    with pytest.raises(UploadDiffers):
        shop.local_media.receive(ticket.url.rpartition("/")[2], "image/png", CONTENT[:-1])
    shop.local_media.put(f"uploads/{ticket.id.hex}.png", CONTENT[:-1], PictureType.PNG)  # As a lax bucket would.

    with pytest.raises(PictureRefused, match=f"announced with {len(CONTENT)} bytes and has {len(CONTENT) - 1}"):
        shop.media.complete_upload(SYSTEM, ticket.id)

    assert files(shop)["media"] == []


def test_an_upload_whose_bytes_have_not_arrived_cannot_be_completed(shop: Commerce) -> None:
    ticket = announced(shop)

    with pytest.raises(UploadMissing):
        shop.media.complete_upload(SYSTEM, ticket.id)

    assert shop.media.show_upload(SYSTEM, ticket.id).status is UploadStatus.PENDING


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"size": 0}, "/size"),
        ({"size": MAX_BYTES + 1}, "/size"),
        ({"filename": ""}, "/filename"),
        ({"filename": "a\x00.png"}, "/filename"),
        ({"filename": "a" * 256}, "/filename"),
        ({"alt": "a" * 513}, "/alt"),
    ],
)
def test_what_cannot_be_is_not_even_announced(fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput, match=pointer):
        NewUpload(**{"filename": "a.png", "content_type": PictureType.PNG, "size": 1, **fields})


def test_an_upload_is_shown_once_and_only_when_it_was_looked_at(shop: Commerce, product: Product) -> None:
    pending, ready = sent(shop), shop.media.upload(SYSTEM, "a.png", CONTENT).id
    shop.media.attach(SYSTEM, product.id, AttachUpload(ready))

    for upload_id, status in ((pending, "pending"), (ready, "attached")):
        with pytest.raises(UploadNotReady) as refused:
            shop.media.attach(SYSTEM, product.id, AttachUpload(upload_id))
        assert refused.value.facts() == {"upload_id": upload_id, "status": status}
    with pytest.raises(UploadNotFound):
        shop.media.attach(SYSTEM, product.id, AttachUpload(uuid4()))

    assert len(shop.catalog.staff_product(SYSTEM, product.id).images) == 1


def test_a_product_that_is_not_as_expected_leaves_the_upload_to_be_shown_elsewhere(
    shop: Commerce, product: Product
) -> None:
    upload_id = shop.media.upload(SYSTEM, "a.png", CONTENT).id

    with pytest.raises(ProductVersionStale):
        shop.media.attach(SYSTEM, product.id, AttachUpload(upload_id), expected_version=7)
    with pytest.raises(ProductNotFound):
        shop.media.attach(SYSTEM, uuid4(), AttachUpload(upload_id))

    assert shop.media.show_upload(SYSTEM, upload_id).status is UploadStatus.READY
    assert shop.catalog.staff_product(SYSTEM, product.id).images == ()


def test_a_picture_goes_where_it_is_wanted_with_the_words_that_are_given(shop: Commerce, product: Product) -> None:
    first, second = (shop.media.upload(SYSTEM, "a.png", png(shade=n), "of its own").id for n in range(2))

    shop.media.attach(SYSTEM, product.id, AttachUpload(first))
    shown = shop.media.attach(SYSTEM, product.id, AttachUpload(second, alt="", position=1))

    assert [image.alt for image in sorted(shown.images, key=lambda image: image.position)] == ["", "of its own"]


def test_only_who_may_change_the_catalogue_brings_pictures_in(
    shop: Commerce, product: Product, database_url: str
) -> None:
    reader = Actor(ActorKind.STAFF, uuid4(), "Kim", frozenset({Permission.CATALOG_READ}))
    upload_id = sent(shop)

    for call in (
        lambda: shop.media.start_upload(reader, NewUpload("a.png", PictureType.PNG, 1)),
        lambda: shop.media.upload(reader, "a.png", CONTENT),
        lambda: shop.media.complete_upload(reader, upload_id),
        lambda: shop.media.attach(reader, product.id, AttachUpload(upload_id)),
        lambda: shop.media.show_upload(GUEST, upload_id),
    ):
        with pytest.raises(PermissionDenied):
            call()

    assert shop.media.show_upload(reader, upload_id).status is UploadStatus.PENDING
    assert rows(database_url, "SELECT id FROM uploads") == [upload_id]
    assert files(shop)["media"] == []


def test_what_nobody_shows_within_a_day_is_erased_with_its_files(
    shop: Commerce, product: Product, clock: Clock, database_url: str
) -> None:
    pending, ready, shown = sent(shop), shop.media.upload(SYSTEM, "a.png", CONTENT), sent(shop, png(5, 5))
    shop.media.complete_upload(SYSTEM, shown)
    shop.media.attach(SYSTEM, product.id, AttachUpload(shown))

    clock.forward(timedelta(hours=23))
    assert shop.media.purge() == 0
    assert len(files(shop)["media"]) == 2
    clock.forward(timedelta(hours=2))
    assert shop.media.purge() == 2
    assert shop.media.purge() == 0

    assert rows(database_url, "SELECT id FROM uploads") == [shown]
    assert files(shop) == {"media": [f"blue-mug-{shown.hex}.png"], "uploads": []}
    for gone in (pending, ready.id):
        with pytest.raises(UploadNotFound):
            shop.media.show_upload(SYSTEM, gone)
        with pytest.raises(UploadNotFound):
            shop.media.complete_upload(SYSTEM, gone)


def test_a_worker_that_died_over_erasing_is_followed_by_one_that_does_not(
    shop: Commerce, product: Product, clock: Clock, database_url: str
) -> None:
    ready = shop.media.upload(SYSTEM, "a.png", CONTENT)
    clock.forward(timedelta(hours=25))
    picture = shop.local_media.folder / str(ready.url).removeprefix("/")
    picture.unlink()
    picture.mkdir()  # Erasing it fails, as it would in a store that is away.

    with pytest.raises(OSError, match=r"directory|permitted"):
        shop.media.purge()

    assert rows(database_url, "SELECT status FROM uploads") == ["expired"]
    with pytest.raises(UploadNotFound):  # Nobody can attach what is half gone.
        shop.media.attach(SYSTEM, product.id, AttachUpload(ready.id))
    assert shop.media.purge() == 0  # For an hour it is the first worker's.
    picture.rmdir()
    clock.forward(timedelta(hours=1))
    assert shop.media.purge() == 1
    assert rows(database_url, "SELECT id FROM uploads") == []


@pytest.mark.parametrize("status", UploadStatus)
def test_an_upload_goes_only_where_its_table_says(status: UploadStatus) -> None:
    now = datetime.now(UTC)
    upload = Upload(uuid4(), "a.png", PictureType.PNG, len(CONTENT), "", now, status, "/media/a.png", 1, 1)

    for wanted, step in (
        (UploadStatus.READY, lambda: upload.ready(upload.check(CONTENT), "/media/a.png", now)),
        (UploadStatus.ATTACHED, upload.attached),
    ):
        if wanted in NEXT[status]:
            assert step().status is wanted
        else:
            with pytest.raises(UploadNotReady):
                step()
