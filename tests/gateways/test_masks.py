"""What somebody else wrote is read before it stands in a log."""

import io
import logging

import pytest

from commerce_core.gateways.json_logs import json_formatter
from commerce_core.gateways.masks import masked

ID = "0199c8a0-7b1e-7000-8000-000000000000"
TOKEN = "c4n4ry-c4n4ry-c4n4ry-c4n4ry-c4n4ry-c4n4ryxx"


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("to camille.canary+x@example.com:", "to c***@example.com:"),
        ("postgresql://commerce:can@ry/x@db:5432/shop", "postgresql://***@db:5432/shop"),
        ("host=db password='can ary' user=x", "host=db password=*** user=x"),
        ('{"password": "can ary", "a": 1}', '{"password": ***, "a": 1}'),
        ("Authorization: Bearer canary.canary", "Authorization: Bearer ***"),
        ("Cookie: canary; a", "Cookie: ***; a"),
        ("key sk_live_canary and whsec_canary", "key sk_live_*** and whsec_***"),
        (f"token {ID}.{TOKEN} is", f"token {ID}.*** is"),
        ("card 4242 4242 4242 4242.", "card ***."),
        ("refused\nDETAIL:  Key (name)=(Canary\nCanary) exists.\n\nDuring", "refused\nDETAIL: ***\n\nDuring"),
        ("order 1001 at 2026-11-22T23:48:00Z took 12.5 ms", "order 1001 at 2026-11-22T23:48:00Z took 12.5 ms"),
        (ID, ID),
    ],
)  # fmt: skip
def test_a_text_is_masked(text: str, instead: str) -> None:
    assert masked(text) == instead


def test_lines_of_libraries_and_tracebacks_are_masked() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_formatter())
    log = logging.Logger("library")  # noqa: LOG001 - of this test alone
    log.addHandler(handler)
    try:
        int("canary@example.com")
    except ValueError:
        log.exception("could not write to %s", "canary@example.com", extra={"error": "password=canary"})
    written = stream.getvalue()
    assert "canary" not in written
    assert written.count("c***@example.com") == 3  # the words, the line of code, the error
