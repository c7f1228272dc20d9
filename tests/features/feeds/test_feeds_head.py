"""What belongs into the head of a page."""

from attrs import evolve

from commerce_core.catalog.model import Seo
from commerce_core.feeds.head import category_head, product_head
from commerce_core.feeds.model import Availability, Storefront
from commerce_core.feeds.views import Listing, Offer
from commerce_core.kernel.money import Money

STORE = Storefront("Atelier", "https://shop.example")
OFFER = Offer("1", "TEA", None, "", {}, Money(1250, "EUR"), None, Availability.IN_STOCK, None)
TEA = Listing("7", "tea", "Tea", "Green and " + "very " * 40 + "fresh.", None, ("/media/tea.webp",), (), (OFFER,))


def test_what_nobody_wrote_is_taken_from_the_page() -> None:
    head = product_head(TEA, Seo(), STORE)

    assert (head.meta_title, head.canonical_url, head.noindex) == ("Tea", "https://shop.example/products/tea", False)
    assert head.meta_description.startswith("Green and very")
    assert head.meta_description.endswith("very…")
    assert len(head.meta_description) <= 160
    assert head.og_image == "https://shop.example/media/tea.webp"
    assert head.open_graph == {
        "og:type": "product",
        "og:title": "Tea",
        "og:url": "https://shop.example/products/tea",
        "og:site_name": "Atelier",
        "og:description": head.meta_description,
        "og:image": "https://shop.example/media/tea.webp",
        "product:price:amount": "12.50",
        "product:price:currency": "EUR",
    }


def test_what_an_operator_wrote_wins_everywhere() -> None:
    seo = Seo("Best tea", "Drink it.", "/tea-of-the-year", "https://cdn.example/og.png", noindex=True)

    head = product_head(TEA, seo, STORE)

    assert (head.meta_title, head.meta_description) == ("Best tea", "Drink it.")
    assert head.canonical_url == head.open_graph["og:url"] == "https://shop.example/tea-of-the-year"
    assert head.og_image == head.open_graph["og:image"] == "https://cdn.example/og.png"
    assert head.noindex
    assert head.open_graph["og:title"] == "Best tea"


def test_nothing_is_told_that_is_not_there() -> None:
    head = product_head(evolve(TEA, description="", pictures=()), Seo(), Storefront("Atelier"))

    assert (head.meta_description, head.og_image, head.canonical_url) == ("", None, "/products/tea")
    assert {"og:description", "og:image"} & set(head.open_graph) == set()


def test_the_price_in_a_shared_link_is_the_lowest() -> None:
    cheaper = evolve(OFFER, id="2", price=Money(990, "EUR"))

    head = product_head(evolve(TEA, offers=(OFFER, cheaper)), Seo(), STORE)

    assert head.open_graph["product:price:amount"] == "9.90"


def test_a_category_has_a_head_too() -> None:
    head = category_head("Tea", "tea", Seo(meta_description="All of it."), STORE)

    assert (head.meta_title, head.meta_description) == ("Tea", "All of it.")
    assert head.open_graph["og:url"] == "https://shop.example/categories/tea"
    assert head.open_graph["og:type"] == "website"
