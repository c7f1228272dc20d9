"""`commerce feeds`."""

from pathlib import Path

STORE = {"PUBLIC_STORE_URL": "https://shop.example"}


def test_feeds_are_printed_as_they_would_be_served(commerce, mugs: Path) -> None:
    assert "Sitemap: https://shop.example/sitemap.xml" in commerce("feeds", "robots", **STORE).out
    assert "https://shop.example/sitemaps/2.xml" in commerce("feeds", "sitemap", **STORE).out
    assert "<loc>https://shop.example/products/mug</loc>" in commerce("feeds", "sitemap", 2, **STORE).out
    assert commerce("feeds", "google", **STORE).out.endswith("</rss>\n")


def test_a_shop_without_an_address_prints_nothing(commerce, mugs: Path) -> None:
    said = commerce("feeds", "google")

    assert (said.code, said.out, said.err.split(":")[0]) == (4, "", "store-address-unknown")


def test_a_file_the_sitemap_does_not_have_is_not_found(commerce, mugs: Path) -> None:
    assert commerce("feeds", "sitemap", 9, **STORE).code == 3
