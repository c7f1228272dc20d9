"""JSON-LD as Google's merchant listings want it, made of views.

Sources: merchant-listing, product-variants and breadcrumb in Google's documentation of structured data.
"""

from collections.abc import Sequence
from typing import Any

from commerce_core.catalog.views import CategoryRef
from commerce_core.feeds.model import Availability, Storefront
from commerce_core.feeds.views import Listing, Offer

JsonLd = dict[str, Any]

_CONTEXT = "https://schema.org"
_AVAILABILITY = {
    Availability.IN_STOCK: f"{_CONTEXT}/InStock",
    Availability.BACKORDER: f"{_CONTEXT}/BackOrder",
    Availability.OUT_OF_STOCK: f"{_CONTEXT}/OutOfStock",
}


def product(listing: Listing, store: Storefront) -> JsonLd:
    """A `Product` with its `Offer`; with several variants a `ProductGroup` of such products."""
    page = store.product(listing.slug)
    pictures = [store.absolute(picture) for picture in listing.pictures]
    shared = {"description": listing.description, "brand": _brand(listing.brand)}
    if len(listing.offers) == 1:
        [only] = listing.offers
        return _told({
            "@context": _CONTEXT,
            **_product(only, listing.title, pictures, page, store),
            **shared,
            "url": page,
        })  # fmt: skip
    variants = [
        _product(offer, f"{listing.title} - {offer.title}", pictures, store.variant(listing.slug, offer.id), store)
        for offer in listing.offers
    ]
    varies_by = dict.fromkeys(name for offer in listing.offers for name in offer.differences)
    return _told({
        "@context": _CONTEXT,
        "@type": "ProductGroup",
        "name": listing.title,
        **shared,
        "url": page,
        "image": pictures,
        "productGroupID": listing.id,
        "variesBy": [f"{_CONTEXT}/{name}" for name in varies_by],
        "hasVariant": [_told({**variant, "description": listing.description}) for variant in variants],
    })  # fmt: skip


def breadcrumbs(trail: Sequence[CategoryRef], store: Storefront) -> JsonLd:
    """A `BreadcrumbList`: the categories from the top down to the page itself."""
    return _breadcrumbs([(step.title, store.category(step.slug)) for step in trail])


def product_breadcrumbs(trail: Sequence[CategoryRef], listing: Listing, store: Storefront) -> JsonLd | None:
    """The same for a product that stands in the last of these categories; None for one that stands nowhere."""
    steps = [(step.title, store.category(step.slug)) for step in trail]
    return _breadcrumbs([*steps, (listing.title, store.product(listing.slug))]) if steps else None


def _breadcrumbs(steps: Sequence[tuple[str, str]]) -> JsonLd:
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(steps, 1)
        ],
    }


def _product(offer: Offer, name: str, pictures: list[str], page: str, store: Storefront) -> JsonLd:
    return {
        "@type": "Product",
        "name": name,
        "image": [store.absolute(offer.picture)] if offer.picture else pictures,
        "sku": offer.key,
        "gtin": offer.gtin,
        **offer.differences,
        "offers": _offer(offer, page),
    }


def _offer(offer: Offer, page: str) -> JsonLd:
    return _told({
        "@type": "Offer",
        "url": page,
        "price": offer.price.major(),
        "priceCurrency": offer.price.currency,
        "priceSpecification": _former_price(offer),
        "availability": _AVAILABILITY[offer.availability],
        "itemCondition": f"{_CONTEXT}/NewCondition",
    })  # fmt: skip


def _former_price(offer: Offer) -> JsonLd | None:
    if offer.compare_at_price is None:
        return None
    return {
        "@type": "UnitPriceSpecification",
        "priceType": f"{_CONTEXT}/StrikethroughPrice",
        "price": offer.compare_at_price.major(),
        "priceCurrency": offer.compare_at_price.currency,
    }


def _brand(name: str | None) -> JsonLd | None:
    return {"@type": "Brand", "name": name} if name else None


def _told(facts: JsonLd) -> JsonLd:
    """Without what is not known."""
    return {name: value for name, value in facts.items() if value}
