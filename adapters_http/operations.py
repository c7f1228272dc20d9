"""What operators and developers call: health, the OpenAPI document and the page that shows it."""

import hashlib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

from attrs import frozen

from adapters_http.encoding import to_json
from adapters_http.openapi import document
from adapters_http.operation import Answer, Media, operation
from adapters_http.policies import Policy
from commerce_core.kernel.errors import DatabaseUnavailable, NotFound, Unavailable
from commerce_core.postgres.database import Database
from commerce_core.postgres.migrate import is_current

_ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript", "docs.js": "text/javascript"}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>commerce-core API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css?v={css}">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js?v={bundle}"></script>
<script src="/docs/docs.js?v={script}"></script>
</body>
</html>
"""


@frozen
class MigrationsPending(Unavailable):
    """The database is older than this release."""

    code = "migrations-pending"
    detail = "The database lacks migrations of this release."


@frozen
class AssetNotFound(NotFound):
    """The API page has no such file."""

    code = "asset-not-found"
    detail = "There is no such file."


@frozen
class Health:
    """How the process is."""

    status: str


@frozen
class Live:
    """`/health/live`."""

    @operation("Is the process up?", answers={200: Health}, policy=Policy.NONE)
    def on_get(self) -> Answer:
        """Touches nothing but the process itself."""
        return Answer(Health("ok"))


@frozen
class Ready:
    """`/health/ready`."""

    database: Database

    @operation(
        "Can it serve?",
        answers={200: Health},
        refusals=(DatabaseUnavailable, MigrationsPending),
        policy=Policy.NONE,
    )
    def on_get(self) -> Answer:
        """Whether the database answers and has every migration of this release."""
        with self.database.read() as session:
            current = is_current(session.connection)
        if not current:
            raise MigrationsPending
        return Answer(Health("ok"))


@frozen
class OpenApi:
    """`/openapi.json`: the document of the routes it is given, made when first asked for."""

    routes: Mapping[str, object]

    @cached_property
    def encoded(self) -> bytes:
        """The document, made once."""
        return to_json(document(self.routes))

    @operation("This document", answers={200: object}, etag=True, policy=Policy.NONE)
    def on_get(self) -> Answer:
        """The complete contract, OpenAPI 3.1."""
        return Answer(self.encoded)


@frozen
class Docs:
    """`/docs`."""

    @operation("The browsable page", answers={200: Media("text/html; charset=utf-8")}, etag=True, policy=Policy.NONE)
    def on_get(self) -> Answer:
        """Shows `/openapi.json`; every file comes from this server."""
        page = _PAGE.format(
            css=_version("swagger-ui.css"), bundle=_version("swagger-ui-bundle.js"), script=_version("docs.js")
        )
        return Answer(page.encode(), headers={"Content-Security-Policy": _PAGE_POLICY})


@frozen
class DocsAsset:
    """`/docs/{name}`."""

    @operation(
        "A file of the page",
        answers={200: Media("text/css or text/javascript")},
        refusals=(AssetNotFound,),
        policy=Policy.NONE,
    )
    def on_get(self, name: str) -> Answer:
        """The page names a file with the hash of its content, so it may be kept for ever."""
        if name not in _ASSETS:
            raise AssetNotFound
        headers = {
            "Content-Type": f"{_ASSETS[name]}; charset=utf-8",
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        return Answer(_file(name).read_bytes(), headers=headers)


@cache
def _version(name: str) -> str:
    return hashlib.sha256(_file(name).read_bytes()).hexdigest()[:12]


def _file(name: str) -> Path:
    return Path(__file__).with_name("static") / name
