"""The merchant feed: RSS 2.0 with Google's fields. Source: support.google.com/merchants/answer/7052112."""

from collections.abc import Iterator, Mapping

from commerce_core.feeds.model import Availability, Storefront, shortened
from commerce_core.feeds.views import Listing, Offer
from commerce_core.feeds.xml_text import HEAD, element

_TITLE, _DESCRIPTION, _BRAND, _PRODUCT_TYPE, _DIFFERENCE, _KEY = 150, 5_000, 70, 750, 100, 50  # characters
_MORE_PICTURES = 10


def opening(store: Storefront) -> bytes:
    """What the feed begins with."""
    channel = element("title", store.name) + element("link", f"{store.base}/") + element("description", store.name)
    return f'{HEAD}<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>{channel}\n'.encode()


def items(listing: Listing, store: Storefront, product_types: Mapping[str, str]) -> Iterator[str]:
    """An item for each variant. What Google would refuse is left out: no picture to show, or nothing to pay.

    `product_types` are the paths of categories by their ids; the most precise of the product's is told.
    """
    grouped = _grouped(listing)
    paths = [product_types[category] for category in listing.category_ids if category in product_types]
    product_type = max(paths, key=lambda path: (path.count(" > "), path), default="")
    for offer in listing.offers:
        pictures = [store.absolute(picture) for picture in _pictures(listing, offer)]
        if pictures and offer.price:
            fields = list(_fields(listing, offer, pictures, store))
            fields += [("g:item_group_id", listing.id), *_differences(offer)] if grouped else []
            fields += [("g:product_type", shortened(product_type, _PRODUCT_TYPE))] if product_type else []
            yield f"<item>{''.join(element(name, text) for name, text in fields)}</item>\n"


def closing() -> bytes:
    """What the feed ends with."""
    return b"</channel>\n</rss>\n"


def _fields(listing: Listing, offer: Offer, pictures: list[str], store: Storefront) -> Iterator[tuple[str, str]]:
    several = len(listing.offers) > 1
    yield "g:id", offer.key if len(offer.key) <= _KEY else offer.id
    yield "g:title", shortened(f"{listing.title} - {offer.title}" if several else listing.title, _TITLE)
    yield "g:description", shortened(listing.description or listing.title, _DESCRIPTION)
    yield "g:link", store.variant(listing.slug, offer.id) if several else store.product(listing.slug)
    yield "g:image_link", pictures[0]
    yield from (("g:additional_image_link", picture) for picture in pictures[1 : 1 + _MORE_PICTURES])
    yield "g:availability", _availability(offer)
    yield "g:condition", "new"
    yield "g:price", str(offer.compare_at_price or offer.price)
    if offer.compare_at_price:
        yield "g:sale_price", str(offer.price)
    yield from _identifiers(listing, offer, store)


def _identifiers(listing: Listing, offer: Offer, store: Storefront) -> Iterator[tuple[str, str]]:
    """Who made it and what they call it. What the shop makes itself has its SKU as the manufacturer's number."""
    own = listing.brand is not None and listing.brand.casefold() == store.name.casefold()
    if listing.brand:
        yield "g:brand", listing.brand[:_BRAND]
    if offer.gtin:
        yield "g:gtin", offer.gtin
    if own and offer.key != offer.id:
        yield "g:mpn", offer.key[:_BRAND]
    elif not offer.gtin:
        yield "g:identifier_exists", "no"


def _availability(offer: Offer) -> str:
    """`backorder` has to come with the day the goods arrive; nobody here knows it, so nothing is promised."""
    return Availability.OUT_OF_STOCK if offer.availability is Availability.BACKORDER else offer.availability


def _pictures(listing: Listing, offer: Offer) -> list[str]:
    """The variant's own picture first, then the others, each once."""
    return list(dict.fromkeys([*([offer.picture] if offer.picture else []), *listing.pictures]))


def _grouped(listing: Listing) -> bool:
    """Whether Google can tell the variants apart: items of one group have to differ in a field it knows."""
    told = {tuple(sorted(offer.differences.items())) for offer in listing.offers}
    return len(listing.offers) > 1 and len(told) == len(listing.offers)


def _differences(offer: Offer) -> Iterator[tuple[str, str]]:
    for name, value in offer.differences.items():
        yield f"g:{name}", value[:_DIFFERENCE]
