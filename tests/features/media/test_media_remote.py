"""Pictures that an import found elsewhere, fetched and shown from here."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.catalog.views import StaffProductView
from commerce_core.imports.service import ImportReport
from commerce_core.kernel.page import PageRequest
from commerce_core.media.errors import RemoteImageNotDead, RemoteImageNotFound
from commerce_core.media.formats import PictureType
from commerce_core.media.model import RemoteImageStatus
from commerce_core.media.remote import RemoteImageService
from commerce_core.media.views import RemoteImageView
from commerce_core.testing.clock import Clock
from commerce_core.testing.pictures import png
from commerce_core.wiring import Commerce
from tests.gateways.elsewhere import Elsewhere, serve, web_of_names

HEADER = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src,Image Position,Variant Image"


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with serve() as server:
        yield server


@pytest.fixture
def remote(shop: Commerce) -> RemoteImageService:
    """As the worker has it, but to it this machine is the public internet."""
    return evolve(shop.remote_images, web=web_of_names(), chance=lambda: 0.0)


def imported(shop: Commerce, *addresses: str) -> ImportReport:
    """A mug with these pictures; the first is also that of its only variant."""
    rows = [f"mug,Mug,Colour,Blue,10.00,{addresses[0]},1,{addresses[0]}"]
    rows += [f"mug,,,,,{address},{n}," for n, address in enumerate(addresses[1:], 2)]
    return shop.imports.import_products(SYSTEM, io.StringIO("\n".join([HEADER, *rows]), newline=""))


def the_mug(shop: Commerce) -> StaffProductView:
    [card] = shop.catalog.list_products(SYSTEM, StaffProductQuery()).items
    return shop.catalog.staff_product(SYSTEM, card.id)


def recorded(shop: Commerce, status: RemoteImageStatus | None = None) -> tuple[RemoteImageView, ...]:
    return shop.remote_images.list_remote_images(SYSTEM, status, PageRequest()).items


def rows(database_url: str, query: str) -> list[Any]:
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        return connection.execute(query).fetchall()


def test_a_picture_found_elsewhere_is_fetched_and_shown_from_here(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere, database_url: str
) -> None:
    first, second = elsewhere.page("/Blue%20Mug.png?v=1", png()), elsewhere.page("/b.png", png(shade=1))
    imported(shop, first, second)
    before = the_mug(shop)
    assert [image.url for image in before.images] == [first, second]

    assert remote.fetch_due() == 2
    assert remote.fetch_due() == 0

    after, stored = the_mug(shop), {image.source_url: image for image in recorded(shop)}
    cover = stored[first]
    assert [image.url for image in after.images] == [cover.url, stored[second].url]
    assert [image.id for image in after.images] == [image.id for image in before.images]
    assert after.variants[0].image_id == before.variants[0].image_id == after.images[0].id
    assert cover.url == f"/media/blue-mug-{cover.id.hex}.png"
    assert shop.local_media.read(f"blue-mug-{cover.id.hex}.png") == (png(), PictureType.PNG)
    assert {image.status for image in stored.values()} == {RemoteImageStatus.STORED}
    assert rows(database_url, "SELECT image_url FROM products") == [(cover.url,)]  # The cover of lists, too.
    assert after.version == before.version + 2
    assert rows(database_url, "SELECT count(*) FROM outbox_events WHERE type = 'product.changed'") == [(3,)]


def test_importing_the_same_file_again_changes_nothing_before_and_after_the_fetch(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere
) -> None:
    # The same content twice: two pictures to the merchant, so two here.
    addresses = [elsewhere.page(path, png()) for path in ("/a.png?v=1", "/a.png?v=2")]
    imported(shop, *addresses)

    assert imported(shop, *addresses).unchanged == 1
    remote.fetch_due()
    fetched = the_mug(shop)
    assert imported(shop, *addresses).unchanged == 1

    assert the_mug(shop) == fetched
    assert len({image.url for image in fetched.images}) == 2
    assert len(recorded(shop)) == 2
    assert len(elsewhere.seen) == 2


def test_a_dry_run_has_nothing_fetched(shop: Commerce, elsewhere: Elsewhere) -> None:
    file = io.StringIO(f"{HEADER}\nmug,Mug,Colour,Blue,10.00,{elsewhere.page('/a.png', png())},1,")
    shop.imports.import_products(SYSTEM, file, dry_run=True)
    assert recorded(shop) == ()


def test_what_is_away_is_tried_later_and_later_and_then_given_up(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere, clock: Clock
) -> None:
    clock.forward(timedelta(minutes=1))  # From here on it stands still.
    address = elsewhere.page("/a.png", status=503)
    imported(shop, address)
    waits = []

    for _ in range(remote.policy.most_attempts):
        assert remote.fetch_due() == 1
        assert remote.fetch_due() == 0
        [image] = recorded(shop)
        waits.append(image.next_retry_at - clock.now)
        clock.forward(waits[-1])

    assert [wait.total_seconds() / 60 for wait in waits[:-1]] == [1, 2, 4, 8, 16, 32, 64]
    assert (image.status, image.attempts, image.url) == (RemoteImageStatus.DEAD, 8, None)
    assert str(image.error).startswith(
        "RemotePictureUnreachable: This picture cannot be fetched now, because the answer is 503"
    )
    assert [shown.url for shown in the_mug(shop).images] == [address]


def test_what_is_refused_is_not_tried_again_until_an_operator_says_so(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere, database_url: str
) -> None:
    address = elsewhere.page("/a.png", b"<html>", Content_Type="image/png")
    imported(shop, address)
    remote.fetch_due()
    [dead] = recorded(shop, RemoteImageStatus.DEAD)
    assert (dead.attempts, dead.source_url) == (1, address)
    assert "only AVIF, GIF, JPEG, PNG and WebP can be served" in str(dead.error)
    assert not (shop.local_media.folder / "media").exists()

    elsewhere.page("/a.png", png())
    shop.remote_images.retry(SYSTEM, dead.id)
    assert remote.fetch_due() == 1

    [stored] = recorded(shop, RemoteImageStatus.STORED)
    assert (stored.url, stored.error) == (the_mug(shop).images[0].url, None)
    assert rows(database_url, "SELECT actor_kind FROM audit_logs WHERE action = 'remote_image.retry'") == [("system",)]


def test_nothing_inside_our_walls_is_fetched(shop: Commerce, elsewhere: Elsewhere) -> None:
    """With the very client the worker has."""
    elsewhere.page("/a.png", png())
    addresses = [f"http://{host}:{elsewhere.port}/a.png" for host in ("127.0.0.1", "localhost", "[::1]", "0x7f.1")]
    imported(shop, *addresses, "http://169.254.169.254/latest/meta-data/")

    assert shop.remote_images.fetch_due() == 5

    assert elsewhere.seen == []
    assert [image.url for image in the_mug(shop).images] == [*addresses, "http://169.254.169.254/latest/meta-data/"]
    assert {image.url for image in recorded(shop)} == {None}
    refused = [image for image in recorded(shop, RemoteImageStatus.DEAD) if "no public address" in str(image.error)]
    assert len(refused) >= 4  # A machine without IPv6 does not know [::1].


def test_a_picture_nobody_shows_any_more_changes_no_product(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere
) -> None:
    imported(shop, elsewhere.page("/a.png", png()))
    mug = the_mug(shop)
    shop.images.remove(SYSTEM, mug.id, mug.images[0].id)

    assert remote.fetch_due() == 1

    assert the_mug(shop).version == mug.version + 1
    assert [image.status for image in recorded(shop)] == [RemoteImageStatus.STORED]


def test_a_worker_that_dies_over_a_picture_costs_a_lease_and_all_its_attempts_the_picture(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere, clock: Clock
) -> None:
    class DiesError(BaseException):
        """What a kill looks like from inside."""

    class Deadly:
        def fetch(self, address: str) -> bytes:
            raise DiesError

    clock.forward(timedelta(minutes=1))  # From here on it stands still.
    imported(shop, elsewhere.page("/a.png", png()))
    for _ in range(remote.policy.most_attempts):
        with pytest.raises(DiesError):
            evolve(remote, web=Deadly()).fetch_due()
        assert remote.fetch_due() == 0  # It is still leased.
        clock.forward(remote.policy.lease)

    assert remote.fetch_due() == 1
    [dead] = recorded(shop)
    assert (dead.status, dead.error) == (RemoteImageStatus.DEAD, "WorkerLost: no worker survived it")
    assert elsewhere.seen == []


def test_a_worker_that_lost_its_lease_does_not_speak_for_the_one_that_has_it(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere, clock: Clock
) -> None:
    class Slow:
        def fetch(self, address: str) -> bytes:
            clock.forward(remote.policy.lease)
            remote.fetch_due()
            raise RuntimeError("too late to matter")

    clock.forward(timedelta(minutes=1))  # From here on it stands still.
    imported(shop, elsewhere.page("/a.png", png()))

    evolve(remote, web=Slow()).fetch_due(limit=1)

    [stored] = recorded(shop)
    assert (stored.status, stored.attempts, stored.error) == (RemoteImageStatus.STORED, 2, None)


def test_only_who_may_change_the_catalogue_has_pictures_fetched_again(
    shop: Commerce, remote: RemoteImageService, elsewhere: Elsewhere
) -> None:
    imported(shop, elsewhere.page("/a.png", status=404))
    remote.fetch_due()
    [dead] = recorded(shop)

    with pytest.raises(PermissionDenied):
        shop.remote_images.retry(GUEST, dead.id)
    with pytest.raises(PermissionDenied):
        shop.remote_images.list_remote_images(GUEST, None, PageRequest())
    with pytest.raises(RemoteImageNotFound):
        shop.remote_images.retry(SYSTEM, uuid4())
    assert recorded(shop) == (dead,)

    shop.remote_images.retry(SYSTEM, dead.id)
    with pytest.raises(RemoteImageNotDead):
        shop.remote_images.retry(SYSTEM, dead.id)
    assert [image.status for image in recorded(shop)] == [RemoteImageStatus.PENDING]
