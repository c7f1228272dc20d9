"""Reading JSON with one meaning."""

import json

import falcon
import pytest
from falcon.testing import create_environ

from adapters_http.body import (
    BodyIncomplete,
    BodyTooLarge,
    MalformedJson,
    UnsupportedMediaType,
    parse_json,
    read_body,
    require_json,
)
from commerce_core.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": [1, 2.5, "\xc3\xa9", null, true]}', {"a": [1, 2.5, "é", None, True]}),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32)),
        (b"[" + b"[]," * 40 + b"[]]", [[]] * 41),
    ],
)
def test_plain_json_is_read(raw: bytes, value: object) -> None:
    assert parse_json(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 2}',
        b'{"o": {"a": 1, "a": 1}}',
        b"NaN",
        b"[-Infinity]",
        b"1e999",
        b"9223372036854775808",
        b"9" * 5000,
        b"[" * 33 + b"]" * 33,
        b"[" * 30_000,
        b'{"a":' * 9000 + b"1" + b"}" * 9000,
    ],
    ids=lambda raw: raw[:12].decode("latin-1"),
)
def test_json_that_readers_understand_differently_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse_json(raw)


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [(b'{"a": ["x", "\\u0000"]}', "/a/1"), (b'{"a/b": "\\ud800"}', "/a~1b"), (b'{"\\ude00": 1}', "")],
)
def test_text_that_cannot_be_stored_is_pointed_at(raw: bytes, pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_json(raw)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, "forbidden-character")]


def request(body: bytes = b"", **environ: object) -> falcon.Request:
    made = create_environ(method="POST", body=body)
    made.update(environ)
    return falcon.Request(made)


def test_a_body_is_read_up_to_its_length() -> None:
    assert read_body(request(b"12345"), 5) == b"12345"


def test_an_announced_length_over_the_limit_is_refused_unread() -> None:
    asked = request(b"123456")
    with pytest.raises(BodyTooLarge):
        read_body(asked, 5)
    assert asked.env["wsgi.input"].read(6) == b"123456"


def test_a_chunked_body_is_read_and_limited_too() -> None:
    chunked = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert read_body(request(b"12345", **chunked), 5) == b"12345"
    with pytest.raises(BodyTooLarge):
        read_body(request(b"123456", **chunked), 5)


def test_without_length_and_chunks_there_is_no_body() -> None:
    assert read_body(request(b"12345", CONTENT_LENGTH=""), 5) == b""


def test_a_body_that_ends_early_is_refused() -> None:
    with pytest.raises(BodyIncomplete):
        read_body(request(b"123", CONTENT_LENGTH="4"), 5)


@pytest.mark.parametrize(
    "sent", ["application/json", "application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"']
)
def test_json_may_say_that_it_is_utf_8(sent: str) -> None:
    require_json(request(CONTENT_TYPE=sent))


@pytest.mark.parametrize(
    "sent", ["", "text/plain", "application/json; charset=latin-1", "application/jsonx", "multipart/form-data"]
)
def test_anything_else_is_another_media_type(sent: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        require_json(request(CONTENT_TYPE=sent))
