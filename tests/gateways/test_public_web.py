"""Fetching what strangers point to: from the public web, in time, and no more than a picture."""

import ssl
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from attrs import evolve

from commerce_core.gateways.addresses import Address, is_public, resolve
from commerce_core.gateways.public_web import PublicWeb
from commerce_core.kernel.transaction import transaction_open
from commerce_core.media.errors import RemotePictureRefused, RemotePictureUnreachable
from commerce_core.testing.pictures import png
from tests.gateways.elsewhere import HERE, INSIDE, Elsewhere, serve, web_of_names


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with serve() as server:
        yield server


@pytest.fixture
def dripping() -> Iterator[Elsewhere]:
    """A server that lets 50 ms pass between two pieces."""
    with serve(pause=0.05) as server:
        yield server


@pytest.fixture
def web() -> PublicWeb:
    return web_of_names()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7",
        "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1",
        "fec0::1", "ff02::1", "ff0e::1", "100::1", "3fff::1", "2001:10::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_address_behind_walls_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "151.101.1.69", "2606:4700:4700::1111", "2a04:4e42::645"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]", "[::ffff:7f00:1]"],
)
def test_no_spelling_of_this_machine_is_connected_to(elsewhere: Elsewhere, host: str) -> None:
    elsewhere.page("/a.png", png())

    with pytest.raises((RemotePictureRefused, RemotePictureUnreachable), match=r"no public address|not known"):
        PublicWeb().fetch(f"http://{host}:{elsewhere.port}/a.png")

    assert elsewhere.seen == []


def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to(
    elsewhere: Elsewhere, web: PublicWeb
) -> None:
    answers: list[list[Address]] = [[HERE], [INSIDE]]  # What a name says that changes its mind after the check.
    rebinding = evolve(web, resolve=lambda *_: answers.pop(0))

    assert rebinding.fetch(elsewhere.page("/a.png", png())) == png()
    assert len(answers) == 1
    assert elsewhere.seen == [("/a.png", f"pictures.example:{elsewhere.port}")]


def test_of_several_addresses_only_those_that_are_public_are_tried(elsewhere: Elsewhere, web: PublicWeb) -> None:
    elsewhere.page("/a.png", png())
    assert web.fetch(f"http://both.example:{elsewhere.port}/a.png") == png()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "ftp://pictures.example/a.png", "gopher://pictures.example/",
        "data:image/png;base64,AA==",
        "//pictures.example/a.png", "/a.png", "http://", "http:///a.png", "http://[::1",
        "http://pictures.example:99999/",
        "http://user:secret@pictures.example/a.png", "http://user@pictures.example/a.png",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(web: PublicWeb, address: str) -> None:
    with pytest.raises(RemotePictureRefused):
        web.fetch(address)


def test_a_host_that_does_not_exist_may_exist_later(web: PublicWeb) -> None:
    with pytest.raises(RemotePictureUnreachable, match="host is not known"):
        evolve(web, resolve=resolve).fetch("http://nowhere.invalid/a.png")


def test_a_redirect_is_followed_and_checked_like_any_address(elsewhere: Elsewhere, web: PublicWeb) -> None:
    elsewhere.page("/moved.png", png())
    relative = elsewhere.page("/a", status=302, Location="moved.png")
    inside = elsewhere.page("/b", status=301, Location=f"http://inside.example:{elsewhere.port}/moved.png")
    elsewhere_than_web = elsewhere.page("/c", status=307, Location="file:///etc/passwd")

    assert web.fetch(relative) == png()
    with pytest.raises(RemotePictureRefused, match="no public address"):
        web.fetch(inside)
    with pytest.raises(RemotePictureRefused, match="not one of the web"):
        web.fetch(elsewhere_than_web)
    assert [path for path, _ in elsewhere.seen] == ["/a", "/moved.png", "/b", "/c"]


