"""Falcon answering the same bytes to everybody: what this server can do at best for an answer of that size."""

from typing import Any

import falcon

_ANSWER = b'{"items": [' + b", ".join([b'{"title": "Product", "text": "' + b"word " * 60 + b'"}'] * 24) + b"]}"


class _Static:
    """One answer, about as long as a page of the product list, under every address."""

    def on_get(self, _req: falcon.Request, resp: falcon.Response, **_: Any) -> None:
        """Answer."""
        resp.content_type = "application/json"
        resp.data = _ANSWER


def application() -> "falcon.App[falcon.Request, falcon.Response]":
    """The whole application."""
    app = falcon.App()
    app.add_sink(_Static().on_get)
    return app
