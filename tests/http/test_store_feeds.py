"""What crawlers fetch over HTTP, at the root."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve, field, frozen
from falcon.testing import TestClient

from adapters_http.app import create_app
from adapters_http.logs import request_logger
from adapters_http.operation import Answer, Media, operation
from commerce_core import Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewImage, NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.kernel.errors import DatabaseUnavailable
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce
from tests.http.conftest import ClientOf, LogLines


@pytest.fixture
def mug(shop: Commerce) -> None:
    shop.catalog.create_product(
        SYSTEM,
        NewProduct(
            "Mug",
            (NewVariant(Money(2400, "EUR"), sku="MUG"),),
            status=ProductStatus.ACTIVE,
            images=(NewImage("/media/mug.webp"),),
        ),
    )


@pytest.mark.parametrize(
    ("path", "media_type", "mentions"),
    [
        ("/robots.txt", "text/plain; charset=utf-8", "Sitemap: http://falconframework.org/sitemap.xml"),
        ("/sitemap.xml", "application/xml; charset=utf-8", "http://falconframework.org/sitemaps/2.xml"),
        ("/sitemaps/1.xml", "application/xml; charset=utf-8", "<loc>http://falconframework.org/</loc>"),
        ("/sitemaps/2.xml", "application/xml; charset=utf-8", "http://falconframework.org/products/mug"),
        ("/feeds/google.xml", "application/xml; charset=utf-8", "<g:id>MUG</g:id>"),
    ],
)
def test_crawlers_are_answered_at_the_root(
    client: TestClient, mug: None, path: str, media_type: str, mentions: str
) -> None:
    answer = client.simulate_get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["cache-control"] == "public, max-age=600"
    assert mentions in answer.text
    if path.endswith(".xml"):
        ET.fromstring(answer.content)


def test_the_storefront_s_address_wins_over_the_one_that_was_asked(
    database_url: str, settings: Settings, mug: None, log_lines: LogLines
) -> None:
    settings = evolve(settings, public_store_url="https://shop.example/", store_product_path="/p/{slug}")
    with open_shop(database_url, settings=settings) as shop:
        client = TestClient(create_app(shop, request_logger("debug", log_lines.stream)))

        listed = client.simulate_get("/sitemaps/2.xml", headers={"Host": "evil.example"}).text
        page = client.simulate_get("/v1/store/products/mug").json

    assert "https://shop.example/p/mug" in listed
    assert "evil.example" not in listed
    assert page["seo"]["canonical_url"] == page["json_ld"]["url"] == "https://shop.example/p/mug"
    assert page["seo"]["open_graph"]["og:image"] == "https://shop.example/media/mug.webp"


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "1e3", "9" * 30])
def test_a_file_the_sitemap_does_not_have_is_not_found(client: TestClient, mug: None, number: str) -> None:
    answer = client.simulate_get(f"/sitemaps/{number}.xml")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_who_has_the_index_is_not_sent_it_again(client: TestClient, mug: None) -> None:
    first = client.simulate_get("/sitemap.xml")

    assert client.simulate_get("/sitemap.xml", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_the_head_of_a_stream_can_be_asked_for(client: TestClient, mug: None) -> None:
    answer = client.simulate_head("/feeds/google.xml")

    assert (answer.status_code, answer.content) == (200, b"")


@frozen
class Pieces:
    """Answers in pieces; the first may go wrong."""

    made: list[int] = field(factory=list)
    fails: bool = False

    @operation("Count", answers={200: Media("text/plain")})
    def on_get(self) -> Answer:
        return Answer(self._pieces(), headers={"X-Kind": "count"})

    def _pieces(self) -> Iterator[bytes]:
        if self.fails:
            raise DatabaseUnavailable
        for number in range(3):
            self.made.append(number)
            yield b"%d" % number


def test_pieces_are_sent_as_they_are_made(client_of: ClientOf) -> None:
    pieces = Pieces()
    answer = client_of({"/count": pieces}).simulate_get("/count")

    assert (answer.status_code, answer.text, answer.headers["x-kind"]) == (200, "012", "count")
    assert "content-length" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_what_goes_wrong_before_the_first_piece_is_still_a_problem(client_of: ClientOf) -> None:
    answer = client_of({"/count": Pieces(fails=True)}).simulate_get("/count")

    assert (answer.status_code, answer.json["code"]) == (503, "database-unavailable")
