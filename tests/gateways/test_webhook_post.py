"""Webhooks go where they may, take no longer than they may, and tell what came back."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from attrs import evolve

from commerce_core.gateways.webhook_post import WebhookPost, is_inner_or_public
from commerce_core.kernel.transaction import transaction_open
from tests.receiver import Receiver, listening

HERE = ip_address("127.0.0.1")
POST = WebhookPost(is_inner_or_public, seconds=5)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def spoken(*parts: bytes, pause: float = 0.0) -> tuple[str, Callable[[], None]]:
    """The address of somebody who says this to whoever comes, with pauses, whatever they say; and how to end it."""
    server = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def speak() -> None:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with closing(connection):
            try:
                for part in parts:
                    connection.sendall(part)
                    stopped.wait(pause)
                stopped.wait(20 if pause else 0)
            except OSError:
                return

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()

    def end() -> None:
        stopped.set()
        server.close()
        thread.join(timeout=5)

    return f"http://127.0.0.1:{server.getsockname()[1]}/hooks", end


def test_it_sends_the_body_and_the_headers_and_tells_the_answer(receiver: Receiver) -> None:
    receiver.answer = lambda _: (202, {"X-Other": "1"}, "Merci à toi\0".encode())

    answer = POST.post(f"{receiver.url}?a=b", {"webhook-id": "1"}, b'{"a":1}')

    assert (answer.status, answer.text, answer.heard, answer.error) == (202, "Merci à toi\ufffd", True, None)
    [heard] = receiver.heard
    assert (heard.path, heard.body) == ("/hooks?a=b", b'{"a":1}')
    assert heard.headers["webhook-id"] == "1"
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert heard.headers["content-type"] == "application/json"


def test_it_follows_no_redirect(receiver: Receiver) -> None:
    receiver.answer = lambda _: (307, {"Location": f"{receiver.url}/further"}, b"")

    answer = POST.post(receiver.url, {}, b"{}")

    assert (answer.status, answer.heard, len(receiver.heard)) == (307, False, 1)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1",
     "64:ff9b::7f00:1"],
)  # fmt: skip
def test_an_inner_address_is_never_connected_to_whatever_the_name(address: str, receiver: Receiver) -> None:
    inside = WebhookPost(resolve=lambda *_: [ip_address(address)], seconds=5)

    answer = inside.post(f"http://public.example:{receiver.port}/hooks", {}, b"{}")

    assert (answer.status, answer.error) == (None, "its host has no public address")
    assert receiver.heard == []


def test_a_name_is_looked_up_once_so_it_cannot_lead_elsewhere_between_two_looks(receiver: Receiver) -> None:
    """The second look, were there one, would find an inner address (DNS rebinding)."""
    looks = iter([[HERE], [ip_address("10.0.0.1")]])
    post = WebhookPost(lambda address: address == HERE, lambda *_: next(looks), seconds=5)

    assert post.post(f"http://rebinding.example:{receiver.port}/hooks", {}, b"{}").status == 204
    assert list(looks) == [[ip_address("10.0.0.1")]]


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "::ffff:169.254.169.254",
        "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "::ffff:100.100.100.200",
    ],
)  # fmt: skip
def test_where_clouds_keep_credentials_is_closed_even_to_developers(address: str) -> None:
    assert not is_inner_or_public(ip_address(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "fd00::1", "93.184.216.34", "::1"])
def test_other_inner_addresses_are_open_to_developers(address: str) -> None:
    assert is_inner_or_public(ip_address(address))


def test_a_host_that_nobody_can_look_up_in_time_is_not_waited_for() -> None:
    looked_up = threading.Event()
    post = WebhookPost(resolve=lambda *_: [HERE] if looked_up.wait(30) else [], seconds=0.3)
    begun = time.monotonic()

    answer = post.post("http://slow.example/hooks", {}, b"{}")

    assert (answer.status, answer.error) == (None, "no answer within 0.3 seconds")
    assert time.monotonic() - begun < 5
    looked_up.set()


def test_an_answer_of_any_length_is_read_for_a_thousand_characters_and_not_waited_for() -> None:
    url, end = spoken(b"HTTP/1.1 500 No\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3000, pause=20)
    begun = time.monotonic()

    answer = POST.post(url, {}, b"{}")

    assert (answer.status, len(answer.text)) == (500, 1024)
    assert time.monotonic() - begun < 4  # The next byte would have come later.
    end()


@pytest.mark.parametrize("letters", [b"", b"HTTP/1.1 200 OK"])
def test_who_says_nothing_or_a_letter_now_and_then_is_left(letters: bytes) -> None:
    url, end = spoken(*(letters[place : place + 1] for place in range(len(letters))), pause=0.15)
    begun = time.monotonic()

    answer = evolve(POST, seconds=0.5).post(url, {}, b"{}")

    assert time.monotonic() - begun < 3
    assert (answer.status, answer.error) == (None, "no answer within 0.5 seconds")
    end()


def test_what_breaks_off_behind_the_status_has_been_heard() -> None:
    url, end = spoken(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    answer = POST.post(url, {}, b"{}")

    assert (answer.status, answer.text) == (200, "half")
    end()


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_answer_of_the_web_is_told(said: bytes) -> None:
    url, end = spoken(said)

    answer = POST.post(url, {}, b"{}")

    assert answer.status is None
    assert answer.error
    end()


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    answer = POST.post(f"http://127.0.0.1:{port}/", {}, b"{}")

    assert answer.status is None
    assert (answer.error or "").startswith("ConnectError")


def test_a_host_nobody_knows_is_told() -> None:
    def unknown(*_: object) -> list[object]:
        raise socket.gaierror

    answer = evolve(POST, resolve=unknown).post("https://nowhere.example/", {}, b"{}")

    assert answer.error == "ConnectError: its host is not known"


def test_https_is_checked_against_the_name(certificate: tuple[Path, str]) -> None:
    file, authority = certificate
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    with listening(tls=serving) as receiver:
        post = evolve(POST, resolve=lambda *_: [HERE], tls=ssl.create_default_context(cadata=authority))
        for host, status in (("pictures.example", 204), ("other.example", None)):
            assert post.post(f"https://{host}:{receiver.port}/hooks", {}, b"{}").status == status
        strange = evolve(post, tls=None).post(f"https://pictures.example:{receiver.port}/hooks", {}, b"{}")
        assert "certificate" in (strange.error or "").lower()
        assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("said", "seconds"), [("120", 120), ("999999", 3600), ("-5", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("", 0)]
)
def test_an_endpoint_may_ask_for_a_pause_of_an_hour_at_most(said: str, seconds: int, receiver: Receiver) -> None:
    receiver.answer = lambda _: (503, {"Retry-After": said}, b"")

    assert POST.post(receiver.url, {}, b"{}").retry_after == timedelta(seconds=seconds)


def test_nobody_is_called_while_a_transaction_is_open(receiver: Receiver) -> None:
    with transaction_open(), pytest.raises(RuntimeError):
        POST.post(receiver.url, {}, b"{}")
    assert receiver.heard == []
