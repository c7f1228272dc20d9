"""What belongs into the head of a page: written by an operator, else taken from what the page shows."""

from commerce_core.catalog.model import Seo
from commerce_core.catalog.views import SeoView
from commerce_core.feeds.model import Storefront, shortened
from commerce_core.feeds.views import Listing

_DESCRIPTION = 160  # characters; about what a result shows


def product_head(listing: Listing, seo: Seo, store: Storefront) -> SeoView:
    """The head of a product's page. The price is that of the cheapest variant, as in lists."""
    cheapest = min(listing.offers, key=lambda offer: offer.price.amount)
    picture = seo.og_image or next(iter(listing.pictures), None)
    price = {"product:price:amount": cheapest.price.major(), "product:price:currency": cheapest.price.currency}
    return _head(
        seo,
        store,
        kind="product",
        title=listing.title,
        text=listing.description,
        address=store.product(listing.slug),
        picture=picture,
        more=price,
    )


def category_head(title: str, slug: str, seo: Seo, store: Storefront) -> SeoView:
    """The head of a category's page."""
    return _head(
        seo, store, kind="website", title=title, text="", address=store.category(slug), picture=seo.og_image, more={}
    )


def _head(
    seo: Seo,
    store: Storefront,
    *,
    kind: str,
    title: str,
    text: str,
    address: str,
    picture: str | None,
    more: dict[str, str],
) -> SeoView:
    title = seo.meta_title or title
    text = seo.meta_description or shortened(text, _DESCRIPTION)
    canonical = store.absolute(seo.canonical_url) if seo.canonical_url else address
    image = store.absolute(picture) if picture else None
    graph = {"og:type": kind, "og:title": title, "og:url": canonical, "og:site_name": store.name}
    graph |= {"og:description": text} if text else {}
    graph |= {"og:image": image} if image else {}
    return SeoView(title, text, canonical, image, seo.noindex, graph | more)
