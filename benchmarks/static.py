"""Falcon answering the same bytes to everybody: what this server can do at best for an answer of that size."""

from typing import Any

import falcon

# About as long as a page of the product list.
_ANSWER = b'{"items": [' + b", ".join([b'{"title": "Product", "text": "' + b"word " * 60 + b'"}'] * 24) + b"]}"


def _answer(req: falcon.Request, resp: falcon.Response, **_: Any) -> None:  # noqa: ARG001 - the same for everybody
    resp.content_type = "application/json"
    resp.data = _ANSWER


def application() -> "falcon.App[falcon.Request, falcon.Response]":
    """The whole application, under every address."""
    app = falcon.App()
    app.add_sink(_answer)
    return app