def test_three_redirects_are_followed_and_not_a_fourth(elsewhere: Elsewhere, web: PublicWeb) -> None:
    for n in range(4):
        elsewhere.page(f"/{n}", status=302, Location=f"/{n + 1}")
    elsewhere.page("/4", png())

    assert web.fetch(f"http://pictures.example:{elsewhere.port}/1") == png()
    with pytest.raises(RemotePictureRefused, match="more than 3 times"):
        web.fetch(f"http://pictures.example:{elsewhere.port}/0")


def test_no_more_is_read_than_a_picture_may_hold(elsewhere: Elsewhere, web: PublicWeb) -> None:
    assert web.fetch(elsewhere.page("/fits.png", bytes(10_000))) == bytes(10_000)
    with pytest.raises(RemotePictureRefused, match="larger than 10000 bytes"):
        web.fetch(elsewhere.page("/large.png", *[bytes(1_000)] * 11))


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Content_Type": "text/html; charset=utf-8"}, "it is text/html"),
        ({"Content_Type": "application/json"}, "it is application/json"),
        ({"Content_Encoding": "gzip"}, "compressed"),
    ],
)
def test_what_is_said_not_to_be_a_picture_is_not_read(
    elsewhere: Elsewhere, web: PublicWeb, headers: dict[str, str], reason: str
) -> None:
    with pytest.raises(RemotePictureRefused, match=reason):
        web.fetch(elsewhere.page("/a", png(), **headers))


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (404, RemotePictureRefused), (403, RemotePictureRefused), (410, RemotePictureRefused),
        (204, RemotePictureRefused),
        (429, RemotePictureUnreachable), (500, RemotePictureUnreachable), (503, RemotePictureUnreachable),
    ],
)  # fmt: skip
def test_an_answer_says_whether_another_try_is_worth_it(
    elsewhere: Elsewhere, web: PublicWeb, status: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal, match=f"the answer is {status}"):
        web.fetch(elsewhere.page("/a", status=status))


def test_a_server_that_sends_for_ever_is_left_when_the_time_is_over(dripping: Elsewhere, web: PublicWeb) -> None:
    started = time.monotonic()

    with pytest.raises(RemotePictureUnreachable):
        evolve(web, seconds=0.4).fetch(dripping.page("/slow.png", *[b"."] * 200))

    assert time.monotonic() - started < 5


def test_when_the_time_is_over_nothing_is_even_begun(elsewhere: Elsewhere, web: PublicWeb) -> None:
    with pytest.raises(RemotePictureUnreachable, match="too long"):
        evolve(web, seconds=0.0).fetch(elsewhere.page("/a.png", png()))
    assert elsewhere.seen == []


def test_a_server_that_is_not_there_may_be_later(elsewhere: Elsewhere, web: PublicWeb) -> None:
    with pytest.raises(RemotePictureUnreachable):
        web.fetch("http://pictures.example:9/a.png")


def test_an_address_with_spaces_and_other_scripts_is_asked_for_as_browsers_do(
    elsewhere: Elsewhere, web: PublicWeb
) -> None:
    elsewhere.page("/caf%C3%A9%20blau.png?v=%E6%97%A5", png())
    assert web.fetch(f"http://pictures.example:{elsewhere.port}/café blau.png?v=日#top") == png()


def test_nobody_waits_for_the_web_inside_a_transaction(web: PublicWeb) -> None:
    with transaction_open(), pytest.raises(RuntimeError, match="a transaction is open"):
        web.fetch("http://pictures.example/a.png")


def test_tls_speaks_of_the_name_although_a_checked_number_is_connected_to(
    certificate: tuple[Path, str], web: PublicWeb
) -> None:
    file, authority = certificate
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    asked: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: asked.append(name)
    trusting = evolve(web, tls=ssl.create_default_context(cadata=authority))

    with serve(server) as elsewhere:
        elsewhere.page("/a.png", png())
        assert trusting.fetch(f"https://pictures.example:{elsewhere.port}/a.png") == png()
        with pytest.raises(RemotePictureUnreachable, match=r"[Hh]ostname mismatch|not valid for"):
            trusting.fetch(f"https://both.example:{elsewhere.port}/a.png")

    assert asked == ["pictures.example", "both.example"]
